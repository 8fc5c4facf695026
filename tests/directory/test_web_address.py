"""Which addresses staff may store for an authority, and what they are told of others."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.directory.web_address import problem_with


@pytest.mark.parametrize(
    "url",
    [
        "https://report.example.org/",
        "https://report.example.org:8443/en?from=portal#form",
        "https://ünï.example.org/signaler",
        "HTTPS://report.example.org".replace("HTTPS", "https"),
    ],
)
def test_a_site_behind_https_is_taken(url: str) -> None:
    assert problem_with(url) is None


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://report.example.org/", "write the https:// address"),
        ("report.example.org", "from https:// on"),
        ("javascript:alert(1)", "from https:// on"),
        ("data:text/html,x", "from https:// on"),
        ("ftp://report.example.org/", "from https:// on"),
        ("https://", "no web address"),
        ("https://report.example.org:port/", "no web address"),
        ("https://report.example.org/a b", "no spaces"),
        ("https://report.example.org\\@evil.example.net/", "no backslashes"),
        ("https://user:word@report.example.org/", "user name and password"),
        ("https://192.0.2.1/", "IP address"),
        ("https://[2001:db8::1]/", "IP address"),
        ("https://0x7f.1/", "IP address"),
        ("https://2130706433/", "IP address"),
        ("https://localhost/", "reserved"),
        ("https://LOCALHOST./", "reserved"),
        ("https://printer.local/", "reserved"),
        ("https://intranet/", "reserved"),
        ("https://metadata.google.internal/", "reserved"),
        ("https://hotline.test/", "reserved"),
        ("https://hidden.onion/", "reserved"),
    ],
)
def test_what_citizens_cannot_reach_or_trust_is_refused_with_the_reason(
    url: str, reason: str
) -> None:
    problem = problem_with(url)
    assert problem is not None
    assert reason in problem


@given(st.text(max_size=40))
@settings(max_examples=50)
def test_no_text_breaks_the_check(text: str) -> None:
    assert problem_with(text) is not None
    problem_with("https://" + text)
