"""Envelopes move to another sealing key: nothing else of them changes, whatever happens."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server.audit.service import AuditAction, EventFilter, find_events
from server.reports import service
from server.reports.models import Envelope, SealingKey
from server.reports.sealing import EnvelopeDamaged, PublicSealingKey, reseal, seal, unseal
from server.reports.service import PrivateKeys, Resealed, SealingRefused
from server.reports.vocabulary import EnvelopeKind
from server.storage.database import Database
from server.storage.ids import new_id
from tests.architecture.tree import ROOT
from tests.factories.generations import Generations, seal_version_1, sealed_report

REPORT, CONTACT = EnvelopeKind.REPORT, EnvelopeKind.CONTACT


@pytest.fixture
def generations() -> Generations:
    return Generations()


@pytest.fixture
def old(database: Database, generations: Generations) -> SealingKey:
    with database.transaction() as session:
        return generations.add(session, 1)


def reseal_all(database: Database, keys: PrivateKeys, **options: int) -> Resealed:
    done = Resealed()
    for came_to in service.reseal_envelopes(database, keys, actor="command:test", **options):
        done += came_to
    return done


def stored(session: Session) -> dict[tuple[UUID, EnvelopeKind], Envelope]:
    return {(row.report_id, row.kind): row for row in session.scalars(select(Envelope))}


def assert_all_open(database: Database, keys: PrivateKeys, wanted: UUID) -> None:
    with database.reading() as session:
        for (report_id, _), row in stored(session).items():
            assert row.sealing_key_id == wanted
            content = unseal(row.part(), report_id, keys.by_id[wanted])
            assert content == {"says": str(report_id)}


def test_only_the_data_key_is_sealed_anew(
    database: Database, generations: Generations, old: SealingKey
) -> None:
    with database.transaction() as session:
        for version in (1, 2):
            sealed_report(session, old, version=version)
        new = generations.add(session, 2)
    with database.reading() as session:
        before = {place: row.ciphertext for place, row in stored(session).items()}
    assert reseal_all(database, generations.private_keys, batch=3) == Resealed(4, 0)
    with database.reading() as session:
        rows = stored(session)
        assert {place: row.ciphertext for place, row in rows.items()} == before
        assert {(row.schema_version, row.content_key_id) for row in rows.values()} == {
            (1, old.id),
            (2, None),
        }
    assert_all_open(database, PrivateKeys({new.id: generations.private_keys.by_id[new.id]}), new.id)


def test_version_1_moves_a_second_time(
    database: Database, generations: Generations, old: SealingKey
) -> None:
    with database.transaction() as session:
        sealed_report(session, old, version=1)
    for generation in (2, 3):
        with database.transaction() as session:
            newest = generations.add(session, generation)
        assert reseal_all(database, generations.private_keys) == Resealed(2, 0)
    assert_all_open(database, generations.private_keys, newest.id)


def test_a_damaged_envelope_is_passed_over_noted_and_counted(
    database: Database, generations: Generations, old: SealingKey
) -> None:
    with database.transaction() as session:
        ids = [sealed_report(session, old) for _ in range(3)]
        rows = stored(session)
        rows[ids[0], REPORT].wrapped_key = b"x"
        rows[ids[1], CONTACT].wrapped_key = rows[ids[2], CONTACT].wrapped_key
        rows[ids[2], REPORT].sealing_key_id = new_id()
        generations.add(session, 2)
    assert reseal_all(database, generations.private_keys, batch=2) == Resealed(3, 3)
    assert reseal_all(database, generations.private_keys) == Resealed(0, 3)
    with database.reading() as session:
        noted = find_events(session, EventFilter(actions=[AuditAction.ENVELOPE_DAMAGED]))
        assert {each.event.subject for each in noted} == {f"report:{each}" for each in ids}
        done = find_events(session, EventFilter(actions=[AuditAction.RESEALING_DONE]))
        assert done[-1].event.details == {"generation": None, "count": 3, "damaged": 3}


def test_one_generation_may_be_moved_alone(
    database: Database, generations: Generations, old: SealingKey
) -> None:
    with database.transaction() as session:
        sealed_report(session, old)
        middle = generations.add(session, 2)
        sealed_report(session, middle)
        generations.add(session, 3)
    assert reseal_all(database, generations.private_keys, generation=2) == Resealed(2, 0)
    assert reseal_all(database, generations.private_keys, generation=2) == Resealed(0, 0)


def test_without_a_private_key_nothing_is_begun(
    database: Database, generations: Generations, old: SealingKey
) -> None:
    with database.transaction() as session:
        sealed_report(session, old)
        new = generations.add(session, 2)
    few = PrivateKeys({new.id: generations.private_keys.by_id[new.id]})
    with pytest.raises(SealingRefused, match="recover 1"):
        reseal_all(database, few)
    with pytest.raises(SealingRefused, match="is active"):
        reseal_all(database, few, generation=2)
    with database.reading() as session:
        assert all(row.damaged_at is None for row in stored(session).values())


def test_what_changes_between_reading_and_writing_is_left_alone(
    database: Database,
    generations: Generations,
    old: SealingKey,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A contact may be deleted, and another run be ahead, while a batch is computed."""
    with database.transaction() as session:
        gone, moved = sealed_report(session, old), sealed_report(session, old)
        generations.add(session, 2)
    real = service.reseal_envelopes.__globals__["_write"]

    def meanwhile(session: Session, *rest: object) -> Resealed:
        session.execute(
            delete(Envelope).where(Envelope.report_id == gone, Envelope.kind == CONTACT)
        )
        session.execute(
            update(Envelope).where(Envelope.report_id == moved).values(wrapped_key=b"another's")
        )
        done: Resealed = real(session, *rest)
        return done

    monkeypatch.setattr("server.reports.resealing._write", meanwhile)
    assert next(
        iter(service.reseal_envelopes(database, generations.private_keys, actor="command:test"))
    ) == Resealed(1, 0)
    with database.reading() as session:
        rows = stored(session)
        assert (gone, CONTACT) not in rows
        assert rows[moved, REPORT].wrapped_key == b"another's"


def test_killed_between_batches_it_goes_on_where_it_was(
    database: Database, generations: Generations, old: SealingKey
) -> None:
    with database.transaction() as session:
        for _ in range(6):
            sealed_report(session, old)
        new = generations.add(session, 2)
    for line in killed_after(3, database, generations.private_keys):
        assert line == "1"
    with database.reading() as session:
        moved = sum(row.sealing_key_id == new.id for row in stored(session).values())
    assert 3 <= moved < 12
    assert reseal_all(database, generations.private_keys) == Resealed(12 - moved, 0)
    assert_all_open(database, generations.private_keys, new.id)


def killed_after(batches: int, database: Database, keys: PrivateKeys) -> Iterator[str]:
    url = database.engine.url.render_as_string(hide_password=False)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.reports.doomed_resealing", url],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        given = ",".join(service.as_text(*each) for each in keys.by_id.items())
        process.stdin.write(given + "\n")
        process.stdin.flush()
        for _ in range(batches):
            yield process.stdout.readline().strip()
        process.kill()


def test_an_envelope_of_another_row_is_not_moved_into_order() -> None:
    """Re-sealing binds anew, so it must refuse what does not belong where it lies."""
    private, public = service.generate_key_pair()
    key, report = PublicSealingKey(new_id(), public), new_id()
    for make in (seal, seal_version_1):
        part = make({"a": "b"}, report, REPORT, key)
        for wrong in (
            (part, new_id()),
            (dataclasses.replace(part, kind=CONTACT), report),
            (dataclasses.replace(part, schema_version=3 - part.schema_version), report),
            (dataclasses.replace(part, sealing_key_id=new_id()), report),
        ):
            with pytest.raises(EnvelopeDamaged):
                reseal(*wrong, private, key)
