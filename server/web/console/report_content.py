"""What a citizen wrote, put into words for a reader: every address defanged, none a link."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from server.intake.service import defang
from server.reports.service import Fault, OpenedReport, UnopenedPart
from server.reports.vocabulary import EnvelopeKind
from server.web.console.free_text import defang_free_text
from server.web.console.words import plain_words

#: Questions whose answers are one value of a vocabulary, in the order of the form.
_CHOICES = (
    ("site_kind", "Kind of site"),
    ("media_kind", "Kind of media"),
    ("access", "How to get to it"),
    ("how_found", "How it was found"),
    ("seen_at", "When it was seen"),
)
#: Questions that are answered in the citizen's own words.
_TEXTS = (
    ("seen_on", "Date it was seen"),
    ("access_note", "Note on access"),
    ("platform_user", "User on the platform"),
)


@dataclass(frozen=True, slots=True)
class ReportedAddress:
    """Where it was seen: a defanged address, or a handle when `platform` is set."""

    text: str
    platform: str | None
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the form. `is_address` sets it like an address."""

    question: str
    text: str
    is_address: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """What was sealed of the report itself."""

    addresses: tuple[ReportedAddress, ...]
    answers: tuple[Answer, ...]
    description: str | None
    claimed_origin: str | None


@dataclass(frozen=True, slots=True)
class Contact:
    """Whether an address was left; `email` stays None when the reader may not see it."""

    was_left: bool
    email: str | None


@dataclass(frozen=True, slots=True)
class Unsealed:
    """A report as far as it opens; what does not is in `unopened`."""

    content: Content | None
    contact: Contact
    unopened: tuple[UnopenedPart, ...]


def unsealed(opened: OpenedReport, *, may_see_contact: bool) -> Unsealed:
    """The unsealed parts in words. A part that says nonsense counts as damaged.

    Whoever can write to the database can seal anything to the public key, as nobody signs an
    envelope: so the content's shape is not taken on trust.
    """
    unopened = list(opened.unopened)
    content, email = None, None
    if opened.fields is not None:
        try:
            content = _content(_of_text(opened.fields))
        except _NONSENSE:
            unopened.append(UnopenedPart(EnvelopeKind.REPORT, Fault.DAMAGED))
    if opened.contact is not None:
        try:
            email = str.strip(_of_text(opened.contact)["email"])
        except _NONSENSE:
            unopened.append(UnopenedPart(EnvelopeKind.CONTACT, Fault.DAMAGED))
    return Unsealed(
        content, Contact(email is not None, email if may_see_contact else None), tuple(unopened)
    )


_NONSENSE = (AttributeError, KeyError, TypeError, ValueError)


def _of_text(fields: dict[str, Any]) -> dict[str, Any]:
    """Raises ValueError for halves of letters, which no page could be written with."""
    json.dumps(fields, ensure_ascii=False).encode()
    return fields


def _content(fields: dict[str, Any]) -> Content:
    claimed = fields.get("embed_origin")
    description = fields.get("description")
    return Content(
        addresses=tuple(_address(item) for item in fields.get("addresses", ())),
        answers=tuple(_answers(fields)),
        description=defang_free_text(description) if description else None,
        claimed_origin=defang(claimed) if claimed else None,
    )


def _address(item: dict[str, Any]) -> ReportedAddress:
    notices = tuple(plain_words(notice) for notice in item.get("notices", ()))
    if "url" in item:
        return ReportedAddress(defang(item["url"]), None, notices)
    platform = defang_free_text(str(item.get("platform", "")))
    return ReportedAddress(defang_free_text(str(item.get("handle", ""))), platform, notices)


def _answers(fields: dict[str, Any]) -> list[Answer]:
    answers = [
        Answer(question, plain_words(str(fields[name])))
        for name, question in _CHOICES
        if name in fields
    ]
    answers += [
        Answer(question, defang_free_text(str(fields[name])))
        for name, question in _TEXTS
        if name in fields
    ]
    if "referrer_url" in fields:
        answers.append(Answer("Reached from", defang(fields["referrer_url"]), is_address=True))
    if others := fields.get("already_reported_to"):
        answers.append(
            Answer("Also reported to", ", ".join(plain_words(str(item)) for item in others))
        )
    return answers
