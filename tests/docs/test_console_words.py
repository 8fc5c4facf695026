"""docs/analysts/console.md explains every column, field, note, lane and limit of the console."""

from __future__ import annotations

import re

import pytest

from server.intake.service import Notice
from server.reports.vocabulary import Lane
from server.staff.service import LINK_LIFETIME, RoleName
from server.web.console.report_rows import PAGE_SIZE
from server.web.console.sessions import ABSOLUTE_LIMIT, IDLE_LIMIT
from server.web.console.words import plain_words
from tests.architecture.tree import ROOT
from tests.docs.markdown import document

DOCUMENT = document("docs/analysts/console.md")
TEMPLATES = ROOT / "server/web/console/templates/console"

#: No report gets there yet.
UNUSED_LANES = {Lane.QUARANTINE}
#: What stands in a sentence.
IN_A_SENTENCE = {"State", "Public status", "Received", "Updated", "Id"}


def template(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


COLUMNS = re.findall(r'scope="col">([^<(]+?)(?: \(UTC\))?</th>', template("report_table.html"))
LABELS = re.findall(r"<dt>([A-Z][^<{]*)</dt>", template("report_attribution.html"))
QUESTIONS = re.findall(
    r'\("\w+", "([A-Z][^"]+)"\)|Answer\("([A-Z][^"]+)"',
    (ROOT / "server/web/console/report_content.py").read_text(encoding="utf-8"),
)


def test_there_is_something_to_explain() -> None:
    assert len(COLUMNS) == 9
    assert len(LABELS) > 10
    assert len(QUESTIONS) > 9


@pytest.mark.parametrize(
    "word",
    [
        *COLUMNS,
        *(label for label in LABELS if label not in IN_A_SENTENCE),
        *("".join(question) for question in QUESTIONS),
        *(plain_words(notice) for notice in Notice),
        *(plain_words(lane) for lane in Lane if lane not in UNUSED_LANES),
    ],
)
def test_a_word_of_the_console_begins_a_row(word: str) -> None:
    firsts = re.findall(r"^\| ([^|]+) \|", DOCUMENT, re.MULTILINE)
    explained = {part for first in firsts for part in first.split(", ")}
    assert word in explained


def test_the_limits_are_those_of_the_code() -> None:
    assert f"within {LINK_LIFETIME.total_seconds() / 60:.0f} minutes" in DOCUMENT
    assert f"after {IDLE_LIMIT.total_seconds() / 60:.0f} minutes without a click" in DOCUMENT
    assert f"after {ABSOLUTE_LIMIT.total_seconds() / 3600:.0f} hours in any case" in DOCUMENT
    assert f"{PAGE_SIZE} on a page" in DOCUMENT


def test_every_role_is_named() -> None:
    assert all(role.value.replace("_", " ") in DOCUMENT for role in RoleName)


def test_every_way_of_not_opening_is_quoted_from_the_page() -> None:
    page = template("report_failure.html") + template("report_contact.html").lower()
    for words in (
        "no private sealing key that works",
        "whose private half is not on this server",
        "the addresses and the answers does not open",
        "not in the database any more",
        "the contact does not open",
    ):
        assert words in page
        assert words in DOCUMENT
