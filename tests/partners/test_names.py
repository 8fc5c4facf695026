"""A name is one line of plain text that reads as what it is."""

from __future__ import annotations

import pytest

from server.partners.names import clean_name
from server.partners.service import PartnerError


def clean(text):
    return clean_name(text, "a partner's name", "name")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "missing"),
        (" \t ", "missing"),
        ("\u200b\u200d", "missing"),
        ("x" * 121, "121 characters: at most 120"),
        ("x" * 5_000, "5,000 characters"),
        ("Teranga\u202eelibom", "turn text around"),
        ("Teranga\u2067", "turn text around"),
        ("Teranga\x00", "control characters"),
        ("Teranga\nMobile", "control characters"),
        ("Teranga\ud800", "control characters"),
    ],
)
def test_a_name_that_hides_something_is_refused_at_its_field(text, reason):
    with pytest.raises(PartnerError, match=reason) as refusal:
        clean(text)
    assert refusal.value.field == "name"


@pytest.mark.parametrize(
    "name", ["Teranga Mobile", "x" * 120, "شبكة السنغال", "नेपाल\u200d", "<b>&\"'", "Ñandú"]
)
def test_every_script_and_mark_is_a_name(name):
    assert clean(f"  {name} ") == name


def test_a_name_is_composed_before_it_is_counted():
    assert clean("e\u0301" * 120) == "\u00e9" * 120
