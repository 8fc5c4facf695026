"""The key of a day: others cannot be told from it, and it is gone when the day is."""

from __future__ import annotations

from server.storage.bucket_key import DAY_S, DailyKey


def test_a_day_has_one_key_and_the_next_another():
    now = [20_000.0 * DAY_S]
    key = DailyKey(clock=lambda: now[0])
    first = key.current()
    now[0] += DAY_S - 1
    assert key.current() == first
    now[0] += 1
    assert key.current() != first


def test_an_idle_process_forgets_it_too():
    now = [20_000.0 * DAY_S]
    key = DailyKey(clock=lambda: now[0])
    key.current()
    key.forget_past()
    assert key._held is not None
    now[0] += DAY_S
    key.forget_past()
    assert key._held is None


def test_what_all_share_replaces_what_a_process_had_for_itself_meanwhile():
    shared: list[bytes | None] = [None]
    key = DailyKey(lambda day: shared[0], lambda: 0.0)
    own = key.current()
    assert key.current() == own
    shared[0] = bytes(32)
    assert key.current() == bytes(32)
    shared[0] = None
    assert key.current() == bytes(32)


def test_it_does_not_show_in_a_text():
    key = DailyKey(clock=lambda: 0.0)
    assert key.current().hex() not in repr(key._held)
    assert repr(key.current()) not in repr(key._held)
