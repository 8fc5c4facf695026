"""The worker's page: what waits, dead letters to try again, jobs and whether a worker runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from server.audit.models import AuditEvent
from server.delivery.models import OutboxMessage
from server.delivery.service import Jobs, RecurringJob, Worker, enqueue
from server.staff.service import RoleName
from server.storage.database import Database
from tests.web.console.conftest import Member, SignIn
from tests.web.console.visitor import Visitor, text_of

PATH = "/console/work"


@pytest.fixture
def administrator(member: Member, sign_in: SignIn) -> Visitor:
    return sign_in(member(RoleName.ADMINISTRATOR))


def dead_letter(database: Database) -> None:
    with database.transaction() as session:
        enqueue(session, "thing.happened", {})
        session.execute(
            update(OutboxMessage).values(
                failed_at=datetime.now(UTC), attempts=12, last_error="ArithmeticError"
            )
        )


def test_it_says_that_no_worker_runs(administrator: Visitor) -> None:
    words = text_of(administrator.get(PATH))
    assert "No worker runs." in words
    assert "portals work" in words


def test_a_worker_that_ran_is_seen_by_its_jobs(database: Database, administrator: Visitor) -> None:
    job = RecurringJob("some.job", timedelta(seconds=2), lambda _database: None)
    Worker(database, Jobs(recurring=(job,))).run_once()
    words = text_of(administrator.get(PATH))
    assert "No worker runs." not in words
    assert "some.job just now On time" in words
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=5)):
        words = text_of(administrator.get(PATH))
    assert "No worker runs." in words
    assert "some.job 5 minutes ago Late" in words


def test_waiting_messages_are_counted_by_topic(database: Database, administrator: Visitor) -> None:
    with database.transaction() as session:
        for _ in range(3):
            enqueue(session, "thing.happened", {})
    assert "thing.happened 3 just now" in text_of(administrator.get(PATH))


def test_a_dead_letter_is_tried_again_at_the_press_of_a_button(
    database: Database, administrator: Visitor
) -> None:
    dead_letter(database)
    page = administrator.get(PATH)
    assert "ArithmeticError 12 attempts" in text_of(page)
    answer = administrator.submit(page, "/console/dead-letters/retry")
    assert answer.status_code == 303
    assert "1 message waits again." in text_of(administrator.get(PATH))
    with database.reading() as session:
        assert session.scalar(select(OutboxMessage.failed_at)) is None
        actions = set(session.scalars(select(AuditEvent.action)))
    assert "delivery:dead_letter:retried" in actions
    administrator.submit(page, "/console/dead-letters/retry")
    assert "somebody was faster" in text_of(administrator.get(PATH))


def test_who_may_only_look_has_no_button(
    database: Database, member: Member, sign_in: SignIn
) -> None:
    dead_letter(database)
    page = sign_in(member(RoleName.AUDITOR)).get(PATH)
    assert "ArithmeticError" in text_of(page)
    assert "Try again" not in page.text
