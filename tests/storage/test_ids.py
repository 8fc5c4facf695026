"""Identifiers sort by the time they were made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import time_machine

from server.storage.ids import new_id


def test_a_later_id_sorts_later():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    ids = []
    for microseconds in range(5):
        with time_machine.travel(start + timedelta(microseconds=microseconds), tick=False):
            ids.append(new_id())
    assert ids == sorted(ids)


def test_ids_are_version_7_and_unlike():
    ids = {new_id() for _ in range(1_000)}
    assert len(ids) == 1_000
    assert {(item.version, item.variant) for item in ids} == {(7, "specified in RFC 4122")}
