"""The languages a citizen may be spoken to in. The language is in the address or in the body of a
request, never in a header or a cookie."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from flask_babel import force_locale

Direction = Literal["ltr", "rtl"]


@dataclass(frozen=True, slots=True)
class Language:
    """A language with its own name and the direction it is written in."""

    code: str
    name: str
    direction: Direction = "ltr"


#: Every language with a complete catalogue, in the order in which they are offered.
LANGUAGES: dict[str, Language] = {
    language.code: language
    for language in (
        Language("en", "English"),
        Language("fr", "Français"),
        Language("ar", "العربية", "rtl"),
    )
}
FALLBACK = "en"


def direction(code: str) -> Direction:
    """How text in this language runs; left to right for a language we do not speak."""
    language = LANGUAGES.get(code)
    return language.direction if language else "ltr"


def spoken(codes: Iterable[str]) -> tuple[Language, ...]:
    """Those of `codes` that have a catalogue, in their own order; English when none has."""
    known = tuple(LANGUAGES[code] for code in codes if code in LANGUAGES)
    return known or (LANGUAGES[FALLBACK],)


def chosen(wanted: str | None, codes: Iterable[str] = LANGUAGES, default: str = FALLBACK) -> str:
    """The language to answer in: `wanted` when it is among `codes`, else `default`.

    Never a language without a catalogue, whatever a portal was set up with.
    """
    offered = [language.code for language in spoken(codes)]
    if wanted in offered:
        return wanted
    return default if default in offered else offered[0]


@contextmanager
def speaking(wanted: str | None) -> Iterator[str]:
    """Within this block `gettext` speaks `wanted`, or English when there is no such catalogue.

    Yields the code of the language that is spoken.
    """
    code = chosen(wanted)
    with force_locale(code):
        yield code
