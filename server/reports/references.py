"""Reference (quotable) and receipt (the citizen's secret), both derived from one submission.

HKDF-SHA256 (RFC 5869) of the idempotency key with the server's secret as salt, one label each:
a retry, on any worker, after any crash, gets the same answer.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from dataclasses import dataclass

from server.storage.keyring import IntakeSecrets

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHECK_SYMBOLS = CROCKFORD + "*~$=U"
REFERENCE_LENGTH = 12
RECEIPT_DIGITS = 20


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the citizen is given. `receipt` is 20 digits, without spaces."""

    reference: str
    receipt: str


def derive_tokens(secrets: IntakeSecrets, idempotency_key: bytes, generation: int) -> Tokens:
    """Reference and receipt of a submission under one generation of the intake's secret."""
    salt = secrets.derive("report-tokens", generation)
    extracted = hmac.new(salt, idempotency_key, "sha256").digest()
    # 16 bytes modulo 10^20: the bias is below 2^-61.
    receipt = _expand(extracted, b"receipt", 16) % 10**RECEIPT_DIGITS
    return Tokens(
        reference=with_check_symbol(_expand(extracted, b"reference", 8) >> 4),
        receipt=f"{receipt:0{RECEIPT_DIGITS}d}",
    )


def _expand(extracted: bytes, label: bytes, length: int) -> int:
    """The first block of HKDF-Expand (RFC 5869, section 2.3), of at most 32 bytes, as a number."""
    block = hmac.new(extracted, b"portals/" + label + b"\x01", "sha256").digest()
    return int.from_bytes(block[:length], "big")


def with_check_symbol(number: int) -> str:
    """60 bits as 12 Crockford base32 characters and the check symbol modulo 37."""
    body = "".join(CROCKFORD[number >> shift & 31] for shift in range(55, -1, -5))
    return body + CHECK_SYMBOLS[number % 37]


def parse_reference(text: str) -> str | None:
    """A reference as people write it (small letters, hyphens, O for 0, I and L for 1), or None
    when the shape or the check symbol is wrong."""
    text = re.sub(r"[\s-]", "", text.upper())
    if len(text) != REFERENCE_LENGTH + 1:
        return None
    body = text[:-1].translate(str.maketrans("OIL", "011"))
    check = text[-1].translate(str.maketrans("OIL", "011"))
    if any(c not in CROCKFORD for c in body) or check not in CHECK_SYMBOLS:
        return None
    number = 0
    for character in body:
        number = number << 5 | CROCKFORD.index(character)
    return body + check if CHECK_SYMBOLS[number % 37] == check else None


def parse_receipt(text: str) -> str | None:
    """The 20 digits of a receipt, written with spaces, hyphens or the digits of any script."""
    digits = "".join(
        str(unicodedata.digit(c)) if unicodedata.category(c) == "Nd" else c
        for c in re.sub(r"[\s\u200e\u200f-]", "", text)
    )
    return digits if re.fullmatch(r"[0-9]{20}", digits, re.ASCII) else None


def in_fours(receipt: str) -> str:
    """`1234 5678 …`: how a receipt is shown."""
    return " ".join(receipt[i : i + 4] for i in range(0, len(receipt), 4))


def receipt_hmac(secrets: IntakeSecrets, receipt: str, generation: int) -> bytes:
    """What is stored of a receipt, 32 bytes."""
    key = secrets.derive("receipt-lookup", generation)
    return hmac.new(key, receipt.encode("ascii"), "sha256").digest()
