"""The forms of the directory: an authority, and what the list is to show."""

from __future__ import annotations

import re
from typing import Any

from wtforms import SelectChoice, SelectField, StringField, TextAreaField

from server.directory.service import (
    AuthorityKind,
    AuthorityTerms,
    TermsRefused,
    Verified,
    territories,
)
from server.web.console.forms import ConsoleForm, EditForm, stripped

KIND_WORDS = {
    AuthorityKind.INHOPE_HOTLINE: "Hotline",
    AuthorityKind.POLICE: "Police",
    AuthorityKind.IWF_PORTAL: "IWF portal",
}
VERIFIED_WORDS = {
    Verified.URL: "Link verified",
    Verified.EXISTENCE: "Exists, link not verified",
    Verified.COUNTRY_ONLY: "Only the country is known",
}
#: Shown beside the rows that have been checked lately, or not at all.
OVERDUE = "overdue"
REMOVED = "removed"

_KINDS = [SelectChoice(value.value, words) for value, words in KIND_WORDS.items()]
_VERIFIED = [SelectChoice(value.value, words) for value, words in VERIFIED_WORDS.items()]
#: Where the domain's words for a field differ from the form's.
_FIELDS = {"country_code": "territory", "country": "place"}


class _Terms:
    """What an authority has, mixed into the forms that add and edit one. Lengths and contents
    are the domain's to check."""

    name = StringField("Name", filters=[stripped])
    kind = SelectField("Kind", choices=_KINDS)
    url = StringField("Web address of its report page", filters=[stripped])
    verified = SelectField("Verified", choices=_VERIFIED)
    languages = StringField("Languages", filters=[stripped])
    emergency = StringField("Emergency number", filters=[stripped])
    source = TextAreaField("Source", filters=[stripped])
    note = TextAreaField("Note", filters=[stripped])

    data: Any

    def terms(self) -> AuthorityTerms:
        """The terms of a form whose choices are valid."""
        data = self.data
        return AuthorityTerms(
            name=data["name"] or None,
            kind=AuthorityKind(data["kind"]),
            url=data["url"] or None,
            languages=tuple(re.split(r"[\s,;]+", data["languages"])) if data["languages"] else (),
            emergency=data["emergency"] or None,
            verified=Verified(data["verified"]),
            source=data["source"],
            note=data["note"] or None,
        )

    def take(self, error: Exception) -> None:
        """Each problem of the domain at its field."""
        if not isinstance(error, TermsRefused):
            super().take(error)  # type: ignore[misc]
            return
        for field, reason in error.problems:
            self.refuse(_sentence(self, field, reason), _FIELDS.get(field, field))  # type: ignore[attr-defined]


class AuthorityForm(_Terms, EditForm):
    """Edit an authority."""


class AuthorityAddForm(_Terms, ConsoleForm):
    """A new authority, of a country or, without one, of a place such as Africa."""

    territory = SelectField("Country or territory", default="")
    place = StringField("Or a place without a code", filters=[stripped])

    def __init__(self) -> None:
        super().__init__()
        none = SelectChoice("", "None: a continent, the whole world, a place without a code")
        self.territory.choices = [none, *(SelectChoice(*each) for each in territories("en"))]


class AuthorityFilterForm(ConsoleForm):
    """Which rows the list shows; read from its address."""

    territory = SelectField("Country", default="")
    kind = SelectField("Kind", choices=[SelectChoice("", "Any kind"), *_KINDS], default="")
    verified = SelectField("Verified", choices=[SelectChoice("", "Any"), *_VERIFIED], default="")
    show = SelectField(
        "Show",
        choices=[
            SelectChoice("", "All"),
            SelectChoice(OVERDUE, "Not checked for a year"),
            SelectChoice(REMOVED, "Removed"),
        ],
        default="",
    )

    def __init__(self, arguments: Any, places: list[tuple[str, str]]) -> None:
        super().__init__(arguments)
        self.territory.choices = [
            SelectChoice("", "All countries"),
            *(SelectChoice(*each) for each in places),
        ]


def _sentence(form: Any, field: str, reason: str) -> str:
    found = form._fields.get(_FIELDS.get(field, field))
    return f"{found.label.text}: {reason}" if found is not None else reason
