"""The forms that issue, edit, rotate and revoke a key."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from wtforms import (
    DateField,
    Field,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Optional

from server.partners.service import (
    KeyEdit,
    KeyMode,
    KeyTerms,
    OriginError,
    parse_allowed_origin,
)
from server.web.console.forms import ConsoleForm, EditForm, PlainText, Ticks, stripped
from server.web.console.words import language_name

MAX_LABEL = 120
MAX_REASON = 300


class Day(DateField):  # type: ignore[misc]
    """A calendar day."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata([text.strip() for text in valuelist])
        except ValueError as error:
            raise ValueError(f"{self.label.text}: write the day as 2027-01-31") from error


class WholeNumber(IntegerField):  # type: ignore[misc]
    """A number that is refused with a word on what to write."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata([text.strip() for text in valuelist])
        except ValueError as error:
            raise ValueError(f"{self.label.text}: write a whole number") from error


class Origins:
    """A validator: each line is an allowed origin; every one that is not is told."""

    def __call__(self, _form: Any, field: Field) -> None:
        for line in _lines(field.data):
            try:
                parse_allowed_origin(line)
            except OriginError as error:
                field.errors.append(str(error))


class _Terms:
    """The fields that a new key and an edited one share."""

    label = StringField("Label", filters=[stripped], validators=[PlainText(MAX_LABEL)])
    origins = TextAreaField("Allowed origins", validators=[Origins()])
    languages = Ticks("Languages")
    default_language = SelectField("Language when the page names none")
    campaign = StringField("Campaign", filters=[stripped])
    expires = Day("Last day", validators=[Optional()])


class KeyForm(ConsoleForm, _Terms):
    """A new key for a portal that was chosen before."""

    mode = RadioField(
        "What is it for?",
        choices=[
            SelectChoice("live", "Live: reports of the public"),
            SelectChoice("test", "Test: to try a page out"),
        ],
        default="live",
    )
    kind = RadioField(
        "Where is it used?",
        choices=[
            SelectChoice("publishable", "On a web page (publishable key)"),
            SelectChoice("secret", "On the partner’s server (secret key, shown once)"),
        ],
        default="publishable",
    )

    def terms(self) -> KeyTerms:
        return KeyTerms(
            label=self.label.data,
            origins=_lines(self.origins.data),
            languages=tuple(self.languages.data or ()),
            default_language=self.default_language.data or None,
            campaign=self.campaign.data or None,
            mode=KeyMode(self.mode.data),
            secret=self.kind.data == "secret",
            expires_at=end_of(self.expires.data),
        )


class KeyEditForm(EditForm, _Terms):
    """Other terms for a key."""

    def edit(self, expires_at: datetime | None) -> KeyEdit:
        """What was typed; the day of the present expiry stands for its moment."""
        day = self.expires.data
        same = expires_at is not None and day == expires_at.astimezone(UTC).date()
        return KeyEdit(
            label=self.label.data,
            origins=_lines(self.origins.data),
            languages=tuple(self.languages.data or ()),
            default_language=self.default_language.data or None,
            campaign=self.campaign.data or None,
            expires_at=expires_at if same else end_of(day),
        )


class RotateForm(ConsoleForm):
    """How long the old key works beside its successor."""

    grace_days = WholeNumber(
        "Days that the old key still works", default=30, validators=[InputRequired("Say how many")]
    )


class RevokeForm(ConsoleForm):
    """Why a key ends for good."""

    reason = StringField("Reason", filters=[stripped], validators=[PlainText(MAX_REASON)])


def offer_languages(form: Any, codes: list[str]) -> None:
    """Let the form choose among the portal's languages."""
    form.languages.choices = [SelectChoice(code, language_name(code)) for code in codes]
    form.default_language.choices = list(form.languages.choices)


def stored_values(key: Any) -> dict[str, Any]:
    """A key's terms as the edit form starts from them."""
    return {
        "revision": key.revision,
        "label": key.label,
        "origins": "\n".join(key.origins),
        "languages": list(key.languages),
        "default_language": key.default_language,
        "campaign": key.campaign or "",
        "expires": key.expires_at.astimezone(UTC).date() if key.expires_at else None,
    }


def end_of(day: date | None) -> datetime | None:
    """The last second of a day, UTC: a key holds to the end of its last day."""
    return datetime.combine(day, time(23, 59, 59), UTC) if day else None


def shown(field: Field, value: Any) -> str:
    """A field's value as a page says it."""
    if isinstance(value, list):
        return ", ".join(map(language_name, value))
    if field.name == "default_language":
        return language_name(value)
    return str(value or "")


def _lines(text: str | None) -> tuple[str, ...]:
    return tuple(line.strip() for line in (text or "").splitlines() if line.strip())
