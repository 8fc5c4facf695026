"""What a kit tells of the numbers: complete days only, and none that is small."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import time_machine
from sqlalchemy import insert

from server.partners.service import IssuedKey
from server.statistics.models import Tally
from server.statistics.vocabulary import NO_VALUE, Dimension
from server.storage.database import Database
from tests.web.kit.conftest import Webmaster


def test_a_kit_tells_nothing_of_a_day_that_is_not_over(
    webmaster: Webmaster, database: Database, key: IssuedKey
) -> None:
    now = datetime.now(UTC).replace(hour=12)
    owner = {"partner_id": key.row.partner_id, "portal_id": key.row.portal_id}
    kind = {"key_id": key.row.id, "dimension": Dimension.TOTAL, "value": NO_VALUE}
    with database.transaction() as session:
        session.execute(insert(Tally).values(day=now.date(), reports=4711, **owner, **kind))
    with time_machine.travel(now, tick=False):
        page = webmaster.open().text
    assert "Complete days only; today is not in it." in page
    assert "4711" not in page
    with time_machine.travel(now + timedelta(days=1), tick=False):
        assert "4711" in webmaster.open().text
