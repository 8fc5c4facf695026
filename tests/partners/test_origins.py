"""Allowed origins: normalised, explained, and matched as browsers serialise them."""

from __future__ import annotations

import pytest

from server.partners.origins import OriginError, origin_allowed, parse_allowed_origin


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("https://www.example.org", "https://www.example.org"),
        ("  https://WWW.Example.ORG/ ", "https://www.example.org"),
        ("https://www.example.org:443", "https://www.example.org"),
        ("https://www.example.org:8443", "https://www.example.org:8443"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://*.Example.org", "https://*.example.org"),
        ("http://telco.localhost:8001", "http://telco.localhost:8001"),
        ("https://192.0.2.1", "https://192.0.2.1"),
    ],
)
def test_an_origin_is_normalised(text, normalised):
    assert parse_allowed_origin(text).text == normalised


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("www.example.org", "write it as https://"),
        ("*", "write it as https://"),
        ("null", "write it as https://"),
        ("ftp://example.org", "only https://"),
        ("data://example.org", "only https://"),
        ("https://example.org/page", "leave out the path"),
        ("https://example.org?x=1", "leave out the path"),
        ("https://example.org#x", "leave out the path"),
        ("https://user:pass@example.org", "leave out the user name"),
        ("https://example.org.", "leave out the dot"),
        ("https://*", "may only stand for subdomains"),
        ("https://www.*.example.org", "may only stand for subdomains"),
        ("https://*.org", "needs a domain"),
        ("https://*.192.0.2.1", "needs a domain"),
        ("https://an example.org", "write it as https://"),
        ("https://", "write it as https://"),
        ("https://:443", "not valid"),
        ("https://a.example;script-src", "not valid"),
        ("https://a.example,b.example", "not valid"),
        ("https://a.example'", "not valid"),
        ("https://*.a.example;x", "not valid"),
    ],
)
def test_what_is_no_origin_is_refused_with_what_to_write_instead(text, advice):
    with pytest.raises(OriginError, match=advice):
        parse_allowed_origin(text)


def test_an_unencrypted_origin_is_taken_with_a_warning():
    assert "not encrypted" in (parse_allowed_origin("http://www.example.org").warning or "")
    assert parse_allowed_origin("https://www.example.org").warning is None
    assert parse_allowed_origin("http://telco.localhost:8001").warning is None


ALLOWED = ("https://www.example.org", "https://*.example.com", "http://a.example:8080")


@pytest.mark.parametrize(
    "origin",
    [
        "https://www.example.org",
        "https://a.example.com",
        "https://a.b.example.com",
        "http://a.example:8080",
    ],
)
def test_an_allowed_origin_matches(origin):
    assert origin_allowed(origin, ALLOWED)


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "",
        "null",
        "https://example.com",
        "https://www.example.org.evil.example",
        "https://www.example.org.",
        "https://www.example.org:8443",
        "http://www.example.org",
        "https://evil.example/.example.com",
        "https://user@a.example.com",
        "https://a.example.com:8443",
        "https://notexample.com",
        "https://.example.com",
        "https://a..example.com",
        "http://a.example",
        "HTTPS://WWW.EXAMPLE.ORG",
    ],
)
def test_a_look_alike_does_not_match(origin):
    assert not origin_allowed(origin, ALLOWED)
