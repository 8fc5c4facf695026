"""What is kept of a page that showed a key: its origin, unless that could name a person."""

from __future__ import annotations

import re
from collections.abc import Collection

from server.partners.origins import OriginError, origin_allowed, parse_allowed_origin
from server.partners.sightings import OTHER_ORIGINS

#: Names that networks at home and at work give to machines: "annes-laptop.local".
_MACHINES = (".local", ".lan", ".home", ".internal", ".localdomain", ".home.arpa", ".corp")
_ADDRESS = re.compile(r"[0-9.]+|\[.*\]")


def origin_of(page: str) -> str | None:
    """The origin of a page's address, normalised as allowed origins are; None if it has none.

    Paths, user names, a dot behind the host and other oddities have none: a browser sends
    nothing of the kind, and what looks like an allowed origin must not pass for it.
    """
    if "*" in page:
        return None
    try:
        return parse_allowed_origin(page).text
    except OriginError:
        return None


def sighted_origin(origin: str | None, allowed: Collection[str]) -> tuple[str, bool]:
    """The origin to count under, and whether a browser shows the frame there.

    An `http` entry lets the same host's `https` pages in (CSP Level 3, section 6.7.2.8). What is
    refused is `other` when it is an IP address, a name without a dot or one of a local network.
    """
    if origin is None:
        return OTHER_ORIGINS, False
    entries = list(allowed)
    plain = origin.replace("https:", "http:", 1)
    if origin_allowed(origin, entries) or origin_allowed(plain, entries):
        return origin, True
    host = re.sub(r":\d+$", "", origin.partition("://")[2])
    names_a_machine = "." not in host or _ADDRESS.fullmatch(host) or host.endswith(_MACHINES)
    return (OTHER_ORIGINS if names_a_machine else origin), False
