"""Pages of the list, a report opened, a receipt looked up. On both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select, text

from server.partners.service import KeyMode
from server.reports import service
from server.reports.models import Report
from server.reports.vocabulary import Lane
from server.storage.ids import new_id
from tests.factories.key import KeyFactory
from tests.factories.report import accepted_report
from tests.factories.stored_report import stored_report

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def pages(session, limit, **filters):
    before, references = None, []
    while True:
        page = service.list_reports(session, before=before, limit=limit, **filters)
        references.append([row.reference for row in page.rows])
        if page.next_before is None:
            return references
        before = page.next_before


def test_pages_are_newest_first_complete_and_without_doubles(app, database, key):
    sent = [accepted_report(app, key.text).reference for _ in range(7)]
    with database.reading() as session:
        found = pages(session, 3)
    assert [len(page) for page in found] == [3, 3, 1]
    assert [reference for page in found for reference in page] == sent[::-1]


def test_a_report_that_arrives_meanwhile_does_not_shift_the_pages(app, database, key):
    sent = [accepted_report(app, key.text).reference for _ in range(4)]
    with database.reading() as session:
        first = service.list_reports(session, limit=2)
    accepted_report(app, key.text)
    with database.reading() as session:
        second = service.list_reports(session, before=first.next_before, limit=2)
    assert [row.reference for row in second.rows] == sent[1::-1]


def test_test_reports_are_listed_apart(app, database, settings, key):
    with database.transaction() as session:
        test_key = KeyFactory(session=session, secrets=settings.intake_secrets, mode=KeyMode.TEST)
    live = accepted_report(app, key.text).reference
    test = accepted_report(app, test_key.text).reference
    with database.reading() as session:
        assert pages(session, 10) == [[live]]
        assert pages(session, 10, mode=KeyMode.TEST) == [[test]]


def test_a_lane_is_listed_alone_page_by_page(session):
    lanes = [Lane.LOW, Lane.NORMAL, Lane.LOW, Lane.QUARANTINE, Lane.LOW]
    ids = [
        stored_report(session, NOW + timedelta(seconds=second), lane=lane)
        for second, lane in enumerate(lanes)
    ]
    low = [str(session.get_one(Report, ids[n]).reference) for n in (4, 2, 0)]
    assert pages(session, 2, lane=Lane.LOW) == [low[:2], low[2:]]
    assert pages(session, 2, lane=Lane.TRUSTED) == [[]]


#: Enough for the planner to see that an index by id alone would pass over most of them.
MANY_OF_ANOTHER_LANE = """
INSERT INTO reports (
  id, idempotency_hash, body_tag, reference, receipt_hmac, secret_generation, received_at,
  updated_at, mode, lane, state, status, portal_id, partner_id, key_id, language, report_type
)
SELECT gen_random_uuid(), sha256(n::text::bytea), '', n, sha256(n::text::bytea), 1, now(), now(),
  'live', 'normal', 'new', 'received', gen_random_uuid(), gen_random_uuid(), gen_random_uuid(),
  'fr', 'not_sure'
FROM generate_series(1, 2000) AS n
"""


def test_a_page_of_a_lane_is_read_from_its_index(session):
    question = select(Report.id).where(Report.mode == "live", Report.lane == "low")
    question = question.where(Report.id < new_id()).order_by(Report.id.desc()).limit(51)
    kind = session.get_bind().dialect.name
    if kind == "postgresql":
        session.execute(text(MANY_OF_ANOTHER_LANE))
        session.execute(text("ANALYZE reports"))
    text_of = question.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN QUERY PLAN" if kind == "sqlite" else "EXPLAIN"
    plan = str(session.execute(text(f"{explain} {text_of}")).all())
    assert "ix_reports_lane_newest" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


def test_a_report_is_found_by_its_reference_in_any_spelling(app, database, key):
    reference = accepted_report(app, key.text).reference
    with database.reading() as session:
        found = service.get_by_reference(session, f"{reference[:6].lower()}-{reference[6:]}")
        assert found is not None
        assert found.reference == reference
        assert service.get_by_reference(session, "nonsense") is None


def test_a_receipt_tells_the_status(app, database, settings, key):
    accepted = accepted_report(app, key.text)
    with database.reading() as session:
        found = service.look_up_receipt(
            session, service.in_fours(accepted.receipt), settings.intake_secrets
        )
        assert found is not None
        assert found.reference == accepted.reference
        assert found.status == "received"
        assert service.look_up_receipt(session, "1" * 20, settings.intake_secrets) is None
        assert service.look_up_receipt(session, accepted.reference, settings.intake_secrets) is None
