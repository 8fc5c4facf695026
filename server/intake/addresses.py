"""Canonical addresses: what a citizen pasted becomes one web address, or a clear refusal.

Parsing follows the WHATWG URL Standard (through ada), international names IDNA (UTS 46).
Nothing here resolves or fetches anything.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import ada_url
from publicsuffixlist import PublicSuffixList

from server.normal_forms import composed

MAX_ADDRESS_LENGTH = 2_048


class Notice(StrEnum):
    """What was changed in an address, to be said on the review step."""

    ASSUMED_HTTPS = "assumed_https"
    REFANGED = "refanged"
    CREDENTIALS_REMOVED = "credentials_removed"
    SPACES_ENCODED = "spaces_encoded"


class Refusal(StrEnum):
    """Why a text is no address that can be reported."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    LINE_BREAK = "line_break"
    SEVERAL = "several"
    FILE_CONTENT = "file_content"
    UNSUPPORTED_SCHEME = "unsupported_scheme"
    NOT_AN_ADDRESS = "not_an_address"
    NO_HOST = "no_host"
    PRIVATE_HOST = "private_host"
    CONTROL_CHARACTER = "control_character"


class AddressRefused(ValueError):
    """The text cannot be reported as an address; `reason` says why."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Address:
    """A canonical web address: serialised URL, ASCII host."""

    url: str
    host: str
    notices: tuple[Notice, ...] = ()

    @property
    def domain(self) -> str | None:
        """The registrable domain, when there is one. It needs the list of public suffixes, which
        takes 0.1 s and some MiB of memory the first time: nothing that the intake does."""
        return _registrable_domain(self.host)


_BROWSER_SCHEMES = ("http", "https")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_FANGED_SCHEME = re.compile(r"\A(h(?:xx|tt|\*\*)ps?)(?:\[:\]|:)(?:\[?//\]?|\[/\]\[/\])", re.I)
_FANGED_DOT = re.compile(r"\s?[\[({]\s?(?:\.|dot)\s?[\])}]\s?", re.I)
_HOST_LIKE = re.compile(r"[^\s/?#:@]+\.[^\s/?#:@.]{2,}\.?(?::\d{1,5})?(?:[/?#]|\Z)")
_PORT_NOT_SCHEME = re.compile(r"[^\s/?#:@]+\.[^\s/?#:@]+:\d{1,5}(?:[/?#]|\Z)")
_AUTHORITY_END = re.compile(r"[/?#]")
_SPACE = re.compile(r"\s")
_ANOTHER = re.compile(r"\shttps?://", re.I)
_WITH_AUTHORITY = re.compile(r"https?:[/\\]*[^/\\?#\s]", re.I)
_ONION = re.compile(r"[^/?#:]+\.onion\.?(?::\d+)?(?:[/?#]|\Z)", re.I)
_DOTTED_DIGITS = re.compile(r"[\d.]+")
_BASE64_BLOB = re.compile(r"[A-Za-z0-9+/\r\n]{256,}={0,2}")
# Controls but tab, and lone surrogates, which JSON can smuggle in.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_WRAPPERS = {"<": ">", '"': '"', "'": "'", "“": "”", "«": "»", "(": ")"}
# Space, and the invisible characters that copying from a message leaves around an address.
_AROUND = " \t\r\n\f\v\u00a0\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202b\u202c"


def canonical_address(text: str) -> Address:
    """The address that `text` means, with notices of what was changed.

    Accepts http, https and .onion addresses up to 2,048 characters (after NFC), defanged
    spellings (`hxxp://`, `host[.]tld`) and bare hosts (`example.com/x`, taken as https; .onion
    as http). Credentials and, unless it is a route (`#/`, `#!`), nothing else are removed.
    Raises AddressRefused.
    """
    text = _unwrap(composed(text).strip(_AROUND))
    _refuse_what_is_no_address(text)
    notices: list[Notice] = []
    text = _refang(text, notices)
    text = _with_scheme(text, notices)
    if _SPACE.search(text):
        if _ANOTHER.search(text):
            raise AddressRefused(Refusal.SEVERAL)
        notices.append(Notice.SPACES_ENCODED)
    try:
        url = ada_url.URL(text)
    except ValueError:
        raise AddressRefused(Refusal.NO_HOST) from None
    if url.protocol.rstrip(":") not in _BROWSER_SCHEMES:
        raise AddressRefused(Refusal.UNSUPPORTED_SCHEME)
    if url.username or url.password:
        url.username = url.password = ""
        notices.append(Notice.CREDENTIALS_REMOVED)
    host = url.hostname
    _refuse_host(host)
    return Address(url.href, host, tuple(dict.fromkeys(notices)))


def grouping_form(url: str) -> str:
    """The form of a canonical address under which reports of one place meet.

    Scheme, default port, fragment (unless a route), trailing dot of the host and a leading
    `www.` do not tell places apart; path and query do.
    """
    parsed = ada_url.URL(url)
    host = parsed.hostname.rstrip(".").removeprefix("www.")
    port = f":{parsed.port}" if parsed.port else ""
    fragment = parsed.hash if parsed.hash.startswith(("#/", "#!")) else ""
    return f"{host}{port}{parsed.pathname}{parsed.search}{fragment}"


def _unwrap(text: str) -> str:
    closing = _WRAPPERS.get(text[:1])
    if closing and len(text) > 2 and text.endswith(closing):
        return text[1:-1].strip(_AROUND)
    return text


def _refuse_what_is_no_address(text: str) -> None:
    if not text:
        raise AddressRefused(Refusal.EMPTY)
    if text[:5].lower() == "data:" or _BASE64_BLOB.fullmatch(text):
        raise AddressRefused(Refusal.FILE_CONTENT)
    if len(text) > MAX_ADDRESS_LENGTH:
        raise AddressRefused(Refusal.TOO_LONG)
    if "\n" in text or "\r" in text:
        raise AddressRefused(Refusal.LINE_BREAK)
    if _FORBIDDEN.search(text):
        raise AddressRefused(Refusal.CONTROL_CHARACTER)


def _refang(text: str, notices: list[Notice]) -> str:
    match = _FANGED_SCHEME.match(text)
    fixed = text
    if match:
        secure = match[1].lower().endswith("s")
        fixed = ("https://" if secure else "http://") + text[match.end() :]
    head, slash, rest = _split_authority(fixed)
    fixed = _FANGED_DOT.sub(".", head) + slash + rest
    if fixed.lower() != text.lower():
        notices.append(Notice.REFANGED)
    return fixed


def _split_authority(text: str) -> tuple[str, str, str]:
    """Split before the path, so that brackets in a path or query stay as they are."""
    start = text.find("://")
    start = 0 if start < 0 else start + 3
    end = _AUTHORITY_END.search(text, start)
    if end is None:
        return text, "", ""
    return text[: end.start()], end[0], text[end.end() :]


def _with_scheme(text: str, notices: list[Notice]) -> str:
    if text.startswith("//"):
        text = text[2:]
    scheme = _SCHEME.match(text)
    if scheme and not _PORT_NOT_SCHEME.match(text):
        name = scheme[1].lower()
        if name in _BROWSER_SCHEMES:
            if not _WITH_AUTHORITY.match(text):
                raise AddressRefused(Refusal.NO_HOST)
            return text
        raise AddressRefused(Refusal.UNSUPPORTED_SCHEME)
    if _SPACE.search(text) or not _HOST_LIKE.match(text.partition("@")[2] or text):
        raise AddressRefused(Refusal.NOT_AN_ADDRESS)
    if "@" in re.split(r"[/?#]", text, maxsplit=1)[0]:
        raise AddressRefused(Refusal.NOT_AN_ADDRESS)
    notices.append(Notice.ASSUMED_HTTPS)
    onion = _ONION.match(text)
    return ("http://" if onion else "https://") + text


def _refuse_host(host: str) -> None:
    bare = host.strip("[]").rstrip(".")
    if ":" not in bare and not _DOTTED_DIGITS.fullmatch(bare):
        _refuse_name(bare)
        return
    try:
        ip = ipaddress.ip_address(bare)
    except ValueError:
        _refuse_name(bare)
        return
    if isinstance(ip, ipaddress.IPv6Address):
        ip = ip.ipv4_mapped or _behind_nat64(ip) or ip
    if any(ip in network for network in _PRIVATE_NETWORKS if network.version == ip.version):
        raise AddressRefused(Refusal.PRIVATE_HOST)


def _behind_nat64(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that the well-known prefix names (RFC 6052, section 2.1)."""
    return ipaddress.IPv4Address(ip.packed[12:]) if ip in _NAT64 else None


def _refuse_name(name: str) -> None:
    labels = name.split(".")
    # Lengths of RFC 1035, section 2.3.4; the URL Standard leaves them to the resolver.
    if len(labels) < 2 or len(name) > 253 or not all(0 < len(x) < 64 for x in labels):
        raise AddressRefused(Refusal.NO_HOST)


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

#: Addresses that mean a different machine to everybody, or none (RFC 6890); the documentation
#: ranges are left in, as they mean nobody's.
_PRIVATE_NETWORKS = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "224.0.0.0/3",
        "::/127",
        "fc00::/7",
        "fe80::/10",
        "ff00::/8",
    )
)


def _registrable_domain(host: str) -> str | None:
    bare = host.rstrip(".")
    if bare.startswith("[") or _DOTTED_DIGITS.fullmatch(bare):
        return None
    return _suffixes().privatesuffix(bare) or None


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=True)
