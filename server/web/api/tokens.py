"""The secret key of a partner's server, as a request brings it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def bearer_token(environ: Mapping[str, Any]) -> str | None:
    """The token of `Authorization: Bearer …` (RFC 6750); another scheme counts as a wrong one."""
    header: str | None = environ.get("HTTP_AUTHORIZATION")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
