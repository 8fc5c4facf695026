"""Fields of a report: text in NFC without what cannot be shown, and reported addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from marshmallow import ValidationError, fields

from server.intake.service import (
    MAX_ADDRESS_LENGTH,
    Address,
    AddressRefused,
    Handle,
    Refusal,
    canonical_address,
)
from server.normal_forms import composed

_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# The same for the API's description, in the dialect of JSON Schema.
_SHOWABLE = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$"
#: What nobody sees by itself: of nothing else a text cannot consist.
_INVISIBLE = r"\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_NOTHING = re.compile(rf"[\s{_INVISIBLE}]*")
_SHOWABLE_AND_NOT_EMPTY = (
    _SHOWABLE.replace("*$", rf"*[^\s\u0000-\u001f\u007f{_INVISIBLE}]") + _SHOWABLE[1:]
)
_DATA_URL = re.compile(r"data:[a-z]+/[a-z0-9.+-]+[;,]", re.I)
_BASE64_LENGTH = 256
_BASE64_BLOB = re.compile(rf"[A-Za-z0-9+/]{{{_BASE64_LENGTH},}}")
_EMAIL = re.compile(r"[^\s@<>\"(),:;\\]{1,64}@[^\s@.]+(\.[^\s@.]+)+")
#: The latest civil date on Earth is up to 14 hours ahead of UTC.
_AHEAD_OF_UTC = timedelta(hours=14)


#: What marshmallow says by itself, in the citizen's language.
PLAIN_ERRORS = {
    "required": lazy_gettext("This is needed."),
    "null": lazy_gettext("This is needed."),
    "invalid": lazy_gettext("This must be text."),
}


class Text(fields.Field[str | None]):
    """Trimmed text in NFC of at most `limit` characters; empty text is None.

    Refuses control characters, lone surrogates, pictures or files pasted as text, and, where
    the field is required, emptiness.
    """

    default_error_messages = PLAIN_ERRORS

    def __init__(self, limit: int, **kwargs: Any) -> None:
        described = {"type": "string", "maxLength": limit, "pattern": _SHOWABLE}
        if kwargs.get("required"):
            described |= {"minLength": 1, "pattern": _SHOWABLE_AND_NOT_EMPTY}
        super().__init__(metadata=described, **kwargs)
        self.limit = limit

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str | None:
        if not isinstance(value, str):
            raise ValidationError(_("This must be text."))
        text = composed(value)
        # Before it is trimmed: to Python some control characters are blanks.
        if _UNSHOWABLE.search(text):
            raise ValidationError(_("This has characters that cannot be read. Type it again."))
        text = text.strip()
        if not text.isascii() and _NOTHING.fullmatch(text):
            text = ""
        if len(text) > self.limit:
            raise ValidationError(
                _(
                    "This is too long: %(length)s characters, at most %(limit)s.",
                    length=len(text),
                    limit=self.limit,
                )
            )
        if _holds_a_file(text):
            raise ValidationError(refusal_text(Refusal.FILE_CONTENT))
        if self.required and not text:
            raise self.make_error("required")
        return text or None


def _holds_a_file(text: str) -> bool:
    """Whether a picture or a file was pasted as text. Most texts are told by one look."""
    if "data:" in text.lower() and _DATA_URL.search(text):
        return True
    return len(text) >= _BASE64_LENGTH and _BASE64_BLOB.search(text) is not None


class ReportedAddress(fields.Field[Address]):
    """A web address of at most 2,048 characters; loads as a canonical Address."""

    default_error_messages = PLAIN_ERRORS

    def __init__(self, **kwargs: Any) -> None:
        metadata = {"type": "string", "maxLength": MAX_ADDRESS_LENGTH}
        super().__init__(metadata=metadata, **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Address:
        if not isinstance(value, str):
            raise ValidationError(_("This must be text."))
        try:
            return canonical_address(value)
        except AddressRefused as error:
            raise ValidationError(refusal_text(error.reason)) from None


class Place(fields.Field[Any]):
    """`{url}`, or `{platform, handle}` for an app without addresses."""

    # Made once: making a field costs more than using it.
    _url = ReportedAddress()
    _platform = Text(100)
    _handle = Text(200)

    def __init__(self, **kwargs: Any) -> None:
        forms = (
            {"url": self._url},
            {"platform": Text(100, required=True), "handle": Text(200, required=True)},
        )
        described = [
            {
                "type": "object",
                "properties": {name: dict(field.metadata) for name, field in form.items()},
                "required": list(form),
                "additionalProperties": False,
            }
            for form in forms
        ]
        super().__init__(metadata={"oneOf": described}, **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Address | Handle:
        if not isinstance(value, dict):
            raise ValidationError(_("Give a web address, or the app and the name used there."))
        unknown = set(value) - {"url", "platform", "handle"}
        if unknown:
            raise ValidationError({"_": [_("Unknown field.")]})
        if "url" in value:
            if len(value) > 1:
                raise ValidationError(
                    _("Give either a web address, or the app and the name used there.")
                )
            url: Address = self._load(self._url, "url", value)
            return url
        return Handle(
            platform=self._required(self._platform, "platform", value),
            handle=self._required(self._handle, "handle", value),
        )

    def _required(self, field: Text, name: str, value: dict[str, Any]) -> str:
        text = self._load(field, name, value) if name in value else None
        if not text:
            raise ValidationError({name: [missing_part(name)]})
        return str(text)

    @staticmethod
    def _load(field: fields.Field[Any], name: str, value: dict[str, Any]) -> Any:
        try:
            return field.deserialize(value[name])
        except ValidationError as error:
            raise ValidationError({name: error.messages}) from None


class ShortList(fields.List[Any]):
    """A list whose length is looked at first: 20,000 wrong items would take seconds to refuse."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> list[Any]:
        if isinstance(value, list):
            self._validate(value)
        return super()._deserialize(value, attr, data, **kwargs)


class PastDate(fields.Date):
    """An ISO 8601 calendar date that is not in the future anywhere on Earth, nor before 1990."""

    default_error_messages = PLAIN_ERRORS

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> date:
        try:
            day = date.fromisoformat(value)
        except (TypeError, ValueError):
            raise ValidationError(_("This is no date. Write it as 2026-01-31.")) from None
        if day > (datetime.now(UTC) + _AHEAD_OF_UTC).date():
            raise ValidationError(_("This date is in the future."))
        if day.year < 1990:
            raise ValidationError(_("This date is too long ago."))
        return day


class Email(Text):
    """An email address of at most 254 characters (RFC 5321, section 4.5.3.1)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(254, **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str | None:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text is None or not _EMAIL.fullmatch(text):
            raise ValidationError(
                _("This is no email address. Write it as name@example.org, or leave it out.")
            )
        return text


def missing_part(name: str) -> str:
    """What to say when one half of an app's name and handle is missing."""
    if name == "platform":
        return str(_("Write which app or service it is."))
    return str(_("Write the name, number or group used there."))


def refusal_text(reason: Refusal) -> str:
    """What to tell a citizen whose address was refused: calm, and what to do."""
    texts: dict[Refusal, str] = {
        Refusal.EMPTY: _("Write the address where you saw it."),
        Refusal.TOO_LONG: _(
            "This address is too long. Leave out the part behind the question mark and try again."
        ),
        Refusal.LINE_BREAK: _("Put each address on a line of its own."),
        Refusal.SEVERAL: _("These look like several addresses. Put each on a line of its own."),
        Refusal.FILE_CONTENT: _(
            "This looks like a picture or a file. Please never send or save one. "
            "Only give the address where you saw it."
        ),
        Refusal.UNSUPPORTED_SCHEME: _(
            "Only web addresses can be reported here, such as https://example.com/page. "
            "For an app, give its name and the name used there."
        ),
        Refusal.NOT_AN_ADDRESS: _(
            "This does not look like a web address. It should look like https://example.com/page."
        ),
        Refusal.NO_HOST: _(
            "The name of the website is missing or wrong. "
            "Copy the whole address, such as https://example.com/page."
        ),
        Refusal.PRIVATE_HOST: _(
            "This address works only inside your own network, so we cannot reach it. "
            "Look for the public address of the website."
        ),
        Refusal.CONTROL_CHARACTER: _(
            "This address has characters that cannot be read. Copy it again."
        ),
    }
    return texts[reason]
