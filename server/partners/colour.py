"""Brand colours: their contrast on the form's grounds, and the nearest darker one that holds.

The form writes in the colour on its light grounds, and white on the colour; in the dark it
writes in a lighter twin of the colour, and dark on that.
"""

from __future__ import annotations

import math
import re

from server.partners.errors import BrandingError

DEFAULT_COLOUR = "#1d4f76"
MIN_CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3
#: `--bg` and `--fill` of `widget/frame/frame.css`, light and dark.
LIGHT_GROUNDS = ("#ffffff", "#f2f5f7")
DARK_GROUNDS = ("#15191d", "#22292f")
#: Of the lighter twin on the dark ground (WCAG 2.2, success criterion 1.4.6).
GLOW_CONTRAST = 7.0

_COLOUR = re.compile(r"#[0-9a-f]{6}")


class ColourTooLight(BrandingError):
    """A colour that cannot be read; `corrected` is the nearest darker one that can."""

    def __init__(self, colour: str) -> None:
        self.corrected = corrected_colour(colour)
        super().__init__(
            f"{colour} is too light to be read ({math.floor(legibility(colour) * 10) / 10}:1, "
            f"at least {MIN_CONTRAST}:1): darken it, for instance to {self.corrected}",
            "colour",
        )


def check_colour(colour: str) -> str:
    """A `#rrggbb` colour in lower case that the form can be read in, light and dark.

    Raises ColourTooLight, and BrandingError for a value that is no such colour, which can
    therefore never reach a style.
    """
    value = parse_colour(colour)
    if legibility(value) < MIN_CONTRAST:
        raise ColourTooLight(value)
    return value


def parse_colour(colour: str) -> str:
    """`#rrggbb` in lower case, however light; raises BrandingError for anything else."""
    value = colour.strip().lower()
    if not _COLOUR.fullmatch(value):
        raise BrandingError(f"{colour[:40]!r} is no colour: write it as #1d4f76", "colour")
    return value


def corrected_colour(colour: str) -> str:
    """The nearest darker colour of the same hue that the form can be read in.

    4.5:1 or more against white and the form's grey; a colour that holds is returned as it is.
    The dark holds for every colour: its twin is made for it. `colour` is `#rrggbb`.
    """
    channels = _channels(colour)
    brightest = max(channels)
    for level in range(brightest, 0, -1):
        # All channels in proportion: hue and saturation stay, as far as 8 bits let them.
        darker = _written([round(channel * level / brightest) for channel in channels])
        if legibility(darker) >= MIN_CONTRAST:
            return darker
    return "#000000"


def legibility(colour: str) -> float:
    """The worse contrast of a `#rrggbb` colour on the light grounds, 1 to 21."""
    return min(contrast_ratio(colour, ground) for ground in LIGHT_GROUNDS)


def glowing(colour: str) -> str:
    """`colour` mixed with as much white as it takes to be read in the dark: 7:1 on the ground."""
    channels = _channels(colour)
    for share in range(0, 101, 5):
        mixed = _written([c + (255 - c) * share // 100 for c in channels])
        if contrast_ratio(mixed, DARK_GROUNDS[0]) >= GLOW_CONTRAST:
            return mixed
    return "#ffffff"


def contrast_ratio(one: str, other: str) -> float:
    """Contrast of two `#rrggbb` colours, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    shares = [channel / 255 for channel in _channels(colour)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _channels(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def _written(channels: list[int]) -> str:
    return "#" + "".join(f"{channel:02x}" for channel in channels)
