"""The origin that a page is counted under: never one that it only looks like, never a person's."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.partners.service import origin_of, sighted_origin

ALLOWED = ("https://www.example.org", "https://*.example.com")
LOOK_ALIKES = (
    "https://www.example.org.evil.example",
    "https://www.example.org.",
    "https://www.example.org@evil.example",
    "https://user@www.example.org",
    "https://www.example.org:8443",
    "http://www.example.org",
    "https://example.org",
    "https://www.ex\u0430mple.org",
    "https://www.xn--exmple-4nf.org",
    "https://evil.example/https://www.example.org",
    "https://www.example.org#.evil.example",
    "https://www.example.org\\.evil.example",
    "https://*.example.org",
    "null",
    "about:client",
    "//www.example.org",
)
MACHINES = (
    "http://192.168.1.20:8080",
    "https://[2001:db8::1]",
    "http://annes-laptop",
    "http://annes-laptop.local:3000",
    "http://0x7f.1",
    "https://" + "a" * 400 + ".example",
)


@pytest.mark.parametrize("claimed", LOOK_ALIKES)
def test_what_looks_like_an_allowed_origin_never_passes_for_it(claimed):
    assert sighted_origin(origin_of(claimed), ALLOWED)[1] is False


@pytest.mark.parametrize("page", MACHINES)
def test_what_could_name_a_machine_is_counted_without_its_name(page):
    assert sighted_origin(origin_of(page), ALLOWED) == ("other", False)


@pytest.mark.parametrize(
    ("page", "origin"),
    [
        ("https://www.example.org", "https://www.example.org"),
        ("HTTPS://WWW.EXAMPLE.ORG:443", "https://www.example.org"),
        ("https://shop.example.com", "https://shop.example.com"),
    ],
)
def test_an_allowed_page_is_counted_under_its_normal_origin(page, origin):
    assert sighted_origin(origin_of(page), ALLOWED) == (origin, True)


def test_a_machine_is_named_when_the_key_names_it():
    assert sighted_origin("http://192.168.1.20", ["http://192.168.1.20"])[1] is True


def test_the_encrypted_page_of_a_plain_entry_is_allowed():
    assert sighted_origin("https://a.example", ["http://a.example"]) == ("https://a.example", True)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["", "https://", "https://www.example.org"]))
def test_no_text_is_counted_under_more_than_an_origin(text, start):
    origin, allowed = sighted_origin(origin_of(start + text), ALLOWED)
    assert origin == "other" or origin.count("/") == 2
    assert not allowed or origin in ("https://www.example.org",) or origin.endswith(".example.com")
