"""A directory file is refused as a whole, and every complaint names its row and field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.directory.rows import DirectoryError, check_rows, read_rows
from server.directory.vocabulary import AuthorityKind, Verified
from tests.directory.rows import a_row


def problems_of(rows: object) -> list[str]:
    with pytest.raises(DirectoryError) as caught:
        check_rows(rows)
    return caught.value.problems


def test_a_good_row_is_taken_as_it_is() -> None:
    (row,) = check_rows([a_row(emergency="112", note="by night too", partner="a ministry")])
    assert (row.territory, row.place, row.name) == ("GH", "Ghana", "Example Hotline")
    assert (row.kind, row.verified) == (AuthorityKind.INHOPE_HOTLINE, Verified.URL)
    assert (row.url, row.languages) == ("https://hotline.example/report", ["en"])
    assert (row.emergency, row.note) == ("112", "by night too")
    assert row.row_key == "inhope_hotline/gh/example-hotline"


def test_a_row_may_bring_its_own_key_so_that_a_renamed_authority_stays_one_row() -> None:
    (row,) = check_rows([a_row(name="New Name", row_key="inhope_hotline/gh/example-hotline")])
    assert row.row_key == "inhope_hotline/gh/example-hotline"


def test_a_place_without_a_code_is_kept_under_its_name() -> None:
    (row,) = check_rows([a_row(country_code=None, country="Akrotiri and Dhekelia", name="X")])
    assert (row.territory, row.place) == (None, "Akrotiri and Dhekelia")
    assert row.row_key == "inhope_hotline/akrotiri-and-dhekelia/x"


def test_texts_are_trimmed_and_composed_and_empty_ones_are_absent() -> None:
    (row,) = check_rows([a_row(name="  Cafe\u0301 ", note="   ", emergency="")])
    assert (row.name, row.note, row.emergency) == ("Café", None, None)


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"kind": "polices"}, "kind", "unknown 'polices'; one of iwf_portal, inhope_hotline"),
        ({"kind": ["police"]}, "kind", "unknown"),
        ({"kind": ...}, "kind", "missing"),
        ({"verified": "yes"}, "verified", "unknown 'yes'; one of url, existence, country_only"),
        ({"verified": ...}, "verified", "missing"),
        ({"source": ...}, "source", "missing"),
        ({"source": "  "}, "source", "missing"),
        ({"country": None}, "country", "missing"),
        ({"country": 7}, "country", "not a text"),
        ({"country": "x" * 121}, "country", "121 characters, at most 120"),
        ({"name": "x" * 201}, "name", "201 characters, at most 200"),
        ({"name": ...}, "name", "missing, while verified is url"),
        ({"name": ..., "url": ..., "verified": "existence"}, "name", "missing"),
        ({"name": "a\x00b"}, "name", "control characters"),
        ({"note": "a\x1b[2Jb"}, "note", "control characters"),
        ({"name": "\ud800"}, "name", "broken Unicode"),
        ({"note": "x" * 1001}, "note", "at most 1000"),
        ({"source": "x" * 1001}, "source", "at most 1000"),
        ({"emergency": "1" * 121}, "emergency", "at most 120"),
        ({"row_key": "x" * 161}, "row_key", "at most 160"),
        ({"url": ...}, "url", "missing, while verified is url"),
        ({"url": "https://hotline.example/" + "x" * 500}, "url", "at most 500"),
        ({"country_code": "XA"}, "country_code", "unknown 'XA'"),
        ({"country_code": "gh"}, "country_code", "unknown 'gh'"),
        ({"country_code": ["GH"]}, "country_code", "unknown"),
        ({"languages": "en"}, "languages", "not a list of language tags"),
        ({"languages": ["English"]}, "languages", "not a list of language tags"),
        ({"languages": [1]}, "languages", "not a list of language tags"),
        ({"adress": "x"}, "'adress'", "unknown; known are country"),
    ],
)
def test_a_wrong_field_is_named_with_its_row(
    change: dict[str, Any], field: str, reason: str
) -> None:
    (problem,) = problems_of([a_row(name="Another"), a_row(**change)])
    place = change.get("country", "Ghana")
    label = f"row 2 ({place[:60]})" if isinstance(place, str) else "row 2"
    assert problem.startswith(f"{label}, field {field}: ")
    assert reason in problem


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://hotline.example/",
        "hotline.example/report",
        "//hotline.example/report",
        "https://",
        "https:///report",
        "https://user:secret@hotline.example/",
        "https://hotline.example:port/",
        "https://[hotline.example/",
        "https://hotline.example/a b",
        "https://hotline.example\\.other.example/",
    ],
)
def test_only_a_web_address_may_become_a_link(url: str) -> None:
    (problem,) = problems_of([a_row(url=url)])
    assert problem.startswith("row 1 (Ghana), field url: not a web address")


def test_http_is_taken_too_as_some_hotlines_have_no_more() -> None:
    (row,) = check_rows([a_row(url="http://hotline.example/")])
    assert row.url == "http://hotline.example/"


def test_all_problems_are_told_at_once() -> None:
    problems = problems_of([a_row(kind="x"), "no object", a_row(url=..., source=...)])
    assert [problem.split(":")[0] for problem in problems] == [
        "row 1 (Ghana), field kind",
        "row 2",
        "row 3 (Ghana), field source",
        "row 3 (Ghana), field url",
    ]
    with pytest.raises(DirectoryError, match=r"row 1 \(Ghana\).* \(and 3 more\)$"):
        check_rows([a_row(kind="x"), "no object", a_row(url=..., source=...)])


def test_the_same_authority_twice_is_refused() -> None:
    (problem,) = problems_of([a_row(), a_row(country_code="KE"), a_row(url="https://b.example/")])
    assert problem.startswith("row 3 (Ghana), field row_key: the same as row 1's")


@pytest.mark.parametrize("rows", [None, {}, [], "text", 7, a_row()])
def test_what_is_no_list_of_rows_is_refused(rows: object) -> None:
    assert problems_of(rows) == ["a directory is a JSON list with at least one row"]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(a_row())), _JSON))
def test_any_json_is_taken_or_refused_in_single_lines(changes: dict[str, Any]) -> None:
    refused: list[str] = []
    try:
        check_rows([a_row() | changes])
    except DirectoryError as error:
        refused = error.problems
    assert all(problem.isprintable() for problem in refused)


@pytest.mark.parametrize("change", [{"country": "\x1b[2J"}, {"kind": "\u202e"}, {"\x1b[2J": 1}])
def test_a_refusal_repeats_nothing_that_a_terminal_would_obey(change: dict[str, Any]) -> None:
    (problem,) = problems_of([a_row(**change)])
    assert problem.isprintable()


def test_a_refusal_repeats_little_of_a_long_value() -> None:
    (problem,) = problems_of([a_row(kind="x" * 10_000)])
    assert len(problem) < 200


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[{", "no JSON in UTF-8"),
        (b"\xff\xfe", "no JSON in UTF-8"),
        (b"[" * 100_000, "no JSON in UTF-8"),
        (b'[{"kind": "police", "kind": "iwf_portal"}]', "field 'kind' stands twice in one row"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "list.json"
    file.write_bytes(content)
    with pytest.raises(DirectoryError, match=reason) as caught:
        read_rows(file)
    assert str(file) in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DirectoryError, match=r"none\.json: No such file or directory"):
        read_rows(tmp_path / "none.json")
    with pytest.raises(DirectoryError, match="Is a directory"):
        read_rows(tmp_path)
