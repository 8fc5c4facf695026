"""What the console hands out and takes back unaltered: signed texts, each for one purpose."""

from __future__ import annotations

import hashlib

from flask import current_app
from itsdangerous import URLSafeTimedSerializer


def signer(purpose: str) -> URLSafeTimedSerializer:
    """Signs and reads texts of `purpose`; one that was signed for another does not pass."""
    return URLSafeTimedSerializer(
        current_app.secret_key or "",
        salt=f"console/{purpose}",
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )
