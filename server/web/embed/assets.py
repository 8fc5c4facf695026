"""What is written into every document: the one constant script, and the style in a key's colour."""

from __future__ import annotations

import re
from functools import lru_cache

from markupsafe import Markup

from server.partners.service import DARK_GROUNDS, glowing
from server.web.embed.address import Theme
from server.web.widget.files import built_file

#: Behind text in the dark: `--bg` of the dark scheme in `widget/frame/frame.css`.
DARK_GROUND = DARK_GROUNDS[0]

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_DARK_RULES = re.compile(r"@media\s*\(prefers-color-scheme:\s*dark\)\s*\{")
_EITHER_SCHEME = re.compile(r"color-scheme:\s*light dark")


@lru_cache(maxsize=1)
def frame_script() -> Markup:
    """The form's script, the same bytes for all keys, so that its hash is fixed."""
    return _inline(built_file("frame.js").content.decode("utf-8"))


@lru_cache(maxsize=1)
def preview_script() -> Markup:
    """What keeps a preview of the form from sending and from leading on."""
    return _inline(built_file("preview.js").content.decode("utf-8"))


@lru_cache(maxsize=256)
def frame_style(colour: str, theme: Theme | None = None) -> Markup:
    """The form's style in a brand colour `#rrggbb`; raises ValueError for anything else.

    `theme` settles light or dark; without one the style follows the citizen's own setting.
    """
    if not _COLOUR.fullmatch(colour):
        raise ValueError(f"{colour!r} is no colour")
    css = built_file("frame.css").content.decode("utf-8")
    if theme:
        css = in_theme(css, theme)
    return _inline(f"{css}:root{{--brand:{colour};--glow:{glowing(colour)}}}")


def in_theme(css: str, theme: Theme) -> str:
    """`css` with its rules for the dark always on or left out, and native controls likewise.

    Raises ValueError for a query of the colour scheme that is not just `dark`.
    """
    parts, rest = [], css
    while match := _DARK_RULES.search(rest):
        end = _closing(rest, match.end())
        parts += [rest[: match.start()], rest[match.end() : end] if theme == "dark" else ""]
        rest = rest[end + 1 :]
    fixed = _EITHER_SCHEME.sub(f"color-scheme:{theme}", "".join((*parts, rest)))
    if "prefers-color-scheme" in fixed:
        raise ValueError("the style asks for the colour scheme in a way that no theme can settle")
    return fixed


def _closing(css: str, start: int) -> int:
    """Where the block ends that is open at `start`."""
    depth = 1
    for index in range(start, len(css)):
        depth += {"{": 1, "}": -1}.get(css[index], 0)
        if depth == 0:
            return index
    raise ValueError("a block of the style has no end")


def _inline(content: str) -> Markup:
    """Our own file as the content of an element; refuses one that would end the element."""
    if "</" in content or "<!--" in content:
        raise ValueError("the built widget cannot stand inside a document")
    return Markup(content)  # noqa: S704  (built from our own sources)
