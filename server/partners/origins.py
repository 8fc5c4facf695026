"""Allowed origins of a key: parsing with explanations, matching, and CSP source expressions.

An allowed origin is exact (`https://host[:port]`) or a wildcard for subdomains
(`https://*.host[:port]`). Origins are attribution, not access control: a hostile client can
claim any. What they do control is where a browser lets the frame be shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import ada_url

_SHAPE = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>[^\s]+)")
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]")
DEFAULT_PORTS = {"https": "443", "http": "80"}


class OriginError(ValueError):
    """The text is no allowed origin; the message says what to write instead."""


@dataclass(frozen=True, slots=True)
class AllowedOrigin:
    """A normalised origin and what should be known about it."""

    text: str
    warning: str | None = None


def parse_allowed_origin(text: str) -> AllowedOrigin:
    """Normalise one allowed origin: lower case, IDNA, no default port, no trailing slash.

    Raises OriginError for paths, queries, credentials, other schemes, a bare `*`, a wildcard
    that is not the first label, one that spans a whole top-level domain, and IP wildcards.
    """
    text = text.strip()
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise OriginError(f"{text!r} is no origin: write it as https://www.example.org")
    scheme, rest = match["scheme"].lower(), match["rest"]
    if scheme not in DEFAULT_PORTS:
        raise OriginError(f"{text!r}: only https:// (or http://) pages can show the form")
    rest = rest.removesuffix("/")
    if any(mark in rest for mark in "/?#\\"):
        raise OriginError(f"{text!r}: leave out the path, only scheme and host count")
    if "@" in rest:
        raise OriginError(f"{text!r}: leave out the user name and password")
    wildcard = rest.startswith("*.")
    host = rest.removeprefix("*.")
    if "*" in host:
        raise OriginError(f"{text!r}: * may only stand for subdomains, as in https://*.example.org")
    origin = _normalise(scheme, host, text)
    if wildcard:
        bare = origin.partition("://")[2].partition(":")[0]
        if "." not in bare or bare.replace(".", "").isdigit() or "[" in bare:
            raise OriginError(f"{text!r}: a wildcard needs a domain, as in https://*.example.org")
        origin = origin.replace("://", "://*.", 1)
    warning = None
    if scheme == "http" and not bool(re.search(r"(^|[./])localhost(:|$)", origin)):
        warning = f"{origin} is not encrypted: others on the network can see that the form is open"
    return AllowedOrigin(origin, warning)


def origin_allowed(origin: str | None, allowed: list[str] | tuple[str, ...]) -> bool:
    """Whether a browser's `Origin` value is in the list. `null` and None never are.

    Compares scheme, host and port as browsers serialise them (RFC 6454, section 6.2). A
    wildcard stands for one or more labels, as in CSP, and never for the bare domain.
    """
    if not origin or origin == "null":
        return False
    for entry in allowed:
        if "://*." not in entry:
            if origin == entry:
                return True
            continue
        scheme, _, domain = entry.partition("://*.")
        prefix = scheme + "://"
        if origin.startswith(prefix) and origin.endswith("." + domain):
            labels = origin[len(prefix) : -len(domain) - 1]
            if re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", labels):
                return True
    return False


def _normalise(scheme: str, host: str, original: str) -> str:
    url = f"{scheme}://{host}/"
    if not host or not ada_url.check_url(url):
        raise OriginError(f"{original!r}: the host is not valid")
    parsed = ada_url.URL(url)
    if parsed.hostname.endswith("."):
        raise OriginError(f"{original!r}: leave out the dot behind the host")
    # The URL Standard lets marks into a host that would end a directive of a CSP header.
    if not _HOST.fullmatch(parsed.hostname):
        raise OriginError(f"{original!r}: the host is not valid")
    return str(parsed.origin)
