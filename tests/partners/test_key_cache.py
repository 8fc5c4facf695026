"""Keys that a process keeps for 5 seconds: one query, never an older truth, never more memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import event

from server.partners import key_cache, service
from server.partners.key_format import mint_key
from server.partners.service import IssuedKey, KeyCache, KeyMode, KeyState
from server.storage.database import Database

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
def cache(database: Database, clock: Clock) -> KeyCache:
    return KeyCache(database, clock)


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
    assert not cache._unknown


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
    cache: KeyCache, key: IssuedKey, monkeypatch: pytest.MonkeyPatch, queries: list[str]
) -> None:
    monkeypatch.setattr(key_cache, "MAX_UNKNOWN", 10)
    cache.find(key.text)
    for _ in range(30):
        cache.find(stranger())
    assert len(cache._unknown) == 10
    queries.clear()
    assert cache.find(key.text) is not None
    assert queries == []


def test_of_too_many_keys_the_one_goes_that_was_read_longest_ago(
    cache: KeyCache, clock: Clock, key: IssuedKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_cache, "MAX_KEYS", 2)
    found = cache.find(key.text)
    assert found is not None
    cache._found = {"older": (clock.now, found), "old": (clock.now, found)}
    cache.find(key.text)
    assert list(cache._found) == ["old", key.text]


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
