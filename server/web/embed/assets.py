"""What is written into every document: the one constant script, and the style in a key's colour."""

from __future__ import annotations

import re
from functools import lru_cache

from markupsafe import Markup

from server.partners.service import contrast_ratio
from server.web.widget.files import built_file

#: Behind text in the dark: `--bg` of the dark scheme in `widget/frame/frame.css`.
DARK_GROUND = "#15191d"
MIN_CONTRAST = 7.0  # WCAG 2.2, success criterion 1.4.6

_COLOUR = re.compile(r"#[0-9a-f]{6}")


@lru_cache(maxsize=1)
def frame_script() -> Markup:
    """The form's script, the same bytes for all keys, so that its hash is fixed."""
    return _inline(built_file("frame.js").content.decode("utf-8"))


@lru_cache(maxsize=256)
def frame_style(colour: str) -> Markup:
    """The form's style in a brand colour `#rrggbb`; raises ValueError for anything else."""
    if not _COLOUR.fullmatch(colour):
        raise ValueError(f"{colour!r} is no colour")
    css = built_file("frame.css").content.decode("utf-8")
    return _inline(f"{css}:root{{--brand:{colour};--glow:{glowing(colour)}}}")


def glowing(colour: str) -> str:
    """`colour` mixed with as much white as it takes to be read on the dark ground (7 : 1)."""
    channels = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    for share in range(0, 101, 5):
        mixed = "#" + "".join(f"{c + (255 - c) * share // 100:02x}" for c in channels)
        if contrast_ratio(mixed, DARK_GROUND) >= MIN_CONTRAST:
            return mixed
    return "#ffffff"


def _inline(content: str) -> Markup:
    """Our own file as the content of an element; refuses one that would end the element."""
    if "</" in content or "<!--" in content:
        raise ValueError("the built widget cannot stand inside a document")
    return Markup(content)  # noqa: S704  (built from our own sources)
