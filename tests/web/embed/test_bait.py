"""The field that nobody sees: who fills it in is taken all the same, in the low lane."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine

from server.reports.vocabulary import Lane
from server.storage.database import Database
from tests.web.embed.test_without_script import stored
from tests.web.embed.visitor import TYPED, Visitor


def test_it_is_hidden_from_eyes_screen_readers_keyboard_and_autofill(visitor: Visitor) -> None:
    (bait,) = re.findall(r"<input[^>]* name=\"website\"[^>]*>", visitor.response.text)
    assert {"hidden", 'autocomplete="off"', 'value=""'} <= set(bait.rstrip(">").split())


@pytest.mark.parametrize(("filled", "lane"), [("", Lane.NORMAL), ("https://a.example", Lane.LOW)])
def test_who_fills_it_in_gets_the_low_lane(
    visitor: Visitor, database: Database, filled: str, lane: Lane
) -> None:
    with time_machine.travel("2026-11-22T10:00:00Z", tick=False) as clock:
        visitor.press("check", **TYPED, website=filled)
        clock.shift(timedelta(seconds=5))
        visitor.press("send")
    (report,) = stored(database)
    assert report.lane is lane
