"""Names that staff give: one line of plain text that cannot pass itself off as another."""

from __future__ import annotations

import unicodedata

from server.normal_forms import composed
from server.partners.errors import PartnerError

MAX_NAME = 120
#: Turn the direction of what follows (UAX #9), so that a name could read as another.
TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
#: Control characters, halves of a pair, private use, and the two line separators.
_REFUSED = frozenset({"Cc", "Cs", "Co", "Zl", "Zp"})


def clean_name(text: str, what: str, field: str, most: int = MAX_NAME) -> str:
    """`text` composed (NFC) and trimmed, 1 to `most` characters.

    Raises PartnerError for `field` when it is empty, too long, or holds characters that hide
    or turn text around. `what` begins the sentence: "a partner's name".
    """
    name = composed(text).strip()
    if not any(_shows(character) for character in name):
        raise PartnerError(f"{what} is missing: write one", field)
    if len(name) > most:
        raise PartnerError(f"{what} has {len(name):,} characters: at most {most}", field)
    if any(character in TURNING for character in name):
        raise PartnerError(f"{what} holds characters that turn text around: type it anew", field)
    if any(unicodedata.category(character) in _REFUSED for character in name):
        raise PartnerError(f"{what} holds control characters: type it anew", field)
    return name


def _shows(character: str) -> bool:
    return unicodedata.category(character)[0] not in "CZ"
