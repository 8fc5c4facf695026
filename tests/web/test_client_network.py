"""How much of an address limits know, and that nobody can choose it."""

from __future__ import annotations

import pytest
from flask import Flask, request
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.middleware.proxy_fix import ProxyFix

from server.web.client_network import UNKNOWN, network_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("192.0.2.1", "192.0.2.254"),
        ("192.0.2.1", "192.0.2.9:50123"),
        ("2001:db8:0:1::1", "2001:db8:0:ff:ffff::1"),
        ("2001:db8:0:1::1", "[2001:db8:0:1::2]:443"),
        ("fe80::1%eth0", "fe80::2"),
        ("::ffff:192.0.2.1", "192.0.2.77"),
        ("", "nonsense"),
        ("", "192.0.2.1\x00"),
        ("", "192.0.2.1.example.org"),
    ],
)
def test_neighbours_share_a_network(one: str, other: str) -> None:
    assert network_of(one) == network_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("192.0.2.1", "192.0.3.1"), ("2001:db8:0:1::1", "2001:db8:0:100::1"), ("192.0.2.1", "")],
)
def test_strangers_do_not(one: str, other: str) -> None:
    assert network_of(one) != network_of(other)


@settings(max_examples=50)
@given(st.text(max_size=60))
def test_whatever_is_no_address_is_unknown_and_costs_no_error(text: str) -> None:
    known = network_of(text)
    assert known == UNKNOWN or (known[:1], len(known)) in ((b"4", 4), (b"6", 8))


def test_hopping_through_a_64_changes_nothing() -> None:
    hosts = {network_of(f"2001:db8:7:4200:{host:x}::{host:x}") for host in range(1, 200)}
    subnets = {network_of(f"2001:db8:7:42{subnet:02x}::1") for subnet in range(256)}
    assert len(hosts | subnets) == 1


#: What a client may send by itself, in front of what the real proxies add.
FORGED = (None, "203.0.113.9", "203.0.113.9, 203.0.113.10", "198.51.100.1,,", "unknown", ", , ")


@pytest.mark.parametrize("hops", [0, 1, 2])
@pytest.mark.parametrize("forged", FORGED)
def test_a_forged_doubled_or_rotated_header_chooses_no_network(
    hops: int, forged: str | None
) -> None:
    """Each proxy adds the address that it sees; the server joins doubled headers with commas."""
    proxies = [f"192.0.2.{number}" for number in range(1, hops + 1)]
    client = "198.51.100.7"
    seen = [client, *proxies][:hops]
    header = ",".join(([forged] if forged else []) + seen)
    app = Flask("server")
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops) if hops else app.wsgi_app  # type: ignore[method-assign]
    app.add_url_rule("/", view_func=lambda: network_of(request.remote_addr or "").hex())
    peer = proxies[-1] if proxies else client
    headers = {"X-Forwarded-For": header} if header else {}
    answer = app.test_client().get("/", headers=headers, environ_base={"REMOTE_ADDR": peer})
    assert answer.text == network_of(client).hex()
