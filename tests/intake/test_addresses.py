"""What people paste becomes one canonical address, or a refusal that can be explained."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from server.intake.addresses import (
    AddressRefused,
    Notice,
    Refusal,
    canonical_address,
    grouping_form,
)
from tests.crash.scale import scale

EXAMPLES = scale(50, 1_000, 20_000)


@pytest.mark.parametrize(
    ("typed", "url", "notices"),
    [
        ("https://example.com/x", "https://example.com/x", ()),
        ("HTTPS://EXAMPLE.com:443/X?q=1#top", "https://example.com/X?q=1#top", ()),
        ("http://example.com:80", "http://example.com/", ()),
        ("  https://example.com/x \n", "https://example.com/x", ()),
        ("\u200b\u202ahttps://example.com/x\u202c", "https://example.com/x", ()),
        ("<https://example.com/x>", "https://example.com/x", ()),
        ("«https://example.com/x»", "https://example.com/x", ()),
        ("example.com/x", "https://example.com/x", (Notice.ASSUMED_HTTPS,)),
        ("www.example.com", "https://www.example.com/", (Notice.ASSUMED_HTTPS,)),
        ("example.com:8080/x", "https://example.com:8080/x", (Notice.ASSUMED_HTTPS,)),
        ("//example.com/x", "https://example.com/x", (Notice.ASSUMED_HTTPS,)),
        ("abcdefghij.onion/x", "http://abcdefghij.onion/x", (Notice.ASSUMED_HTTPS,)),
        ("hxxps://example[.]com/x", "https://example.com/x", (Notice.REFANGED,)),
        ("hXXp://example[dot]com", "http://example.com/", (Notice.REFANGED,)),
        ("hxxps[:]//example(.)com/a[1]", "https://example.com/a[1]", (Notice.REFANGED,)),
        ("example[.]com/x", "https://example.com/x", (Notice.REFANGED, Notice.ASSUMED_HTTPS)),
        ("https://user:pw@example.com/x", "https://example.com/x", (Notice.CREDENTIALS_REMOVED,)),
        ("https://user@example.com/x", "https://example.com/x", (Notice.CREDENTIALS_REMOVED,)),
        ("https://example.com/a b", "https://example.com/a%20b", (Notice.SPACES_ENCODED,)),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC", ()),
        ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/", ()),
        ("https://مثال.example/", "https://xn--mgbh0fb.example/", ()),
        ("http://192.0.2.7/x", "http://192.0.2.7/x", ()),
        ("http://3221225991/x", "http://192.0.2.7/x", ()),
        ("http://[2001:db8::1]/x", "http://[2001:db8::1]/x", ()),
        ("https://example.com/?u=http://example.org/[.]", None, ()),
    ],
)
def test_an_address_is_taken(typed, url, notices):
    address = canonical_address(typed)
    assert address.url == (url or typed)
    assert address.notices == notices


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", Refusal.EMPTY),
        (" \n\u200b ", Refusal.EMPTY),
        ("https://example.com/" + "a" * 2_029, Refusal.TOO_LONG),
        ("https://example.com/a\nb", Refusal.LINE_BREAK),
        ("https://a.example/ https://b.example/", Refusal.SEVERAL),
        ("data:image/png;base64,AAAA", Refusal.FILE_CONTENT),
        ("A" * 300, Refusal.FILE_CONTENT),
        ("javascript:alert(1)", Refusal.UNSUPPORTED_SCHEME),
        ("file:///etc/hosts", Refusal.UNSUPPORTED_SCHEME),
        ("mailto:a@example.com", Refusal.UNSUPPORTED_SCHEME),
        ("ftp://example.com/x", Refusal.UNSUPPORTED_SCHEME),
        ("tg://resolve?domain=x", Refusal.UNSUPPORTED_SCHEME),
        ("something", Refusal.NOT_AN_ADDRESS),
        ("I saw it on example dot com", Refusal.NOT_AN_ADDRESS),
        ("see example.com/x please", Refusal.NOT_AN_ADDRESS),
        ("someone@example.com", Refusal.NOT_AN_ADDRESS),
        ("https://", Refusal.NO_HOST),
        ("https:///x", Refusal.NO_HOST),
        ("https://an example.com/", Refusal.NO_HOST),
        ("https://localhost/x", Refusal.NO_HOST),
        ("https://example..com/", Refusal.NO_HOST),
        ("https://" + "a" * 64 + ".example/", Refusal.NO_HOST),
        ("http://127.0.0.1/x", Refusal.PRIVATE_HOST),
        ("http://2130706433/x", Refusal.PRIVATE_HOST),
        ("http://169.254.169.254/x", Refusal.PRIVATE_HOST),
        ("http://10.1.2.3/x", Refusal.PRIVATE_HOST),
        ("http://[::1]/x", Refusal.PRIVATE_HOST),
        ("http://[::ffff:192.168.0.1]/x", Refusal.PRIVATE_HOST),
        ("http://[64:ff9b::a9fe:a9fe]/x", Refusal.PRIVATE_HOST),
        ("https://example.com/\x00", Refusal.CONTROL_CHARACTER),
        ("https://example.com/\ud800", Refusal.CONTROL_CHARACTER),
    ],
)
def test_what_cannot_be_reported_is_refused_with_a_reason(typed, reason):
    with pytest.raises(AddressRefused) as refused:
        canonical_address(typed)
    assert refused.value.reason is reason


def test_exactly_2048_characters_are_taken():
    assert canonical_address("https://example.com/" + "a" * 2_028)


def test_the_registrable_domain_follows_the_public_suffix_list():
    assert canonical_address("https://a.b.example.co.uk/").domain == "example.co.uk"
    assert canonical_address("https://192.0.2.7/").domain is None


@given(st.text(max_size=200))
@limits(max_examples=EXAMPLES, deadline=None)
def test_any_text_is_an_address_or_a_reasoned_refusal(text):
    try:
        address = canonical_address(text)
    except AddressRefused:
        return
    assert address.url.startswith(("http://", "https://"))
    assert "@" not in address.url.split("/")[2]


@given(
    st.from_regex(
        r"https?://[a-z]{1,10}\.example(:[1-9][0-9]{3})?/[a-zA-Z0-9/._~%-]{0,40}", fullmatch=True
    )
)
@limits(max_examples=EXAMPLES, deadline=None)
def test_a_canonical_address_is_its_own_canonical_form(text):
    once = canonical_address(text).url
    again = canonical_address(once)
    assert again.url == once
    assert again.notices == ()


@pytest.mark.parametrize(
    "variant",
    [
        "http://example.com/x?a=1",
        "https://www.example.com/x?a=1",
        "https://EXAMPLE.com:443/x?a=1#part",
        "https://user@example.com./x?a=1",
    ],
)
def test_variants_of_one_place_meet(variant):
    there = grouping_form(canonical_address("https://example.com/x?a=1").url)
    assert grouping_form(canonical_address(variant).url) == there


@pytest.mark.parametrize(
    "other",
    [
        "https://example.com/X?a=1",
        "https://example.com/x?a=2",
        "https://example.com:8443/x?a=1",
        "https://sub.example.com/x?a=1",
        "https://example.com/x?a=1#/route",
    ],
)
def test_different_places_do_not_meet(other):
    there = grouping_form(canonical_address("https://example.com/x?a=1").url)
    assert grouping_form(canonical_address(other).url) != there
