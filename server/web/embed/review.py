"""Check your answers: what was understood, as text, with what was changed in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from server.directory.service import territory_name
from server.intake.service import Address, Handle, Notice, Submission
from server.web.embed.form import ReportForm
from server.web.labels import FIELDS, label


@dataclass(frozen=True, slots=True)
class Value:
    """One answer as text, and what we changed in it."""

    text: str
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A question with its answers."""

    label: str
    values: tuple[Value, ...]


def review(
    form: ReportForm, typed: Mapping[str, list[str]], submission: Submission, language: str
) -> list[Row]:
    """The answered questions in the order of the form, in the language that is being spoken."""
    rows = []
    for name, texts in typed.items():
        if name == "addresses":
            values = tuple(_place(place) for place in submission.addresses)
        elif name in ("platform", "handle"):
            values = () if "addresses" in typed else tuple(Value(text) for text in texts)
        elif name == "territory" and submission.territory:
            values = (Value(territory_name(submission.territory, language)),)
        elif name == "referrer_url" and submission.referrer_url:
            values = (_place(submission.referrer_url),)
        elif name in FIELDS:
            values = tuple(Value(label(name, text)) for text in texts)
        else:
            values = tuple(Value(text) for text in texts)
        if values:
            rows.append(Row(str(form[name].label.text), values))
    return rows


def _place(place: Address | Handle) -> Value:
    if isinstance(place, Handle):
        return Value(f"{place.platform}: {place.handle}")
    return Value(place.url, tuple(notice_text(notice) for notice in place.notices))


def notice_text(notice: Notice) -> str:
    """What we changed in an address, for the citizen to check."""
    text: str = {
        Notice.ASSUMED_HTTPS: _("We put https:// in front of it."),
        Notice.REFANGED: _("We wrote it as a normal address."),
        Notice.CREDENTIALS_REMOVED: _("We took a user name or password out of it."),
        Notice.SPACES_ENCODED: _("We replaced the spaces in it."),
    }[notice]
    return text
