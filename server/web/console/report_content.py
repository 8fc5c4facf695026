"""What a citizen wrote, put into words for a reader: every address defanged, none a link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from server.intake.service import defang
from server.reports.service import OpenedReport
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
    """What was sealed. `contact` stays None when none was left or the reader may not see it."""

    addresses: tuple[ReportedAddress, ...]
    answers: tuple[Answer, ...]
    description: str | None
    claimed_origin: str | None
    has_contact: bool
    contact: str | None


def content_of(opened: OpenedReport, *, may_see_contact: bool) -> Content:
    """The unsealed report in words."""
    fields, contact = opened.fields, opened.contact
    claimed = fields.get("embed_origin")
    description = fields.get("description")
    return Content(
        addresses=tuple(_address(item) for item in fields.get("addresses", ())),
        answers=tuple(_answers(fields)),
        description=defang_free_text(description) if description else None,
        claimed_origin=defang(claimed) if claimed else None,
        has_contact=contact is not None,
        contact=contact.get("email") if contact is not None and may_see_contact else None,
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
