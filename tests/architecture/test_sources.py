"""Rules that every file of the tree keeps: size, wording, and nothing of one machine."""

from __future__ import annotations

import re

from tests.architecture.tree import ROOT, project_files, text_lines

MOST_LINES = 400

# Written so that this file does not match itself.
WORDS_THE_FIELD_DOES_NOT_USE = re.compile(
    r"[c]hild(ren)?[- ]?porn|[k]iddie|[k]iddy|[c]hild[- ]erotica", re.IGNORECASE
)
ONE_MACHINE = re.compile(
    r"[p]ypi\.org|[p]ythonhosted|[n]pmjs\.|[r]egistry\.yarn|/[w]ork/|/[r]oot/|/[h]ome/[a-z]"
)


def test_no_file_of_the_server_has_grown_past_one_job() -> None:
    too_long = {
        str(path): lines
        for path in project_files("server")
        if path.suffix == ".py"
        and (lines := len((ROOT / path).read_text().splitlines())) > MOST_LINES
    }
    assert not too_long, f"over {MOST_LINES} lines, so at least two jobs: {too_long}"


def test_the_words_are_those_of_the_field() -> None:
    found = [
        f"{path}:{number}: {line.strip()[:100]}"
        for path, number, line in text_lines()
        if WORDS_THE_FIELD_DOES_NOT_USE.search(line)
    ]
    assert not found, "say 'child sexual abuse imagery':\n" + "\n".join(found)


def test_nothing_names_a_package_registry_or_a_path_of_one_machine() -> None:
    found = [
        f"{path}:{number}: {line.strip()[:100]}"
        for path, number, line in text_lines()
        if ONE_MACHINE.search(line)
    ]
    assert not found, "\n".join(found)
