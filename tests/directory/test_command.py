"""`portals directory` as an operator types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from server.commands.directory import directory
from server.directory.service import list_authorities
from server.storage.database import Database
from tests.directory.rows import a_row


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(directory, words)


def a_file(folder: Path, *rows: object) -> str:
    file = folder / "list.json"
    file.write_text(json.dumps(rows))
    return str(file)


def test_without_a_file_the_bundled_list_is_loaded_and_stays(app: Flask) -> None:
    first = run(app, "load", "--json")
    assert first.exit_code == 0
    counts = {"added": 94, "updated": 0, "kept": 0, "unchanged": 0, "kept_rows": []}
    assert json.loads(first.stdout) == counts
    again = run(app, "load")
    assert again.stdout == "0 added, 0 updated, 94 unchanged, 0 kept as staff edited them\n"


def test_a_file_of_ones_own_is_loaded(app: Flask, tmp_path: Path) -> None:
    assert run(app, "load", a_file(tmp_path, a_row())).exit_code == 0
    listed = json.loads(run(app, "list", "--json").stdout)
    assert [(row["territory"], row["name"]) for row in listed] == [("GH", "Example Hotline")]


def test_rows_kept_for_staff_are_named(app: Flask, tmp_path: Path, database: Database) -> None:
    file = a_file(tmp_path, a_row())
    run(app, "load", file)
    with database.transaction() as session:
        (row,) = list_authorities(session)
        row.note, row.edited_at = "asked by phone", row.loaded_at
    said = run(app, "load", file).stdout.splitlines()
    assert said[0].endswith("1 kept as staff edited them")
    assert said[1:] == ["kept inhope_hotline/gh/example-hotline"]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([a_row(), a_row(name="Two", kind="x")], "row 2 (Ghana), field kind: unknown 'x'"),
        ([a_row(source="", kind="x")], "row 1 (Ghana), field source: missing (and 1 more)"),
        ([], "a directory is a JSON list with at least one row"),
    ],
)
def test_a_refused_file_exits_with_1_and_one_line(
    app: Flask, tmp_path: Path, rows: list[object], reason: str
) -> None:
    result = run(app, "load", a_file(tmp_path, *rows))
    assert (result.exit_code, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"Error: {reason}")
    assert run(app, "list").stdout == ""


def test_a_missing_file_exits_with_1_and_one_line(app: Flask, tmp_path: Path) -> None:
    result = run(app, "load", str(tmp_path / "none.json"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: {tmp_path}/none.json: No such file or directory\n"


@pytest.mark.parametrize("territory", ["AC", "ac", "Ascension Island"])
def test_the_list_of_one_territory_takes_its_code_or_name(app: Flask, territory: str) -> None:
    run(app, "load")
    result = run(app, "list", "--territory", territory)
    assert (
        result.stdout
        == "AC  iwf_portal      existence     IWF Reporting Portal: Ascension Island\n"
    )


def test_a_place_without_a_code_is_listed_by_its_name(app: Flask) -> None:
    run(app, "load")
    result = run(app, "list", "--json", "--territory", "Akrotiri and Dhekelia")
    assert [row["territory"] for row in json.loads(result.stdout)] == [None]


def test_staff_see_rows_that_the_public_does_not(app: Flask) -> None:
    run(app, "load")
    said = run(app, "list", "--territory", "Belgium").stdout
    assert said == "BE  inhope_hotline  country_only  (name unknown, Belgium)\n"


def test_an_unknown_territory_exits_with_1(app: Flask) -> None:
    result = run(app, "list", "--territory", "Atlantis")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: no territory or place is called 'Atlantis'\n"
