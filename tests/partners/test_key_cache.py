"""Keys that a process keeps for 5 seconds: one query, never an older truth, never more memory; and
for a day while the database is away."""

from __future__ import annotations

import random
import string
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event

from server.config import Settings
from server.partners import service
from server.partners.key_format import mint_key
from server.partners.service import IssuedKey, KeyCache, KeyMode, KeyState
from server.storage import last_known
from server.storage.availability import Availability, BoundedReads, DatabaseAway
from server.storage.database import Database
from server.storage.snapshot import Snapshot
from tests.factories.key import KeyFactory

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


class Clock:
    """Seconds that go by when the test says so."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def availability(clock: Clock) -> Availability:
    return Availability(clock)


@pytest.fixture
def cache(
    database: Database, availability: Availability, settings: Settings, clock: Clock
) -> Iterator[KeyCache]:
    reads = BoundedReads(database, availability)
    yield KeyCache(reads, settings.intake_secrets, clock)
    reads.close()


@pytest.fixture
def secret_key(database: Database, settings: Settings) -> IssuedKey:
    with database.transaction() as session:
        issued: IssuedKey = KeyFactory(
            session=session, secrets=settings.intake_secrets, secret=True
        )
    return issued


@pytest.fixture
def queries(database: Database) -> Iterator[list[str]]:
    """The statements that reach the database, without the transaction's own."""
    seen: list[str] = []

    def note(connection, cursor, statement, *rest) -> None:  # type: ignore[no-untyped-def]
        if statement.startswith("SELECT"):
            seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)


def stranger() -> str:
    """A well-formed key that nobody issued."""
    return mint_key("iwfpk", KeyMode.LIVE).text


def test_a_key_costs_one_query_in_five_seconds(
    cache: KeyCache, clock: Clock, key: IssuedKey, queries: list[str]
) -> None:
    for _ in range(3):
        found = cache.find(key.text)
        assert found is not None
        assert found.text == key.text
        clock.now += 1.6
    assert len(queries) == 1
    clock.now += 0.3
    assert cache.fresh(key.text) is None
    cache.find(key.text)
    assert len(queries) == 2


def test_a_revocation_holds_after_five_seconds(
    cache: KeyCache, clock: Clock, database: Database, key: IssuedKey
) -> None:
    cache.find(key.text)
    with database.transaction() as session:
        service.revoke_key(session, key.text, reason="test", actor="system")
    clock.now += 4.999
    assert cache.find(key.text).state is KeyState.ACTIVE  # type: ignore[union-attr]
    clock.now += 0.001
    assert cache.fresh(key.text) is None
    assert cache.find(key.text).state is KeyState.REVOKED  # type: ignore[union-attr]


def test_a_slow_query_makes_no_key_younger(
    cache: KeyCache, clock: Clock, database: Database, key: IssuedKey
) -> None:
    """What was read is as old as the start of its query."""

    def wait(*_: object) -> None:
        clock.now += 4

    event.listen(database.engine, "after_cursor_execute", wait)
    cache.find(key.text)
    event.remove(database.engine, "after_cursor_execute", wait)
    clock.now += 1
    assert cache.fresh(key.text) is None


@pytest.mark.parametrize("text", ["", "nonsense", "iwfpk_live_" + "0" * 36, "x" * 100_000])
def test_a_mistyped_key_costs_no_query_and_no_place(
    cache: KeyCache, queries: list[str], text: str
) -> None:
    assert cache.find(text) is None
    assert queries == []
    assert not cache.publishable._absent


def test_a_secret_key_is_no_publishable_one(cache: KeyCache, queries: list[str]) -> None:
    assert cache.find(mint_key("iwfsk", KeyMode.LIVE).text) is None
    assert queries == []


def test_an_unknown_key_is_asked_for_once_in_five_seconds(
    cache: KeyCache, clock: Clock, queries: list[str]
) -> None:
    text = stranger()
    assert cache.find(text) is None
    assert cache.find(text) is None
    assert len(queries) == 1
    clock.now += 5
    assert cache.find(text) is None
    assert len(queries) == 2


def test_a_flood_of_invented_keys_pushes_out_no_real_one(
    cache: KeyCache, key: IssuedKey, queries: list[str]
) -> None:
    cache.publishable._most = 10
    cache.find(key.text)
    for _ in range(30):
        cache.find(stranger())
    assert len(cache.publishable._absent) == 10
    queries.clear()
    assert cache.find(key.text) is not None
    assert queries == []


def test_of_too_many_keys_the_one_goes_that_was_read_longest_ago(
    cache: KeyCache, clock: Clock, key: IssuedKey
) -> None:
    cache.publishable._most = 2
    found = cache.find(key.text)
    assert found is not None
    cache.publishable._found = {"older": (clock.now, found), "old": (clock.now, found)}
    cache.find(key.text)
    assert list(cache.publishable._found) == ["old", key.text]


def test_threads_that_ask_together_share_one_query(
    cache: KeyCache, database: Database, key: IssuedKey, queries: list[str]
) -> None:
    together = threading.Barrier(8)
    found = []

    def ask() -> None:
        together.wait()
        found.append(cache.find(key.text))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.text for each in found if each] == [key.text] * 8
    assert len(queries) == 1


def test_malformed_keys_cost_no_query(cache: KeyCache, queries: list[str]) -> None:
    """Promise P21. Most have the right shape, so that only the checksum tells them apart."""
    draw = random.Random(21)
    letters = string.ascii_letters + string.digits
    for number in range(100_000):
        kind = "iwfpk_live_" if number % 2 else "iwfsk_test_"
        text = kind + "".join(draw.choices(letters, k=draw.choice((36, 36, 36, 35))))
        assert (cache.find(text) or cache.find_secret(text)) is None
    assert queries == []
    assert not cache.publishable._absent
    assert not cache.secret._absent


def test_a_secret_key_is_found_by_its_whole_text(
    cache: KeyCache, secret_key: IssuedKey, queries: list[str]
) -> None:
    for _ in range(3):
        found = cache.find_secret(secret_key.text)
        assert found is not None
        assert found.id == secret_key.row.id
    assert len(queries) == 1


def test_who_knows_only_the_beginning_of_a_secret_key_is_refused(
    cache: KeyCache, secret_key: IssuedKey
) -> None:
    length = len("iwfsk_live_") + 10
    while not (forged := mint_key("iwfsk", KeyMode.LIVE).text).startswith("iwfsk_live_"):
        pass
    cache.find_secret(secret_key.text)
    held = cache.secret._found
    held[forged[:length]] = held[secret_key.text[:length]]
    assert cache.find_secret(forged) is None


def test_a_revoked_secret_key_opens_nothing_after_five_seconds(
    cache: KeyCache, clock: Clock, database: Database, secret_key: IssuedKey
) -> None:
    assert cache.find_secret(secret_key.text) is not None
    with database.transaction() as session:
        service.revoke_key(session, secret_key.text, reason="test", actor="system")
    clock.now += 5
    assert cache.find_secret(secret_key.text) is None


def test_the_cache_holds_no_secret(cache: KeyCache, secret_key: IssuedKey) -> None:
    cache.find_secret(secret_key.text)
    assert secret_key.text not in repr(cache.secret._found)


def test_while_the_database_is_away_a_key_serves_for_a_day(
    cache: KeyCache, availability: Availability, clock: Clock, key: IssuedKey
) -> None:
    assert cache.find(key.text) is not None
    clock.now += last_known.SURVIVES_S - 1
    availability.failed()
    assert cache.fresh(key.text) is not None
    assert cache.find(key.text) is not None
    clock.now += 1
    availability.failed()
    assert cache.fresh(key.text) is None
    with pytest.raises(DatabaseAway):
        cache.find(key.text)


def test_a_secret_key_serves_as_long(
    cache: KeyCache, availability: Availability, clock: Clock, secret_key: IssuedKey
) -> None:
    cache.find_secret(secret_key.text)
    clock.now += last_known.SURVIVES_S - 1
    availability.failed()
    assert cache.find_secret(secret_key.text) is not None


def test_a_key_that_nobody_can_look_up_is_not_called_unknown(
    cache: KeyCache, availability: Availability, secret_key: IssuedKey
) -> None:
    availability.failed()
    for find, text in ((cache.find, stranger()), (cache.find_secret, secret_key.text)):
        with pytest.raises(DatabaseAway):
            find(text)
    assert cache.find("iwfpk_live_mistyped") is None


def test_what_an_outage_left_standing_is_read_anew_at_its_end(
    cache: KeyCache, availability: Availability, clock: Clock, database: Database, key: IssuedKey
) -> None:
    cache.find(key.text)
    with database.transaction() as session:
        service.revoke_key(session, key.text, reason="test", actor="system")
    clock.now += 60
    availability.failed()
    assert cache.find(key.text).state is KeyState.ACTIVE  # type: ignore[union-attr]
    availability.answered()
    assert cache.fresh(key.text) is None
    assert cache.find(key.text).state is KeyState.REVOKED  # type: ignore[union-attr]


def test_keys_survive_a_restart(
    cache: KeyCache,
    database: Database,
    availability: Availability,
    settings: Settings,
    key: IssuedKey,
    secret_key: IssuedKey,
    tmp_path: Path,
) -> None:
    file = tmp_path / "last-known.json"
    before = Snapshot(file, settings.intake_secrets)
    cache.survive(before)
    known = cache.find(key.text), cache.find_secret(secret_key.text)
    before.write()
    assert secret_key.text.encode() not in file.read_bytes()

    availability.failed()
    reads = BoundedReads(database, availability)
    after = KeyCache(reads, settings.intake_secrets, cache.publishable.clock)
    after.survive(Snapshot(file, settings.intake_secrets))
    assert (after.find(key.text), after.find_secret(secret_key.text)) == known
    availability.answered()
    assert after.fresh(key.text) is None  # asked for anew as soon as there is somebody to ask
    other = replace(settings.intake_secrets, generations=((1, bytes(range(32))),))
    assert KeyCache(reads, other).find_secret(secret_key.text) is None
    reads.close()
