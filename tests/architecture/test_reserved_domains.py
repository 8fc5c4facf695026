"""No file of the tree names a real site as if it were reported: tests, demos and docs use names
that can never belong to anyone (RFC 2606, 6761), and addresses for documentation (RFC 5737, 3849).

A real host that is not a reported address (a hotline, a standard) stands in real_hosts.toml, with
the reason. The directory of authorities is data about real sites and is exempt.
"""

from __future__ import annotations

import ipaddress
import re
import tomllib
from pathlib import Path

import ada_url
import pytest

from tests.architecture.tree import text_lines

EXEMPT = Path("server/directory/data")
REAL_HOSTS: dict[str, str] = tomllib.loads(
    (Path(__file__).with_name("real_hosts.toml")).read_text(encoding="utf-8")
)

RESERVED_NAMES = ("example.com", "example.org", "example.net")
RESERVED_ENDINGS = ("example", "test", "invalid", "localhost")
NAT64 = ipaddress.ip_network("64:ff9b::/96")
DEFANGED_DOT = re.compile(r"\[\.\]|\(\.\)|\[dot\]|\(dot\)", re.IGNORECASE)
# As sources write what cannot be typed: a line's end parts two hosts, the others part none.
ESCAPED_LINE_END = re.compile(r"\\[nrt]")
ESCAPED = re.compile(r"\\(?:x[0-9a-f]{2}|u[0-9a-f]{4})", re.IGNORECASE)
IN_AN_ADDRESS = re.compile(
    r"\b(?:https?|hxxps?|ftp|wss?)(?::|\[:\])//(?:[^\s/@\"'<>`]*@)?"
    r"(?P<host>\[[0-9a-f:.]+\]|[\w.-]+)",
    re.IGNORECASE,
)
# Endings that people type, and that are not also names of attributes or files in our sources.
ALONE = re.compile(
    r"(?<![\w.\-/%@])(?:[\w-]+@)?(?P<host>(?:[\w-]+\.)+(?:com|org|net|edu|gov|mil|onion|"
    r"uk|eu|ca|au|de|fr|es|nl|ru|cn|jp|br|za|ke|ng|ma|xxx|biz|xyz))\b(?![\w(=\[])",
    re.IGNORECASE,
)


def hosts_in(line: str) -> list[str]:
    """The hosts that a line names, in addresses (also defanged ones) or standing alone."""
    plain = DEFANGED_DOT.sub(".", ESCAPED.sub("", ESCAPED_LINE_END.sub(" ", line)))
    return [
        match["host"].rstrip(".").lower()
        for pattern in (IN_AN_ADDRESS, ALONE)
        for match in pattern.finditer(plain)
    ]


def is_reserved(host: str) -> bool:
    """Whether nobody on the Internet can answer to this host."""
    if "." not in host and not host.startswith("["):
        return not host.isdigit() or _is_nobodys_address(host)
    if host.endswith(".onion"):
        return _is_made_up_onion(host)
    name_ends = (f".{host}".endswith(f".{name}") for name in (*RESERVED_NAMES, *RESERVED_ENDINGS))
    return any(name_ends) or _is_nobodys_address(host)


def _is_nobodys_address(host: str) -> bool:
    """For documentation, loopback, private: no address of the Internet, in any form that a
    browser reads (also 0x7f.1 and 2130706433). What no browser reads is nobody's either."""
    try:
        host = ada_url.URL(f"http://{host}/").hostname
    except ValueError:
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return ".." in host
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or _behind_nat64(address) or address
    return not address.is_global


def _behind_nat64(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The address of the old Internet that one of RFC 6052's prefix stands for."""
    return ipaddress.IPv4Address(address.packed[12:]) if address in NAT64 else None


def _is_made_up_onion(host: str) -> bool:
    """An onion name is a public key: one letter over and over, or a word, is nobody's."""
    label = host.split(".")[-2]
    return len(set(label)) <= 2 or "example" in label or len(label) not in (16, 56)


def is_listed(host: str) -> bool:
    return any(f".{host}".endswith(f".{name}") for name in REAL_HOSTS)


def test_every_host_in_the_tree_is_reserved_or_explained() -> None:
    found = [
        f"{path}:{number}: {host}"
        for path, number, line in text_lines()
        if not path.is_relative_to(EXEMPT)
        for host in hosts_in(line)
        if not is_reserved(host) and not is_listed(host)
    ]
    assert not found, (
        "use a reserved name (example.com, something.example, something.test), or give the "
        "reason in tests/architecture/real_hosts.toml:\n" + "\n".join(found)
    )


def test_every_listed_host_is_still_used_and_has_a_reason() -> None:
    used = {
        name
        for path, _, line in text_lines()
        if path.name != "real_hosts.toml" and not path.is_relative_to(EXEMPT)
        for host in hosts_in(line)
        for name in REAL_HOSTS
        if f".{host}".endswith(f".{name}")
    }
    assert set(REAL_HOSTS) - used == set()
    assert all(len(reason) > 10 for reason in REAL_HOSTS.values())


# Built from parts, so that the scan of the tree does not find them here.
@pytest.mark.parametrize(
    "line",
    [
        "https://somebody" + ".co.uk/x",
        "hxxps://somebody" + "[.]org",
        "see somebody" + ".com for it",
        "http://user:secret@somebody" + ".net/",
        "http://" + "8.8.8.8/",
        "http://" + "134744072/",
        "mail someone@somebody" + ".org",
        "http://" + "[2a00:1450::1]/",
    ],
)
def test_the_scan_sees_a_real_host(line: str) -> None:
    assert any(not is_reserved(host) for host in hosts_in(line))
