"""What is kept on disk of a key gives the same key back."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.partners.branding import BrandingTexts, BrandingView
from server.partners.key_record import (
    decode_key,
    decode_secret_key,
    encode_key,
    encode_secret_key,
)
from server.partners.portal_page import PortalPage
from server.partners.portal_pages import decode_page, encode_page
from server.partners.resolved_key import PortalWords, ResolvedKey
from server.partners.secret_key import SecretKey
from server.partners.vocabulary import Continent, KeyMode, KeyState, Reach

TEXT = st.text(max_size=20)
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
MOMENT = st.none() | st.datetimes(timezones=st.just(UTC))
WORDS = st.dictionaries(TEXT, st.builds(PortalWords, TEXT, TEXT), max_size=2)
KEYS = st.builds(
    ResolvedKey,
    id=st.uuids(),
    text=TEXT,
    mode=st.sampled_from(KeyMode),
    state=st.sampled_from(KeyState),
    ceased_at=MOMENT,
    expires_at=MOMENT,
    label=TEXT,
    partner_id=st.uuids(),
    partner_slug=TEXT,
    partner_name=TEXT,
    portal_id=st.uuids(),
    portal_slug=TEXT,
    portal_name=TEXT,
    portal_languages=TEXTS,
    reach=st.sampled_from(Reach),
    continent=st.none() | st.sampled_from(Continent),
    territories=TEXTS,
    languages=TEXTS,
    default_language=TEXT,
    origins=TEXTS,
    campaign=st.none() | TEXT,
    branding=st.builds(
        BrandingView,
        display_name=TEXT,
        colour=TEXT,
        logo=TEXT,
        texts=st.dictionaries(TEXT, st.builds(BrandingTexts, TEXT, TEXT), max_size=2),
    ),
    revision=TEXT,
    portal_texts=WORDS,
)
PAGES = st.builds(
    PortalPage,
    slug=TEXT,
    name=TEXT,
    languages=TEXTS,
    reach=st.sampled_from(Reach),
    continent=st.none() | st.sampled_from(Continent),
    territories=TEXTS,
    texts=WORDS,
    key=st.none() | KEYS,
    last_key=st.none() | KEYS,
    supporters=TEXTS,
)


def through_json(record: Any) -> Any:
    return json.loads(json.dumps(record))


@settings(max_examples=30, deadline=None)
@given(KEYS, st.binary(min_size=32, max_size=32))
def test_a_key_comes_back_as_it_was(key: ResolvedKey, hmac: bytes) -> None:
    assert decode_key(through_json(encode_key(key))) == key
    secret = SecretKey(key, hmac)
    assert decode_secret_key(through_json(encode_secret_key(secret))) == secret


@settings(max_examples=15, deadline=None)
@given(PAGES)
def test_a_portals_page_comes_back_as_it_was(page: PortalPage) -> None:
    assert decode_page(through_json(encode_page(page))) == page


@settings(max_examples=3, deadline=None)
@given(KEYS)
def test_each_field_is_written_and_missed_when_it_is_not_there(key: ResolvedKey) -> None:
    record = encode_key(key)
    assert set(record) == {each.name for each in fields(ResolvedKey)}
    for name in record:
        with pytest.raises((KeyError, TypeError, ValueError)):
            decode_key({other: value for other, value in record.items() if other != name})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "no id"),
        ("mode", "another"),
        ("expires_at", "2026-11-22T10:00:00"),
        ("languages", "fr"),
        ("languages", [1]),
        ("label", None),
    ],
)
@settings(max_examples=1, deadline=None)
@given(key=KEYS)
def test_what_is_no_key_is_refused(name: str, value: object, key: ResolvedKey) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        decode_key(encode_key(key) | {name: value})
