"""What is kept of a page that showed a key: its origin, unless that could name a person."""

from __future__ import annotations

import re
from collections.abc import Collection

from server.partners.origins import OriginError, origin_allowed, parse_allowed_origin

#: What is seen on so many origins at once is invented: the rest is counted under this name.
OTHER_ORIGINS = "other"
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


def crowd_name(origin: str, allowed: Collection[str]) -> str:
    """What an allowed `origin` is counted under where too many are seen to tell them apart.

    What the list names keeps its name, and so there are never more than the list is long. Of what
    a wildcard lets in anybody can invent any number: that is the wildcard's. `other` is for what
    the list lets in no more.
    """
    for page in (origin, origin.replace("https:", "http:", 1)):
        if page in allowed:
            return origin
    for page in (origin, origin.replace("https:", "http:", 1)):
        for entry in allowed:
            if origin_allowed(page, [entry]):
                return entry
    return OTHER_ORIGINS


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
