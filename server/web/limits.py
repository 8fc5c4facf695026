"""Whom a limit counts: an HMAC of the client's network under a key that lives in memory.

/24 of IPv4 and /56 of IPv6. The key is replaced daily, never written anywhere, and gone with
the process: nothing that is kept leads back to an address.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
import threading
import time

from flask import request
from flask_limiter import Limiter
from limits import parse

KEY_LIFETIME_S = 24 * 3600


class _DailyKey:
    """A random key that is replaced once a day."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key = secrets.token_bytes(32)
        self._born = time.monotonic()

    def current(self) -> bytes:
        with self._lock:
            if time.monotonic() - self._born > KEY_LIFETIME_S:
                self._key = secrets.token_bytes(32)
                self._born = time.monotonic()
            return self._key


_daily_key = _DailyKey()


def client_bucket() -> str:
    """The bucket of this request's client, 16 hexadecimal digits."""
    return bucket_of(request.remote_addr or "")


#: How many reports a minute may earn a key the normal lane by pace alone, without a challenge.
#: More than a busy partner gets; a program that waits its 3 s in parallel ends in the low lane.
TIMED_FORMS = parse("60 per minute")

limiter = Limiter(key_func=client_bucket, storage_uri="memory://", headers_enabled=False)


def earns_normal_lane_by_pace(key: str) -> bool:
    """Count one unhurried form without script for a partner key; False above the key's rate.

    Above it nobody is refused: the report goes into the low lane.
    """
    return limiter.limiter.hit(TIMED_FORMS, "timed-form", key)


def bucket_of(address: str) -> str:
    """The bucket of a network address; what is no address has one bucket in common."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        network = "unknown"
    else:
        if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        prefix = 24 if ip.version == 4 else 56
        network = str(ipaddress.ip_network((ip, prefix), strict=False))
    return hmac.new(_daily_key.current(), network.encode(), hashlib.sha256).hexdigest()[:16]
