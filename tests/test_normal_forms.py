"""Unicode's normal forms, also of texts that are made to be slow."""

from __future__ import annotations

import sys
import unicodedata
from unicodedata import combining, normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.normal_forms import MOST_MARKS, compatible, composed, taken_apart

FORMS = ((composed, "NFC"), (compatible, "NFKC"), (taken_apart, "NFKD"))
GRAVE, GRAVE_BELOW = "\u0300", "\u0316"


@settings(max_examples=50)
@given(st.text(max_size=MOST_MARKS))
def test_a_text_is_given_its_normal_form(text: str) -> None:
    assert [form(text) for form, _ in FORMS] == [normalize(name, text) for _, name in FORMS]


def test_thirty_marks_on_a_letter_are_put_in_order() -> None:
    text = "x" * 99 + GRAVE * (MOST_MARKS // 2) + GRAVE_BELOW * (MOST_MARKS // 2)
    assert composed(text) == normalize("NFC", text) != text


@pytest.mark.parametrize("pile", [GRAVE + GRAVE_BELOW, "\u0f73", "\uff9e" + GRAVE])
def test_a_pile_of_marks_is_left_as_it_is(pile: str) -> None:
    text = pile * 20_000
    assert all(form(text) == text for form, _ in FORMS)


def test_whatever_becomes_a_mark_counts_as_one() -> None:
    hidden = [
        character
        for character in map(chr, range(sys.maxunicode + 1))
        if unicodedata.decomposition(character)
        and not combining(character)
        and combining(normalize("NFKD", character)[0])
    ]
    assert all(composed(each * (MOST_MARKS + 1)) == each * (MOST_MARKS + 1) for each in hidden)
    assert len(hidden) == 5
