"""The branding editor's form: its fields for a partner's languages, and the look typed into it."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, HiddenField, StringField, TextAreaField

from server.partners.service import (
    MAX_DISPLAY_NAME,
    MAX_FILE_BYTES,
    MAX_TEXT,
    PARTS,
    BrandingError,
    ColourTooLight,
    Look,
    check_colour,
    checked_look,
    corrected_colour,
    parse_colour,
    reencode_logo,
)
from server.web.console.forms import EditForm, PlainText, stripped
from server.web.console.words import language_name

LABELS = {"intro": "Introduction", "footer": "Footer"}
#: The name of the button that saves, in place of the typed colour, the nearest that can be read.
CORRECT = "correct"


class BrandingForm(EditForm):
    """A look. `kept_logo` carries an uploaded picture through a form that comes back."""

    display_name = StringField(
        "Display name", filters=[stripped], validators=[PlainText(MAX_DISPLAY_NAME)]
    )
    colour = StringField("Colour", filters=[stripped])
    logo = FileField("Logo")
    kept_logo = HiddenField()
    remove_logo = BooleanField("Remove the logo")

    #: The nearest colour that can be read, when the typed one cannot.
    offer: str | None = None

    def fill(self, look: Look, revision: int) -> None:
        """Put a stored look into the fields."""
        self.revision.data = revision
        self.display_name.data, self.colour.data = look.display_name, look.colour
        for language, parts in look.texts.items():
            for part in PARTS:
                if (name := f"{part}_{language}") in self:
                    self[name].data = parts.get(part, "")

    def typed_look(
        self, stored: Look, languages: Iterable[str], *, correct: bool = False
    ) -> Look | None:
        """The look that was typed, or None: then each mistake stands at its field.

        What the form does not show stays as it is `stored`: texts in other languages, and the
        logo when none was chosen. `correct` puts the nearest colour that can be read in place.
        """
        self.validate()
        logo = self._typed_logo(stored.logo)
        if correct:
            self._correct()
        texts = {language: dict(parts) for language, parts in stored.texts.items()}
        for language in languages:
            texts[language] = {part: self[f"{part}_{language}"].data or "" for part in PARTS}
        colour = self._typed_colour()
        if self.errors or colour is None:
            return None
        try:
            return checked_look(
                display_name=self.display_name.data, colour=colour, logo=logo, texts=texts
            )
        except BrandingError as error:
            self.take(error)
            return None

    def _typed_colour(self) -> str | None:
        try:
            return check_colour(self.colour.data or "")
        except ColourTooLight as error:
            self.offer = error.corrected
            self.take(error)
        except BrandingError as error:
            self.take(error)
        return None

    def _correct(self) -> None:
        try:
            self.colour.data = corrected_colour(parse_colour(self.colour.data or ""))
        except BrandingError:
            return  # said when it is checked

    def _typed_logo(self, stored: bytes | None) -> bytes | None:
        """An upload goes before a picture that was kept; removing goes before both."""
        upload, self.logo.data = self.logo.data, None
        if self.remove_logo.data:
            self.kept_logo.data = ""
            return None
        try:
            if isinstance(upload, FileStorage) and upload.filename:
                logo = reencode_logo(upload.stream.read(MAX_FILE_BYTES + 1))
                self.kept_logo.data = base64.b64encode(logo).decode("ascii")
                return logo
            return _unpacked(self.kept_logo.data) or stored
        except BrandingError as error:
            self.take(error)
            return stored


def branding_form(languages: Iterable[str]) -> BrandingForm:
    """The form with an introduction and a footer in each of `languages`."""
    fields = {
        f"{part}_{language}": TextAreaField(
            f"{LABELS[part]} in {language_name(language)}",
            filters=[stripped],
            validators=[PlainText(MAX_TEXT, least=0, lines=True)],
        )
        for language in languages
        for part in PARTS
    }
    made: BrandingForm = type("BrandingForm", (BrandingForm,), fields)()
    return made


def _unpacked(text: str | None) -> bytes | None:
    """The picture of a form that came back; it is read like any other file."""
    if not text:
        return None
    try:
        picture = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise BrandingError("the logo was lost on the way: choose it again", "logo") from error
    return reencode_logo(picture)
