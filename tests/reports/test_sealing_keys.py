"""Sealing keys: which one is in use, when one may go, and what the audit trail tells of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from server.audit.service import AuditAction, EventFilter, find_events
from server.reports.damage import set_apart
from server.reports.models import Envelope, SealingKey
from server.reports.private_keys import PrivateKeys, PrivateKeysError
from server.reports.recovery import open_recovery_copy, read_recovery_key
from server.reports.sealing import (
    PublicSealingKey,
    generate_key_pair,
    seal,
    unseal,
    wrap_private_key,
)
from server.reports.sealing_keys import (
    IN_SPOOLS,
    KeyState,
    SealingRefused,
    activate_generation,
    activate_sealing_key,
    current_sealing_key,
    note_forgotten,
    retire_generation,
    state_of,
)
from server.reports.vocabulary import EnvelopeKind
from server.storage.ids import new_id
from tests.factories.generations import Generations, sealed_report
from tests.services.sealing import SealingFiles


def a_key(session: Session, files: SealingFiles, generation: int) -> SealingKey:
    key = SealingKey(
        id=new_id(),
        generation=generation,
        suite="x",
        public_key=files.public_key,
        recovery_copy=b"",
        created_at=datetime.now(UTC),
    )
    session.add(key)
    session.flush()
    return key


def test_the_trail_tells_which_key_followed_which(
    session: Session, sealing_files: SealingFiles
) -> None:
    for generation in (1, 2):
        key = a_key(session, sealing_files, generation)
        activate_sealing_key(session, key, actor="command:test")
        session.flush()
    events = find_events(session, EventFilter(actions=[AuditAction.SEALING_KEY_ACTIVATED]))
    assert [each.event.details for each in events] == [
        {"before": 1, "after": 2},
        {"before": None, "after": 1},
    ]


@pytest.fixture
def generations() -> Generations:
    return Generations()


def test_whoever_seals_follows_what_is_activated_and_the_one_before_stays_open(
    session: Session, generations: Generations
) -> None:
    first = generations.add(session, 1)
    second = generations.add(session, 2, activate=False)
    assert state_of(second) is KeyState.NEW
    at_hand = generations.private_keys
    activate_generation(session, 2, at_hand, actor="command:test")
    session.refresh(first)
    assert (state_of(first), state_of(second)) == (KeyState.OPEN, KeyState.ACTIVE)
    assert current_sealing_key(session) == PublicSealingKey(second.id, second.public_key)
    activate_generation(session, 1, at_hand, actor="command:test")
    current = current_sealing_key(session)
    assert current is not None
    assert current.id == first.id


def test_a_report_sealed_with_the_public_key_of_a_moment_ago_opens(
    session: Session, generations: Generations
) -> None:
    first = generations.add(session, 1)
    known = current_sealing_key(session)
    generations.add(session, 2)
    assert known is not None
    report = new_id()
    part = seal({"late": True}, report, EnvelopeKind.REPORT, known)
    assert unseal(part, report, generations.private_keys.by_id[first.id]) == {"late": True}


def test_what_nobody_could_open_is_not_activated(
    session: Session, generations: Generations
) -> None:
    key = generations.add(session, 1, activate=False)
    other = PrivateKeys({key.id: generate_key_pair()[0]})
    for at_hand in (PrivateKeys({}), other):
        with pytest.raises(SealingRefused, match="nobody could open"):
            activate_generation(session, 1, at_hand, actor="command:test")


def test_a_generation_is_retired_when_nothing_depends_on_it(
    session: Session, generations: Generations
) -> None:
    first = generations.add(session, 1)
    report = sealed_report(session, first)
    with pytest.raises(SealingRefused, match="is active"):
        retire(session, 1)
    generations.add(session, 2)
    session.expire_all()
    with pytest.raises(SealingRefused, match=r"^2 envelopes are sealed to generation 1"):
        retire(session, 1)
    session.execute(delete(Envelope).where(Envelope.kind == EnvelopeKind.CONTACT))
    set_apart(session, report, EnvelopeKind.REPORT, actor="system")
    with pytest.raises(SealingRefused, match="1 damaged"):
        retire(session, 1)
    retire(session, 1, despite_damaged=True)
    with pytest.raises(SealingRefused, match="is retired"):
        activate_generation(session, 1, generations.private_keys, actor="command:test")
    with pytest.raises(SealingRefused, match="no generation 7"):
        retire(session, 7)


def test_a_private_key_is_not_forgotten_while_a_spool_may_need_it(
    session: Session, generations: Generations
) -> None:
    key = generations.add(session, 1)
    generations.add(session, 2)
    session.refresh(key)
    with pytest.raises(SealingRefused, match="spool"):
        note_forgotten(session, key, actor="command:test")
    key.superseded_at = datetime.now(UTC) - IN_SPOOLS
    note_forgotten(session, key, actor="command:test")


def test_a_recovery_copy_that_holds_another_key_is_refused(
    session: Session, generations: Generations
) -> None:
    key = generations.add(session, 1)
    offline, public = generate_key_pair()
    for private, reason in (
        (generations.private_keys.by_id[key.id], None),
        (generate_key_pair()[0], "holds another key"),
    ):
        key.recovery_copy = wrap_private_key(private, public, key.id)
        if reason is None:
            assert open_recovery_copy(key, offline).private == private
        else:
            with pytest.raises(PrivateKeysError, match=reason):
                open_recovery_copy(key, offline)
    with pytest.raises(PrivateKeysError, match="does not open the copy"):
        open_recovery_copy(key, generate_key_pair()[0])


@pytest.mark.parametrize("content", [None, b"", b"nonsense", b"AAAA"])
def test_what_is_no_recovery_key_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "recovery-key"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PrivateKeysError, match="recovery-key"):
        read_recovery_key(path)


def retire(session: Session, generation: int, *, despite_damaged: bool = False) -> None:
    retire_generation(session, generation, despite_damaged=despite_damaged, actor="command:test")
