"""Long passwords of any characters are taken; what is tried first is not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.staff.errors import PasswordRefused
from server.staff.passwords import LEAST, MOST, normal_password, refuse_weak_password

EMAIL, HOTLINE = "ada.lovelace@hotline.example", "Internet Watch Foundation"


def refuse(password: str) -> None:
    refuse_weak_password(password, email=EMAIL, hotline=HOTLINE)


@pytest.mark.parametrize(
    "password",
    [
        "quiet lamp orbit river",
        "   spaces count too   ",
        "κωδικός με ελληνικά γράμματα",
        "🦉🚲🥖🎻🧭🪁🦔🍄🧩🛶🪵🧵🪴🧊🎈",
        "lower case only",
        "92746153820174635",
        "x" * 3 + "Qw7#" * 7 + "é",
        "ghT5 " * 24 + "k3!dfg",
    ],
)
def test_any_characters_are_taken(password: str) -> None:
    refuse(password)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "at least 15 characters, this has 0"),
        ("fourteen chars", "at least 15 characters, this has 14"),
        ("Xk4 " * 33, "at most 128 characters, this has 132"),
        ("Password12345678", "tried first"),
        ("Correct Horse Battery Staple", "tried first"),
        ("passwordpassword", "tried first"),
        ("aaaaaaaaaaaaaaaa", "repeats"),
        ("abcabcabcabcabcabc", "repeats"),
        ("1234567890123456789", "counts along"),
        ("abcdefghijklmnopq", "counts along"),
        ("ada.lovelace@hotline.example", "your address"),
        ("Internet Watch Foundation 1", "the hotline's name"),
        ("adalovelace-hotline-2026", None),
    ],
)
def test_the_obvious_is_refused_with_the_reason(password: str, reason: str | None) -> None:
    if reason is None:
        refuse(password)
        return
    with pytest.raises(PasswordRefused, match=reason):
        refuse(password)


def test_two_ways_to_type_a_letter_are_one_password() -> None:
    assert normal_password("caf\u0065\u0301") == normal_password("caf\u00e9")


@settings(max_examples=50)
@given(st.text())
def test_whatever_is_typed_is_refused_or_taken(password: str) -> None:
    try:
        refuse(password)
    except PasswordRefused:
        return
    assert LEAST <= len(normal_password(password)) <= MOST
