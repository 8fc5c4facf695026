"""Allowed origins: normalised, explained, and matched as browsers serialise them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.partners.origins import (
    OriginError,
    origin_allowed,
    parse_allowed_origin,
    readable_origin,
)
from server.web import csp


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
        ("https://*.co.uk", "anybody can have a name under co.uk"),
        ("https://*.CO.UK:8443/", "anybody can have a name under co.uk"),
        ("https://*.github.io", "anybody can have a name under github.io"),
        ("https://[2001:db8::1]", "cannot name an IPv6 address"),
        ("https://a_b.example", "cannot name a host with _"),
        ("https://a..example", "not valid"),
        ("https://" + "a." * 127 + "example", "not valid"),
        ("https://" + "a" * 64 + ".example", "not valid"),
        ("https://a\u202eb.example", "not valid"),
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


def test_a_refusal_repeats_no_more_than_the_beginning_of_what_was_typed():
    with pytest.raises(OriginError) as refusal:
        parse_allowed_origin("https://example.org/" + "x" * 5_000)
    assert len(str(refusal.value)) < 200


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("http://www.example.org", "not encrypted"),
        ("http://localhost.example.org", "not encrypted"),
        ("https://192.0.2.1", "address of a machine"),
        ("https://\u0430pple.example", "check each letter"),
    ],
)
def test_an_origin_that_may_disappoint_is_taken_with_a_warning(text, warning):
    (found,) = parse_allowed_origin(text).warnings
    assert warning in found


def test_an_ordinary_origin_has_no_warning():
    assert parse_allowed_origin("https://www.example.org").warnings == ()
    assert parse_allowed_origin("http://telco.localhost:8001").warnings == ()


@pytest.mark.parametrize(
    ("origin", "readable"),
    [
        ("https://xn--bcher-kva.example", "https://b\u00fccher.example"),
        ("https://*.xn--bcher-kva.example:8443", "https://*.b\u00fccher.example:8443"),
        ("https://www.example.org", None),
    ],
)
def test_a_host_of_other_letters_is_readable_too(origin, readable):
    assert readable_origin(origin) == readable


#: The grammar of CSP Level 3, section 2.3.1, as it is written there.
HOST_SOURCE = re.compile(r"https?://(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:[0-9]+)?", re.ASCII)

#: Mostly a label, with one mark that a host must not have, or that is written otherwise.
MARKS = st.sampled_from([*";,'_*\u00fc\u0430\u200b\u3002\" %\\\t", "", "", ""])
LABELS = st.builds(str.__add__, st.text("abC1-", min_size=1, max_size=4), MARKS)
ORIGINS = st.builds(
    lambda scheme, labels, port, end: scheme + ".".join(labels) + port + end,
    st.sampled_from(["https://", "http://", "HTTPS://", "https://*.", ""]),
    st.lists(LABELS, min_size=1, max_size=4),
    st.sampled_from(["", ":443", ":80", ":8443", ":", ":0", ":99999", ":x"]),
    st.sampled_from(["", "/", "/a", "?", "#", ".", " "]),
)


@settings(max_examples=50, deadline=None)
@given(st.one_of(ORIGINS, st.text(max_size=30).map("https://".__add__), st.text(max_size=30)))
def test_what_is_accepted_stands_safely_in_a_policy_and_stays_as_it_is(text):
    try:
        origin = parse_allowed_origin(text).text
    except OriginError:
        return
    assert HOST_SOURCE.fullmatch(origin)
    assert parse_allowed_origin(origin).text == origin
    assert csp.policy(csp.framed_by([origin])) == f"frame-ancestors {origin}"
    assert origin_allowed(origin.replace("*", "a"), [origin])


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
