"""From the form's fields to the API's report, and from the report's errors back to the fields."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _

from server.directory.service import find_territory
from server.web.embed.form import ANSWERS, ReportForm

MAX_ORIGIN_LENGTH = 300

Errors = dict[str, list[str]]

#: Fields whose name and value go into the report as they are.
_PLAIN = (
    "report_type",
    "site_kind",
    "access",
    "access_note",
    "referrer_url",
    "platform_user",
    "seen_at",
    "seen_on",
    "how_found",
    "media_kind",
    "description",
)


class Unresolved(ValueError):
    """What was typed for the country is no country's name."""


def typed_answers(form: ReportForm) -> dict[str, list[str]]:
    """What stands in the fields, by name, with plain line ends; fields left empty are left out."""
    typed: dict[str, list[str]] = {}
    for field in form.answers():
        values = field.data if isinstance(field.data, list) else [field.data]
        texts = [value.replace("\r\n", "\n") for value in values if value and value.strip()]
        if texts:
            typed[field.name] = texts
    return typed


def digest(typed: Mapping[str, list[str]]) -> bytes:
    """SHA-256 of the answers, the same whatever page carried them."""
    canonical = [[name, typed[name]] for name in ANSWERS if name in typed]
    return hashlib.sha256(json.dumps(canonical).encode("ascii")).digest()


def report_of(typed: Mapping[str, list[str]], languages: Iterable[str]) -> dict[str, Any]:
    """The answers as the JSON of a report, without what is automatic (key, language, …).

    Raises Unresolved when the country cannot be told in any of `languages`.
    """
    report: dict[str, Any] = {name: typed[name][0] for name in _PLAIN if name in typed}
    report["addresses"] = [{"url": line} for line in lines(typed)]
    if "platform" in typed or "handle" in typed:
        report["addresses"].append(
            {name: typed.get(name, [""])[0] for name in ("platform", "handle")}
        )
    if "already_reported_to" in typed:
        report["already_reported_to"] = typed["already_reported_to"]
    if "contact" in typed:
        report["contact"] = {"email": typed["contact"][0]}
    if "territory" in typed:
        report["territory"] = territory_code(typed["territory"][0], languages)
    return report


def lines(typed: Mapping[str, list[str]]) -> list[str]:
    """The addresses: one on each line that is not empty."""
    return [line.strip() for line in typed.get("addresses", [""])[0].split("\n") if line.strip()]


def territory_code(text: str, languages: Iterable[str]) -> str:
    """The code of the country that was typed in one of `languages`; raises Unresolved."""
    found = (find_territory(text, language) for language in languages)
    code = next((code for code in found if code), None)
    if code is None:
        raise Unresolved(text)
    return code


def field_errors(messages: Mapping[str, Any], typed: Mapping[str, list[str]]) -> Errors:
    """The schema's messages by the field of the form that they belong to."""
    errors: Errors = {}
    for name, part in messages.items():
        if name == "addresses" and isinstance(part, Mapping):
            _address_errors(part, len(lines(typed)), errors)
        else:
            errors.setdefault(name, []).extend(_texts(part))
    return errors


def _address_errors(messages: Mapping[Any, Any], count: int, errors: Errors) -> None:
    for index, part in messages.items():
        if int(index) >= count and isinstance(part, Mapping):
            for name in ("platform", "handle"):
                errors.setdefault(name, []).extend(_texts(part.get(name, [])))
            continue
        texts = _texts(part)
        if count > 1:
            texts = [
                _("Address %(number)s: %(problem)s", number=int(index) + 1, problem=text)
                for text in texts
            ]
        errors.setdefault("addresses", []).extend(texts)


def _texts(part: Any) -> list[str]:
    """All texts of a nested error, in order."""
    if isinstance(part, Mapping):
        part = list(part.values())
    if isinstance(part, list | tuple):
        return [text for item in part for text in _texts(item)]
    return [str(part)]
