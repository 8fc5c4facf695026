"""Whose network a request came from: as much of an address as limits may know of it."""

from __future__ import annotations

import socket

UNKNOWN = b"?"
_MAPPED = bytes(10) + b"\xff\xff"


def network_of(address: str) -> bytes:
    """The /24 of an IPv4 address, the /56 of an IPv6 one; UNKNOWN for whatever is none.

    A home has a /64 to a /56 of IPv6 for itself (RIPE-690), so that changing addresses within it
    changes nothing here. A port, which some proxies add, is left out.
    """
    try:
        return b"4" + socket.inet_pton(socket.AF_INET, address)[:3]
    except (OSError, ValueError):
        return _network_of_other(address)


def _network_of_other(address: str) -> bytes:
    if address.startswith("["):
        address = address[1:].partition("]")[0]
    elif address.count(":") == 1:
        address = address.partition(":")[0]
    for family, length, kind in ((socket.AF_INET, 3, b"4"), (socket.AF_INET6, 7, b"6")):
        try:
            packed = socket.inet_pton(family, address.partition("%")[0])
        except (OSError, ValueError):
            continue
        if packed.startswith(_MAPPED) and family == socket.AF_INET6:
            return b"4" + packed[12:15]
        return kind + packed[:length]
    return UNKNOWN
