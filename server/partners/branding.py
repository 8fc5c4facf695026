"""What a partner's branding is made of, and the bounds that keep it harmless and legible."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass, field

MAX_LOGO_BYTES = 3_072
MAX_DISPLAY_NAME = 60
MAX_TEXT = 280
MIN_CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3
DEFAULT_COLOUR = "#1d4f76"

_DIRECTION_CONTROLS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_SIGNATURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


class BrandingError(ValueError):
    """A part of the branding is out of bounds; the message says what to change."""


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


def check_colour(colour: str) -> str:
    """A `#rrggbb` colour in lower case on which white text has a contrast of 4.5 : 1 or more.

    Raises BrandingError; a value that is no such colour can therefore never reach a style.
    """
    value = colour.strip().lower()
    if not _COLOUR.fullmatch(value):
        raise BrandingError(f"{colour!r} is no colour: write it as #1d4f76")
    contrast = contrast_ratio(value, "#ffffff")
    if contrast < MIN_CONTRAST:
        raise BrandingError(
            f"{value} is too light for white text ({contrast:.1f}:1, at least 4.5:1): darken it"
        )
    return value


def contrast_ratio(one: str, other: str) -> float:
    """Contrast of two `#rrggbb` colours, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def check_text(text: str, limit: int) -> str:
    """Plain text without control or bidirectional override characters, up to `limit` long."""
    text = " ".join(text.split())
    if len(text) > limit:
        raise BrandingError(f"{len(text)} characters are too many: at most {limit}")
    if any(
        ord(c) < 32 or c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069" for c in text
    ):
        raise BrandingError("control and direction-override characters are not allowed")
    return text


def reencode_logo(data: bytes) -> bytes:
    """The logo decoded and written anew as PNG, at most 3,072 bytes; raises BrandingError.

    Re-encoding drops metadata and whatever a polyglot file carried beside the picture.
    """
    from PIL import Image, UnidentifiedImageError

    if not any(data.startswith(signature) for signature in _SIGNATURES):
        raise BrandingError("the logo must be a PNG or JPEG file")
    try:
        with Image.open(io.BytesIO(data), formats=["PNG", "JPEG"]) as image:
            if image.width > 2_000 or image.height > 2_000:
                raise BrandingError("the logo is larger than 2,000 pixels: make it smaller")
            picture = image.convert("RGBA")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise BrandingError("the logo cannot be read as an image") from error
    for height in (64, 48, 40, 32, 24):
        for colours in (128, 64, 32, 16):
            encoded = _encode(picture, height, colours)
            if len(encoded) <= MAX_LOGO_BYTES:
                return encoded
    raise BrandingError("the logo is too detailed for 3 KiB: use a simpler one")


def logo_uri(png: bytes | None) -> str:
    """The `data:` URI of a re-encoded logo, or an empty string."""
    return f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}" if png else ""


def _encode(picture: object, height: int, colours: int) -> bytes:
    from PIL import Image

    assert isinstance(picture, Image.Image)  # noqa: S101
    copy = picture.copy()
    copy.thumbnail((height * 5, height))
    out = io.BytesIO()
    copy.quantize(colours, method=Image.Quantize.FASTOCTREE).save(out, "PNG", optimize=True)
    return out.getvalue()


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
