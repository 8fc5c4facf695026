"""The same submission twice is one report: keys, their hash, and the tag of the body.

The key itself is never stored: reference and receipt are derived from it, so whoever read it
from a database could look a citizen's report up.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from typing import Any

from server.intake.errors import IdempotencyKeyMalformed

KEY_BYTES = 16
_canonical = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
_SHAPE = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)


def new_idempotency_key() -> str:
    """128 random bits as 22 base64url characters."""
    return secrets.token_urlsafe(KEY_BYTES)


def parse_idempotency_key(text: str | None) -> bytes:
    """The 16 bytes that `text` spells; raises IdempotencyKeyMalformed.

    Only the canonical spelling counts (the last character carries two bits), so that one key
    cannot be written in several ways.
    """
    if text is None or not _SHAPE.fullmatch(text):
        raise IdempotencyKeyMalformed
    key = base64.urlsafe_b64decode(text + "==")
    if base64.urlsafe_b64encode(key).rstrip(b"=").decode() != text:
        raise IdempotencyKeyMalformed
    return key


def idempotency_hash(key: bytes) -> bytes:
    """SHA-256 of the key: the column that is unique."""
    return hashlib.sha256(key).digest()


def body_tag(key: bytes, body: dict[str, Any]) -> bytes:
    """HMAC-SHA-256 of the canonical body under the idempotency key, 32 bytes.

    `body` is the submission without its challenge, so that a retry with another challenge is
    the same submission.
    """
    return hmac.new(key, _canonical(body).encode("utf-8"), "sha256").digest()
