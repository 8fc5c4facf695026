"""The citizen's form: its fields, their words and their choices.

WTForms binds and draws the fields; what is valid is decided in one place for the form and the
API, `server.web.submission`. There is no session on the public surface, so no CSRF to guard.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    EmailField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields import Field

from server.web.labels import choices

_ = lazy_gettext

#: The fields that hold answers, by step, in the order in which they are asked.
STEPS: tuple[tuple[str, ...], ...] = (
    ("territory",),
    ("report_type",),
    (
        "addresses",
        "platform",
        "handle",
        "site_kind",
        "access",
        "access_note",
        "referrer_url",
        "platform_user",
    ),
    (
        "seen_at",
        "seen_on",
        "how_found",
        "media_kind",
        "description",
        "already_reported_to",
        "contact",
    ),
)
ANSWERS: tuple[str, ...] = tuple(name for step in STEPS for name in step)


class Choice(SelectField):  # type: ignore[misc]
    """One of a vocabulary's values, or no answer."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, choices=[], validate_choice=False, **kwargs)

    def offer(self, vocabulary: str) -> None:
        """Fill the list in the current language."""
        self.choices = [("", gettext("No answer")), *choices(vocabulary)]


class Kept(StringField):  # type: ignore[misc]
    """A text field that nobody sees: it is not drawn, not announced and never has the focus."""

    def __init__(self, render_kw: dict[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(render_kw={"hidden": True, **(render_kw or {})}, **kwargs)


class ReportForm(FlaskForm):  # type: ignore[misc]
    """All five steps. Nothing is refused here but what cannot be read."""

    class Meta:
        csrf = False

    territory = StringField(_("Your country"))
    report_type = RadioField(_("What have you seen?"), choices=[], validate_choice=False)
    addresses = TextAreaField(_("Web address"))
    platform = StringField(_("Name of the app or game"))
    handle = StringField(_("Name of the user, group or channel"))
    site_kind = Choice(_("What kind of place is it?"))
    access = Choice(_("Who can open it?"))
    access_note = TextAreaField(_("How do you get there?"))
    referrer_url = StringField(_("Address of a page that leads to it"))
    platform_user = StringField(_("Name of the user who put it there"))
    seen_at = Choice(_("When did you see it?"))
    seen_on = StringField(_("Do you know the day?"))
    how_found = Choice(_("How did you come across it?"))
    media_kind = Choice(_("What is it?"))
    description = TextAreaField(_("What else do we need to find it?"))
    already_reported_to = SelectMultipleField(
        _("Who have you told already?"), choices=[], validate_choice=False
    )
    contact = EmailField(_("Email, if you want an answer"))

    #: Set by the script or carried through the pages that work without it. They are hidden by an
    #: attribute: only what a text field holds is put back by browsers when somebody comes back.
    idempotency = Kept()
    embed_origin = Kept()
    step = Kept()
    #: Bait for programs that fill in whatever they find. What stands in it is a signal, no answer.
    website = Kept(render_kw={"autocomplete": "off"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("site_kind", "access", "seen_at", "how_found", "media_kind"):
            self[name].offer(name)
        self.report_type.choices = choices("report_type") + choices("out_of_remit")
        self.already_reported_to.choices = choices("already_reported_to")

    def answers(self) -> Iterator[Field]:
        """The fields that hold answers, in the order of the steps."""
        return (self[name] for name in ANSWERS)

    def blame(self, errors: dict[str, list[str]]) -> None:
        """Put each text at its field; what belongs to no field stands at the addresses."""
        for name, texts in errors.items():
            field = self[name] if name in ANSWERS else self.addresses
            field.errors = [*field.errors, *texts]

    def first_step(self) -> int:
        """The number, 1 to 5, of the first step with an error; 5 when there is none."""
        for number, names in enumerate(STEPS, start=1):
            if any(self[name].errors for name in names):
                return number
        return len(STEPS) + 1
