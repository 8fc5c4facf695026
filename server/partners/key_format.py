"""The text of a key: `iwfpk_live_` + 30 base62 characters + 6 of CRC-32 in base62.

The checksum refuses a mistyped key without a query, and lets secret scanners recognise a
leaked secret key without asking us. It is no protection: whoever knows the rule can make one.
"""

from __future__ import annotations

import re
import secrets
import string
import zlib
from dataclasses import dataclass
from typing import Literal

from server.partners.vocabulary import KeyMode

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
RANDOM_LENGTH = 30
CHECKSUM_LENGTH = 6
KEY_ID_LENGTH = 10

PUBLISHABLE = "iwfpk"
SECRET = "iwfsk"  # noqa: S105  (a prefix, not a secret)
Kind = Literal["iwfpk", "iwfsk"]

_PATTERN = re.compile(r"(iwfpk|iwfsk)_(live|test)_([0-9A-Za-z]{30})([0-9A-Za-z]{6})", re.ASCII)


@dataclass(frozen=True, slots=True)
class KeyText:
    """A well-formed key: 47 characters whose checksum is right. Whether it exists is another
    question."""

    text: str
    kind: Kind
    mode: KeyMode

    @property
    def key_id(self) -> str:
        """Prefix and first 10 random characters: names a secret key without giving it away."""
        return self.text[: len("iwfsk_live_") + KEY_ID_LENGTH]


def mint_key(kind: Kind, mode: KeyMode) -> KeyText:
    """A new key with 178 random bits."""
    body = "".join(secrets.choice(BASE62) for _ in range(RANDOM_LENGTH))
    prefix = f"{kind}_{mode.value}_"
    return KeyText(prefix + body + _checksum(prefix + body), kind, mode)


def parse_key(text: str) -> KeyText | None:
    """The key that `text` spells, or None when its shape or checksum is wrong."""
    match = _PATTERN.fullmatch(text)
    if match is None:
        return None
    kind, mode, _, checksum = match.groups()
    if _checksum(text[:-CHECKSUM_LENGTH]) != checksum:
        return None
    return KeyText(text, "iwfpk" if kind == PUBLISHABLE else "iwfsk", KeyMode(mode))


def _checksum(text: str) -> str:
    """CRC-32 (ISO 3309) of the ASCII text as six base62 digits, most significant first."""
    number = zlib.crc32(text.encode("ascii"))
    digits = ""
    for _ in range(CHECKSUM_LENGTH):
        number, digit = divmod(number, 62)
        digits = BASE62[digit] + digits
    return digits
