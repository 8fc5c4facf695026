"""docs/api.md names every call, field, value, limit and problem that the API has, and no other."""

from __future__ import annotations

import re

import pytest
from marshmallow import fields

from server.intake.challenge import LIFETIME, MAX_PAYLOAD_LENGTH
from server.intake.service import MAX_ADDRESS_LENGTH
from server.partners.service import LATE_REPORTS
from server.reports.vocabulary import PublicStatus
from server.web.api.fields import Email, Text
from server.web.api.lane import MAX_BODY_BYTES
from server.web.api.problems import PROBLEMS
from server.web.api.schemas import MAX_PLACES, ReportSchema
from server.web.locale import LANGUAGES
from tests.architecture.routes import current_routes
from tests.docs.markdown import document, section

DOCUMENT = document("docs/api.md")
FIELDS = ReportSchema().fields


def rows(title: str) -> dict[str, str]:
    """First cell to the rest of the row, for each row of a section whose first cell is code."""
    return {
        match["name"]: match["rest"]
        for match in re.finditer(
            r"^\| `(?P<name>[^`]+)`[ *]*\|(?P<rest>.*)\|$", section(DOCUMENT, title), re.MULTILINE
        )
    }


def test_every_problem_stands_in_the_table_with_its_status_and_advice() -> None:
    assert rows("Problems") == {
        name: f" {problem.status} | {problem.advice} " for name, problem in PROBLEMS.items()
    }


def test_every_field_stands_in_the_table() -> None:
    assert rows("Fields of a report").keys() == FIELDS.keys()


def test_what_is_needed_is_marked() -> None:
    marked = set(re.findall(r"^\| `(\w+)` \*", DOCUMENT, re.MULTILINE))
    assert marked == {name for name, field in FIELDS.items() if field.required}


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_is_given_with_its_values_and_its_length(name: str) -> None:
    row, field = rows("Fields of a report")[name], FIELDS[name]
    inner = field.inner if isinstance(field, fields.List) else field
    if isinstance(inner, fields.Enum):
        assert re.findall(r"`(\w+)`", row) == [member.value for member in inner.enum]
    # Codes and the key have their length from what they are.
    elif isinstance(inner, Text) and name not in ("key", "language", "territory"):
        assert f"≤ {inner.limit:,}" in row


def test_the_limits_are_those_of_the_code() -> None:
    limits, table = section(DOCUMENT, "Limits"), rows("Fields of a report")
    assert f"| {MAX_BODY_BYTES // 1024} KiB |" in limits
    assert f"| {MAX_PLACES}, of {MAX_ADDRESS_LENGTH:,} characters each |" in limits
    assert f"| {LIFETIME.total_seconds() / 60:.0f} minutes, one use |" in limits
    assert f"| {LATE_REPORTS.total_seconds() / 3600:.0f} hours |" in limits
    assert f"(≤ {MAX_ADDRESS_LENGTH:,})" in table["addresses"]
    assert f"(≤ {MAX_ADDRESS_LENGTH:,})" in table["referrer_url"]
    assert f"≤ {MAX_PAYLOAD_LENGTH:,}" in table["challenge"]
    assert f"(≤ {Email().limit})" in table["contact"]


def test_every_call_is_listed() -> None:
    called = set(re.findall(r"`(?:GET|POST) (/[\w/<>]+)", DOCUMENT))
    routed = {
        rule.removeprefix("/api/v1")
        for rule in current_routes()["public"]
        if rule.startswith("/api/v1")
    }
    assert called == routed - {"/openapi.json"}
    assert "/api/v1/openapi.json" in DOCUMENT


def test_every_status_and_language_is_named() -> None:
    statuses = re.search(r"^`status` is (.*)\.", section(DOCUMENT, "Receipt"), re.MULTILINE)
    assert statuses
    assert re.findall(r"`(\w+)`", statuses[1]) == [status.value for status in PublicStatus]
    assert all(f"`{code}`" in DOCUMENT.partition("## Keys")[0] for code in LANGUAGES)
