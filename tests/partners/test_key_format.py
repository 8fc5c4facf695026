"""The text of a key."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.partners.key_format import mint_key, parse_key
from server.partners.vocabulary import KeyMode


@pytest.mark.parametrize("kind", ["iwfpk", "iwfsk"])
@pytest.mark.parametrize("mode", list(KeyMode))
def test_a_minted_key_is_recognised(kind, mode):
    minted = mint_key(kind, mode)
    assert parse_key(minted.text) == minted
    assert minted.text.startswith(f"{kind}_{mode.value}_")
    assert len(minted.text) == 47


def test_two_keys_differ():
    assert mint_key("iwfpk", KeyMode.LIVE).text != mint_key("iwfpk", KeyMode.LIVE).text


@given(st.integers(0, 35), st.sampled_from(string.digits + string.ascii_letters))
def test_one_mistyped_character_is_refused(position, character):
    text = mint_key("iwfpk", KeyMode.LIVE).text
    index = len("iwfpk_live_") + position
    mistyped = text[:index] + character + text[index + 1 :]
    assert (parse_key(mistyped) is None) == (mistyped != text)


@given(st.integers(0, 34))
def test_two_swapped_characters_are_refused(position):
    text = mint_key("iwfpk", KeyMode.LIVE).text
    i = len("iwfpk_live_") + position
    swapped = text[:i] + text[i + 1] + text[i] + text[i + 2 :]
    assert (parse_key(swapped) is None) == (swapped != text)


@given(st.text(max_size=60))
def test_any_other_text_is_no_key(text):
    assert parse_key(text) is None


def test_a_key_of_one_mode_is_not_one_of_the_other():
    live = mint_key("iwfpk", KeyMode.LIVE).text
    assert parse_key(live.replace("_live_", "_test_")) is None


def test_the_id_of_a_secret_key_does_not_give_it_away():
    minted = mint_key("iwfsk", KeyMode.LIVE)
    assert minted.text.startswith(minted.key_id)
    assert len(minted.key_id) == 21
