"""What is dear to make is made once, renewed by one, and never lost to a failure."""

from __future__ import annotations

import threading
import time

import pytest

from server.web.kept import Kept


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kept(clock: Clock) -> Kept[str]:
    return Kept(2, 60, clock)


def test_it_is_made_once_and_renewed_with_the_old_one_at_hand(
    kept: Kept[str], clock: Clock
) -> None:
    assert kept.get("a", lambda old: f"first after {old}") == "first after None"
    clock.now = 59.9
    assert kept.get("a", lambda _: "never") == kept.fresh("a") == "first after None"
    clock.now = 60
    assert kept.fresh("a") is None
    assert kept.get("a", lambda old: f"second, not {old}") == "second, not first after None"
    clock.now = 119
    assert kept.fresh("a") == "second, not first after None"


def test_a_renewal_that_fails_leaves_the_old_one(kept: Kept[str], clock: Clock) -> None:
    kept.get("a", lambda _: "old")
    clock.now = 60
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda _: str(1 // 0))
    assert kept.get("a", lambda _: "new") == "old"
    clock.now = 120
    assert kept.get("a", lambda _: "new") == "new"


def test_others_get_the_old_one_while_it_is_renewed(kept: Kept[str], clock: Clock) -> None:
    kept.get("a", lambda _: "old")
    clock.now = 60
    seen = []

    def renew(old: str | None) -> str:
        seen.append(kept.get("a", lambda _: "twice"))
        return "new"

    assert kept.get("a", renew) == "new"
    assert seen == ["old"]


def test_threads_that_ask_together_make_it_once(kept: Kept[str]) -> None:
    made = []
    together = threading.Barrier(8)

    def make(_: str | None) -> str:
        time.sleep(0.02)
        made.append(1)
        return "value"

    def ask() -> None:
        together.wait()
        assert kept.get("a", make) == "value"

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


def test_the_one_that_was_renewed_longest_ago_goes_first(kept: Kept[str], clock: Clock) -> None:
    for name in "ab":
        kept.get(name, lambda _: "x")
    clock.now = 60
    kept.get("a", lambda _: "x")
    kept.get("c", lambda _: "x")
    assert len(kept) == 2
    assert kept.fresh("a")
    assert kept.fresh("c")
