"""An authority's web address: what the directory takes from staff. It is never fetched."""

from __future__ import annotations

import ada_url

#: Names that reach nothing outside, or another thing for each reader (RFC 6761, RFC 2606,
#: RFC 6762, RFC 8375, RFC 9476, and `.internal` by ICANN's resolution of 29 July 2024).
_RESERVED = (
    *("localhost", "local", "internal", "home.arpa", "lan", "intranet", "corp", "home"),
    *("test", "invalid", "example", "alt", "onion", "arpa"),
)


def problem_with(url: str) -> str | None:
    """Why staff may not store this address, and what to do; None when they may."""
    if any(character.isspace() or character == "\\" for character in url):
        return "an address has no spaces and no backslashes: copy it once more"
    if url.startswith("http://"):
        return (
            "http:// can be read and changed on its way, and this page takes reports: write the "
            "https:// address, or leave the row without one"
        )
    if not url.startswith("https://"):
        return "write the whole address, from https:// on"
    try:
        parsed = ada_url.URL(url)
    except ValueError:
        return "this is no web address: copy it from the browser's address bar"
    if parsed.username or parsed.password:
        return "leave out the user name and password"
    if parsed.host_type != ada_url.HostType.DEFAULT:
        return "write the site's name, not the number of a machine (IP address)"
    host = parsed.hostname.removesuffix(".")
    if "." not in host or any(host == name or host.endswith(f".{name}") for name in _RESERVED):
        return f"{host[:80]} is no site that citizens can reach: reserved for other uses"
    return None
