"""Allowed origins of a key: parsing with explanations, matching, and CSP source expressions.

An allowed origin is exact (`https://host[:port]`) or a wildcard for subdomains
(`https://*.host[:port]`). Origins are attribution, not access control: a hostile client can
claim any. What they do control is where a browser lets the frame be shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import ada_url
from publicsuffixlist import PublicSuffixList

_SHAPE = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>[^\s]+)")
#: A `host-part` of CSP Level 3, section 2.3.1, without its wildcard.
_HOST = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*")
_IPV4 = re.compile(r"[0-9]+(\.[0-9]+){3}")
DEFAULT_PORTS = {"https": "443", "http": "80"}
MAX_HOST = 253  # RFC 1035, section 2.3.4, as text
_SHOWN = 80


class OriginError(ValueError):
    """The text is no allowed origin; the message says what to write instead."""


@dataclass(frozen=True, slots=True)
class AllowedOrigin:
    """A normalised origin and what should be known about it."""

    text: str
    warnings: tuple[str, ...] = ()


def parse_allowed_origin(text: str) -> AllowedOrigin:
    """Normalise one allowed origin: lower case, IDNA, no default port, no trailing slash.

    Raises OriginError for paths, queries, credentials, other schemes, a bare `*`, a wildcard
    that is not the first label or that spans a public suffix (`*.org`, `*.co.uk`), IP wildcards,
    and hosts that a content security policy cannot name.
    """
    text = text.strip()
    said = repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise OriginError(f"{said} is no origin: write it as https://www.example.org")
    scheme, rest = match["scheme"].lower(), match["rest"]
    if scheme not in DEFAULT_PORTS:
        raise OriginError(f"{said}: only https:// (or http://) pages can show the form")
    rest = rest.removesuffix("/")
    if any(mark in rest for mark in "/?#\\"):
        raise OriginError(f"{said}: leave out the path, only scheme and host count")
    if "@" in rest:
        raise OriginError(f"{said}: leave out the user name and password")
    wildcard = rest.startswith("*.")
    host = rest.removeprefix("*.")
    if "*" in host:
        raise OriginError(f"{said}: * may only stand for subdomains, as in https://*.example.org")
    origin, bare = _normalise(scheme, host, said)
    if wildcard:
        _check_wildcard(bare, said)
        origin = origin.replace("://", "://*.", 1)
    return AllowedOrigin(origin, _warnings(origin, bare))


def readable_origin(origin: str) -> str | None:
    """A normalised origin as people read it, when it has letters that only IDNA can carry.

    `https://xn--bcher-kva.example` gives `https://bücher.example`; other origins give None. Show
    both: one of the two spellings gives a look-alike away.
    """
    scheme, mark, rest = origin.partition("://")
    if "xn--" not in rest:
        return None
    host, colon, port = rest.partition(":")
    prefix = "*." if host.startswith("*.") else ""
    decoded = str(ada_url.idna_to_unicode(host.removeprefix("*.")))
    readable = f"{scheme}{mark}{prefix}{decoded}{colon}{port}"
    return readable if readable != origin else None


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


def _normalise(scheme: str, host: str, said: str) -> tuple[str, str]:
    url = f"{scheme}://{host}/"
    if not host or not ada_url.check_url(url):
        raise OriginError(f"{said}: the host is not valid")
    parsed = ada_url.URL(url)
    bare = str(parsed.hostname)
    if bare.endswith("."):
        raise OriginError(f"{said}: leave out the dot behind the host")
    if bare.startswith("["):
        raise OriginError(f"{said}: a browser's policy cannot name an IPv6 address: use a name")
    if "_" in bare:
        raise OriginError(f"{said}: a browser's policy cannot name a host with _: use another name")
    # The URL Standard lets marks into a host that would end a directive of a CSP header.
    if len(bare) > MAX_HOST or not _HOST.fullmatch(bare):
        raise OriginError(f"{said}: the host is not valid")
    return str(parsed.origin), bare


def _check_wildcard(bare: str, said: str) -> None:
    if "." not in bare or _IPV4.fullmatch(bare):
        raise OriginError(f"{said}: a wildcard needs a domain, as in https://*.example.org")
    if _public_suffixes().privatesuffix(bare) is None:
        raise OriginError(
            f"{said}: anybody can have a name under {bare}: name the partner's own domain, "
            f"as in https://*.partner.{bare}"
        )


def _warnings(origin: str, bare: str) -> tuple[str, ...]:
    found = []
    if origin.startswith("http://") and not re.search(r"(^|\.)localhost$", bare):
        found.append(
            f"{origin} is not encrypted: others on the network can see that the form is open"
        )
    if _IPV4.fullmatch(bare) and bare != "127.0.0.1":
        found.append(f"{origin} is an address of a machine: not every browser lets it show a frame")
    if readable := readable_origin(origin):
        found.append(
            f"{origin} is how browsers write {readable}: check each letter, "
            "others look the same in another alphabet"
        )
    return tuple(found)


@lru_cache(maxsize=1)
def _public_suffixes() -> PublicSuffixList:
    return PublicSuffixList()
