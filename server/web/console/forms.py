"""What the console's forms share: plain one-line text, and domain errors at their field."""

from __future__ import annotations

import re
import unicodedata

from flask_wtf import FlaskForm
from wtforms import Field, Form, IntegerField, SelectMultipleField, ValidationError
from wtforms.widgets import CheckboxInput, HiddenInput

from server.normal_forms import composed
from server.partners.service import TURNING


class ConsoleForm(FlaskForm):  # type: ignore[misc]
    """A form of the console. The CSRF token is checked for the whole blueprint, not here."""

    class Meta:
        csrf = False

    def refuse(self, message: str, field: str | None = None) -> None:
        """Show a domain's error at the field that it names, or above the form."""
        errors = self._fields[field].errors if field in self._fields else self.form_errors
        errors.append(message)

    def take(self, error: Exception) -> None:
        """The same for an error with a `field`, as the domain's errors have."""
        self.refuse(sentence(str(error)), getattr(error, "field", None))

    def problems(self) -> list[tuple[str | None, str]]:
        """All mistakes in the order of the fields: id of the field, or None; and what to do."""
        found: list[tuple[str | None, str]] = [(None, text) for text in self.form_errors]
        for field in self:
            found += [(field.id, text) for text in field.errors]
        return found


class EditForm(ConsoleForm):
    """A form that changes something; `revision` is what the edit was made from."""

    revision = IntegerField(widget=HiddenInput())


class Ticks(SelectMultipleField):  # type: ignore[misc]
    """Several of the choices, as boxes to tick."""

    option_widget = CheckboxInput()


def sentence(text: str) -> str:
    """A domain's message as a page begins it: with a capital, unless it begins with a value."""
    return text[:1].upper() + text[1:] if re.match(r"[a-z]+ ", text) else text


def stripped(value: str | None) -> str:
    """A filter for text fields: composed characters (NFC), no space around."""
    return composed(value or "").strip()


class PlainText:
    """A validator: `least` to `most` characters, none that hides or turns text around."""

    def __init__(self, most: int, *, least: int = 1, lines: bool = False) -> None:
        self._most, self._least, self._lines = most, least, lines

    def __call__(self, _form: Form, field: Field) -> None:
        text: str = field.data or ""
        name = field.label.text
        if len(text) < self._least:
            few = "1 character" if self._least == 1 else f"{self._least} characters"
            raise ValidationError(f"{name}: write at least {few}")
        if len(text) > self._most:
            raise ValidationError(
                f"{name}: {len(text):,} characters are too many, at most {self._most:,}"
            )
        if any(character in TURNING for character in text):
            raise ValidationError(
                f"{name}: characters that turn the direction of text are not allowed; type it anew"
            )
        allowed = "\n\r\t" if self._lines else ""
        if any(unicodedata.category(c) in ("Cc", "Cs", "Co") and c not in allowed for c in text):
            raise ValidationError(f"{name}: control characters are not allowed; type it anew")
