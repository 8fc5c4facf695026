"""A wrong number is worse than none."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from server.directory import emergency
from server.directory.emergency import EMERGENCY_NUMBERS, emergency_number
from server.directory.rows import read_rows
from server.directory.territories import TERRITORIES

FILE = json.loads(Path(emergency.__file__).with_name("data").joinpath("emergency.json").read_text())


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("GB", "999"),
        ("FR", "17 / 112"),
        ("US", "911"),
        ("IE", "112 / 999"),
        ("SN", "17"),
        ("MA", "19 / 177"),
        ("KE", "999"),
        ("GI", "999"),
    ],
)
def test_the_number_of_the_police_is_known(code: str, number: str) -> None:
    assert emergency_number(code) == number


@pytest.mark.parametrize("code", ["MZ", "CD", "PN", "AC", "XX", "", "gb"])
def test_without_certainty_there_is_no_number(code: str) -> None:
    assert emergency_number(code) is None


def test_a_number_is_short_and_can_be_dialled() -> None:
    assert set(EMERGENCY_NUMBERS) <= TERRITORIES
    shape = re.compile(r"\d{2,5}( / \d{2,5})?")
    assert {n for n in EMERGENCY_NUMBERS.values() if not shape.fullmatch(n)} == set()


def test_every_number_says_why_it_is_trusted() -> None:
    assert {entry["basis"] for entry in FILE["numbers"].values()} == set(FILE["bases"])


def test_the_numbers_agree_with_what_the_authorities_say_of_themselves() -> None:
    told: dict[str, str] = {}
    for row in read_rows():  # type: ignore[attr-defined]
        if row.get("emergency"):
            told[row["country_code"]] = told.get(row["country_code"], "") + " " + row["emergency"]
    assert len(told) == 18
    for code, text in told.items():
        ours = emergency_number(code)
        assert ours is not None, code
        assert set(re.findall(r"\d+", ours)) <= set(re.findall(r"\d+", text)), code
