"""Which compression a client takes, and content in each of them."""

from __future__ import annotations

import gzip
from functools import lru_cache

import brotli
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

#: For what is made once and served often; anything else must not keep a citizen waiting.
BEST = 11
QUICK = 5

BROTLI = "br"
GZIP = "gzip"
#: As it is, for clients that name neither.
IDENTITY = ""


@lru_cache(maxsize=256)
def accepted_encoding(header: str) -> str:
    """The smallest encoding that an `Accept-Encoding` allows; browsers send only a few of them."""
    accepted = parse_accept_header(header, Accept)
    return next((name for name in (BROTLI, GZIP) if accepted.quality(name) > 0), IDENTITY)


def compress(content: bytes, encoding: str, quality: int) -> bytes:
    """`content` in one encoding; the same input gives the same bytes."""
    if encoding == BROTLI:
        return brotli.compress(content, quality=quality)  # type: ignore[no-any-return]
    if encoding == GZIP:
        return gzip.compress(content, 9 if quality == BEST else QUICK, mtime=0)
    return content
