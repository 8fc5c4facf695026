"""Names are found however they are typed, and listed where a reader looks for them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.directory.spelling import match_key, plain, sort_key


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("COTE D'IVOIRE", "Côte d’Ivoire"),
        ("Trinidad and Tobago", "Trinidad & Tobago"),
        ("st helena", "Saint Helena"),
        ("The Gambia", "Gambia"),
        ("guinea bissau", "Guinea-Bissau"),
        ("غينيا الاستوائيه", "غينيا الاستوائية"),
        ("الاردن", "الأردن"),
        ("فرنسا", "فَرَنْسا"),
        ("Кот-дІвуар", "Кот-дʼІвуар"),
        ("مالى", "مالي"),
        ("فرانس", "فرانس\u200c"),
        ("angeletele", "Angɛlɛtɛ́lɛ"),
        ("फ्रांस", "फ़्रांस"),
    ],
)
def test_two_spellings_of_one_name_are_alike(typed: str, written: str) -> None:
    assert match_key(typed) == match_key(written)


@pytest.mark.parametrize(
    ("one", "other"), [("Niger", "Nigeria"), ("कि", "कु"), ("Mali", "Malawi"), ("Oman", "Iran")]
)
def test_two_names_stay_two(one: str, other: str) -> None:
    assert match_key(one) != match_key(other)


@pytest.mark.parametrize("text", ["", "  ", "—", "the", "'", "\u0301"])
def test_a_text_without_a_word_has_no_key(text: str) -> None:
    assert match_key(text) == ""


@settings(deadline=None)
@given(st.text())
def test_case_and_surrounding_space_never_matter(text: str) -> None:
    assert match_key(f"  {text}\t") == match_key(text)
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize(
    ("language", "ordered"),
    [
        ("en", ["Afghanistan", "Åland Islands", "Albania", "Zambia"]),
        ("fr", ["Égypte", "Émirats", "Équateur", "Espagne"]),
        (
            "uk",
            [
                "Ґана",
                "Естонія",
                "Ємен",
                "Замбія",
                "Індія",
                "Італія",
                "Йорданія",
                "Нова Зеландія",
                "Новария",
            ],
        ),
        ("ar", ["إثيوبيا", "أذربيجان", "تونس", "مالي", "مصر", "هايتي"]),
        ("ur", ["ایران", "پاکستان", "ترکیہ", "چین", "گھانا", "یمن"]),
        ("mn", ["Нигер", "Оман", "Өмнөд Судан", "Уганда", "Үүлс", "Франц"]),
    ],
)
def test_names_stand_in_the_order_of_the_languages_alphabet(
    language: str, ordered: list[str]
) -> None:
    keys = [sort_key(name, language) for name in ordered]
    assert all(earlier < later for earlier, later in pairwise(keys))


def test_a_letter_written_in_two_parts_stands_where_it_belongs() -> None:
    whole, parts = "Йорданія", "И\u0306орданія"
    assert sort_key(whole, "uk")[0] == sort_key(parts, "uk")[0]
