"""What events may say: a list of names, read from every place that writes one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.audit import service
from server.audit.models import AuditEvent
from server.audit.service import AuditAction, record_event
from tests.architecture.tree import ROOT

#: Names of details. None of them holds a reported address, a citizen's word, a contact or a secret;
#: who adds one has thought about that.
ALLOWED = frozenset(
    {
        *("after", "before", "name", "revision"),
        *("added", "updated", "kept", "unchanged"),
        *("reference", "readable", "contact_shown", "generation", "topic"),
        *("partner", "portal", "mode", "secret", "origins", "label", "expires_at"),
        *("slug", "successor", "grace_days", "kit", "reason"),
        *("roles", "login_link", "purpose", "session_id", "sessions", "way", "passkey", "left"),
        *("browser", "issuer"),
        *("part", "damaged"),
        *("filter", "count", "days", "first", "last", "force"),
    }
)


def calls() -> Iterator[tuple[Path, ast.Call]]:
    """Every call of `record_event` in the program."""
    for path in sorted((ROOT / "server").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name == "record_event":
                    yield path.relative_to(ROOT), node


CALLS = list(calls())


def test_there_are_calls() -> None:
    assert len(CALLS) > 20


def test_every_name_of_a_detail_is_one_that_was_thought_about() -> None:
    unknown = {
        f"{path}:{call.lineno} {keyword.arg}"
        for path, call in CALLS
        for keyword in call.keywords
        if keyword.arg is not None and keyword.arg not in ALLOWED
    }
    assert unknown == set()


def test_events_are_made_in_one_place_only() -> None:
    makers = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "server").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "AuditEvent"
    }
    assert makers == {"server/audit/service.py"}


@pytest.mark.parametrize("value", [float("nan"), {1, 2}, b"bytes", object()])
def test_what_json_cannot_say_is_refused_before_it_is_stored(value: object) -> None:
    class Nothing:
        def add(self, event: AuditEvent) -> None:
            pytest.fail("stored")

    with pytest.raises((TypeError, ValueError)):
        record_event(
            Nothing(),  # type: ignore[arg-type]
            "system",
            AuditAction.KEY_PAUSED,
            "key:1",
            value=value,
        )
    assert service.AuditEvent is AuditEvent
