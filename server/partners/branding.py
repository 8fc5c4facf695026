"""What a partner's branding is made of, and the bounds that keep its words harmless."""

from __future__ import annotations

import base64
import unicodedata
from dataclasses import dataclass, field

from server.normal_forms import composed
from server.partners.colour import DEFAULT_COLOUR
from server.partners.errors import BrandingError
from server.partners.names import TURNING

MAX_DISPLAY_NAME = 60
MAX_TEXT = 280

#: Turn what follows around (UAX #9), or stand in a text unseen.
_HIDDEN = TURNING | frozenset("\u2060\u2061\u2062\u2063\u2064\ufeff")
#: Control characters, halves of a pair, private use.
_REFUSED = frozenset({"Cc", "Cs", "Co"})


@dataclass(frozen=True, slots=True)
class BrandingTexts:
    """Plain text in one language, each up to 280 characters, never markup."""

    intro: str = ""
    footer: str = ""


@dataclass(frozen=True, slots=True)
class BrandingView:
    """A branding as the frame shows it. `logo` is a `data:` URI or empty."""

    display_name: str
    colour: str = DEFAULT_COLOUR
    logo: str = ""
    texts: dict[str, BrandingTexts] = field(default_factory=dict)

    def texts_in(self, language: str) -> BrandingTexts:
        return self.texts.get(language, BrandingTexts())


def check_text(text: str, limit: int, name: str | None = None) -> str:
    """Plain text on one line, composed (NFC), up to `limit` characters long.

    Raises BrandingError, for the field `name`, when it is longer or holds characters that
    control, hide or turn text around.
    """
    text = " ".join(composed(text).split())
    if len(text) > limit:
        raise BrandingError(f"{len(text):,} characters are too many: at most {limit}", name)
    if any(c in _HIDDEN or unicodedata.category(c) in _REFUSED for c in text):
        raise BrandingError(
            "control and direction-override characters are not allowed: type it anew", name
        )
    return text


def logo_uri(png: bytes | None) -> str:
    """The `data:` URI of a re-encoded logo, or an empty string."""
    return f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}" if png else ""
