"""What waits in the spool comes into the database exactly once, and nothing is lost. On both."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from server.delivery.models import OutboxMessage
from server.intake import spool_drain
from server.intake.quarantine import quarantined
from server.intake.spool_drain import Drained, drain
from server.partners import service as partners
from server.partners.service import KeyMode
from server.reports.models import Envelope, Report
from server.reports.service import UNATTRIBUTED, SpentProof, open_store
from server.reports.vocabulary import EnvelopeKind, Lane
from server.storage.availability import DatabaseAway
from tests.factories.key import KeyFactory
from tests.factories.new_report import new_report, sealed_part

ONE = {"idempotency_hash": bytes(32), "body_tag": b"\1" * 32}
IN_AN_HOUR = datetime.now(UTC) + timedelta(hours=1)


@pytest.fixture
def store(database):
    store = open_store(database)
    yield store
    store.close()


@pytest.fixture
def resolve(database):
    def resolve(text):
        with database.reading() as session:
            return partners.find_key(session, text)

    return resolve


@pytest.fixture
def drained(spool, store, resolve):
    return lambda **options: drain(spool, store, resolve, **options)


@pytest.fixture
def small_batches(monkeypatch):
    """Three reports a commit; the folder is listed again after five."""
    monkeypatch.setattr(spool_drain, "BATCH", 3)
    monkeypatch.setattr(spool_drain, "PASS", 5)


def rows(database, model=Report):
    with database.reading() as session:
        return session.scalars(select(model)).all()


def set_apart(spool):
    return list((spool.folder / "set-apart").glob("*"))


class Dies(Exception):
    """The process is killed here."""


class Dying:
    """A store whose process dies after its first commit."""

    def __init__(self, store):
        self.store = store

    def write(self, reports):
        self.store.write(reports)
        raise Dies


class Away:
    """A database that is away from the n-th batch on."""

    def __init__(self, store, batches=0):
        self.store, self.batches = store, batches

    def write(self, reports):
        self.batches -= 1
        if self.batches < 0:
            raise DatabaseAway
        return self.store.write(reports)


def test_a_drained_report_is_the_row_that_it_would_have_been(database, spool, drained):
    report = new_report(
        campaign="posters",
        origin="https://www.example.org",
        parts=(sealed_part(), sealed_part(EnvelopeKind.CONTACT)),
    )
    spool.put(report)
    assert drained() == Drained(stored=1)
    (row,) = rows(database)
    for name in set(Report.__table__.columns.keys()) & set(report.__dataclass_fields__):
        assert getattr(row, name) == getattr(report, name), name
    sealed = {(part.kind, part.wrapped_key, part.ciphertext) for part in report.parts}
    envelopes = rows(database, Envelope)
    assert {(each.kind, each.wrapped_key, each.ciphertext) for each in envelopes} == sealed
    assert len(rows(database, OutboxMessage)) == 1
    assert spool.state().waiting == 0
    assert not list(spool.folder.glob("??/*"))


def test_draining_nothing_does_nothing(drained):
    assert drained() == Drained()


def test_more_than_one_batch_is_drained(database, spool, drained, small_batches):
    for _ in range(8):
        spool.put(new_report())
    assert drained() == Drained(stored=8)
    assert len(rows(database)) == 8


def test_a_report_that_is_stored_already_is_not_stored_again(database, spool, store, drained):
    report = new_report()
    store.write([report])
    spool.put(report)
    assert drained() == Drained(same=1)
    assert len(rows(database)) == len(rows(database, OutboxMessage)) == 1
    assert spool.state().waiting == 0


def test_who_dies_after_the_commit_leaves_reports_that_are_there_once(
    database, spool, store, resolve, drained
):
    for _ in range(3):
        spool.put(new_report())
    spool.put(new_report(**ONE))
    with pytest.raises(Dies):
        drain(spool, Dying(store), resolve)
    assert spool.state().waiting == 4
    assert drained() == Drained(same=4)
    assert len(rows(database)) == 4


def test_a_database_that_goes_away_stops_the_drain_and_loses_nothing(
    spool, store, resolve, drained, small_batches
):
    for _ in range(5):
        spool.put(new_report())
    assert drain(spool, Away(store, batches=1), resolve) == Drained(stored=3, is_away=True)
    assert spool.state().waiting == 2
    assert drained() == Drained(stored=2)


def test_two_bodies_under_one_idempotency_key_are_both_kept(database, spool, drained):
    first = new_report(**ONE)
    second = new_report(
        **ONE | {"body_tag": b"\2" * 32},
        reference=first.reference,
        receipt_hmac=first.receipt_hmac,
    )
    spool.put(first)
    spool.put(second)
    assert drained() == Drained(stored=1, quarantined=1)
    by_id = {row.id: row for row in rows(database)}
    assert set(by_id) == {first.id, second.id}
    normal, kept = sorted(by_id.values(), key=lambda row: row.lane)
    assert (normal.lane, kept.lane) == (Lane.NORMAL, Lane.QUARANTINE)
    assert normal.receipt_hmac == first.receipt_hmac != kept.receipt_hmac
    assert normal.reference == first.reference != kept.reference
    assert len(rows(database, Envelope)) == 2


def test_a_conflict_that_is_drained_twice_is_quarantined_once(
    database, spool, store, resolve, drained
):
    store.write([new_report(**ONE)])
    other = new_report(**ONE | {"body_tag": b"\2" * 32})
    store.write([quarantined(other)])  # and died before it removed the file
    spool.put(other)
    assert drained() == Drained(same=1)
    assert len(rows(database)) == 2


def test_a_report_whose_challenge_was_spent_is_kept_in_the_low_lane(
    database, spool, store, drained
):
    proof = SpentProof(b"\3" * 32, IN_AN_HOUR)
    store.write([new_report(challenge=proof)])
    late = new_report(challenge=proof)
    spool.put(late)
    assert drained() == Drained(stored=1)
    assert {row.id: row.lane for row in rows(database)}[late.id] is Lane.LOW


def test_two_waiting_reports_with_one_challenge_are_both_kept(database, spool, drained):
    proof = SpentProof(b"\3" * 32, IN_AN_HOUR)
    for _ in range(2):
        spool.put(new_report(challenge=proof))
    assert drained() == Drained(stored=2)
    assert sorted(row.lane for row in rows(database)) == [Lane.LOW, Lane.NORMAL]


def test_a_report_that_the_database_refuses_is_set_apart_and_the_others_come_in(
    database, spool, store, drained
):
    there = new_report()
    store.write([there])
    refused = new_report(id=there.id)  # the primary key is taken
    spool.put(refused)
    good = new_report()
    spool.put(good)
    assert drained() == Drained(stored=1, set_apart=1)
    assert {row.id for row in rows(database)} == {there.id, good.id}
    assert len(set_apart(spool)) == spool.state().set_apart == 1
    assert drained() == Drained()


def test_a_damaged_file_is_set_apart_and_named_in_no_words_of_its_own(
    database, spool, drained, capfd
):
    spool.put(new_report())
    (path,) = spool.folder.glob("??/*.report")
    path.write_bytes(b"canary")
    spool.put(new_report())
    assert drained() == Drained(stored=1, set_apart=1)
    assert set_apart(spool)[0].read_bytes() == b"canary"
    logged = "".join(capfd.readouterr())
    assert "set apart" in logged
    assert path.stem not in logged
    assert "canary" not in logged


def test_a_limit_leaves_the_younger_ones(spool, drained):
    for _ in range(5):
        spool.put(new_report())
    assert drained(limit=2) == Drained(stored=2)
    assert spool.state().waiting == 3


def test_while_another_drains_nothing_is_done(spool, drained):
    spool.put(new_report())
    with spool.exclusively():
        assert drained() == Drained(is_busy=True)


def unverified(text, **changes):
    nobody = dict.fromkeys(("portal_id", "partner_id", "key_id"), UNATTRIBUTED)
    return new_report(**nobody | {"unverified_key": text, "lane": Lane.LOW} | changes)


@pytest.fixture
def issue(database, settings):
    def issue(**terms):
        with database.transaction() as session:
            return KeyFactory(session=session, secrets=settings.intake_secrets, **terms)

    return issue


def test_a_key_that_could_not_be_looked_up_is_looked_up_now(database, spool, drained, issue):
    issued = issue(campaign="posters")
    spool.put(unverified(issued.text, language="tlh", origin="https://elsewhere.example"))
    assert drained() == Drained(stored=1)
    (row,) = rows(database)
    with database.reading() as session:
        key = partners.find_key(session, issued.text)
    assert (row.key_id, row.partner_id, row.portal_id) == (key.id, key.partner_id, key.portal_id)
    assert (row.lane, row.campaign, row.language) == (Lane.LOW, "posters", "fr")
    assert row.origin is None


def test_a_test_key_makes_it_a_test_report(database, spool, drained, issue):
    spool.put(unverified(issue(mode=KeyMode.TEST).text))
    drained()
    assert rows(database)[0].mode is KeyMode.TEST
    assert rows(database, OutboxMessage) == []


def test_a_key_that_nobody_knows_puts_it_into_quarantine(database, spool, drained):
    spool.put(unverified("iwfpk_live_unknown"))
    assert drained() == Drained(quarantined=1)
    (row,) = rows(database)
    assert (row.lane, row.key_id) == (Lane.QUARANTINE, UNATTRIBUTED)


def test_a_key_that_had_ceased_before_the_report_came_puts_it_into_quarantine(
    database, spool, drained, issue
):
    issued = issue()
    with database.transaction() as session:
        partners.revoke_key(session, issued.text, reason="left", actor="system")
    spool.put(unverified(issued.text, received_at=datetime.now(UTC) + timedelta(hours=25)))
    spool.put(unverified(issued.text))
    assert drained() == Drained(stored=1, quarantined=1)
    assert sorted(row.lane for row in rows(database)) == [Lane.LOW, Lane.QUARANTINE]


def test_a_lookup_that_fails_leaves_the_report_where_it_is(spool, store):
    def away(text):
        raise DatabaseAway

    spool.put(unverified("iwfpk_live_unknown"))
    assert drain(spool, store, away) == Drained(is_away=True)
    assert spool.state().waiting == 1


def test_what_cannot_be_set_apart_stays_and_holds_nothing_up(spool, drained):
    spool.put(new_report())
    damaged = spool.oldest(1)[0].path
    damaged.write_bytes(b"")
    spool.put(new_report())
    spool.set_apart_folder.touch()  # as on a full disk, no folder can be made
    assert drained(limit=10) == Drained(stored=1)
    assert damaged.exists()


def test_the_folder_of_what_is_set_apart_may_be_taken_away(spool, drained):
    for _ in range(2):
        spool.put(new_report())
        spool.oldest(1)[0].path.write_bytes(b"")
        assert drained(limit=10) == Drained(set_apart=1)
        assert len(set_apart(spool)) == 1
        shutil.rmtree(spool.set_apart_folder)
