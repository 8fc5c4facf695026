"""A wrong number of trusted proxies is said once, without any address."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from server.web.forwarded import LOOKED_AT, TELLING, ForwardedWatch


def told(hops: int, headers: list[str | None]) -> list[str]:
    watch = ForwardedWatch(lambda environ, start_response: [], hops)
    with capture_logs() as logs:
        for header in headers:
            watch({"HTTP_X_FORWARDED_FOR": header} if header else {}, lambda *_: print)
    assert all(set(line) == {"event", "log_level"} for line in logs)
    return [line["event"] for line in logs]


@pytest.mark.parametrize(
    ("hops", "header", "said"),
    [
        (0, "198.51.100.7", "although no proxy is trusted"),
        (1, None, "fewer forwarded addresses"),
        (2, "198.51.100.7", "fewer forwarded addresses"),
    ],
)
def test_the_wrong_number_is_said_once(hops: int, header: str | None, said: str) -> None:
    (event,) = told(hops, [header] * 50)
    assert said in event


@pytest.mark.parametrize(
    ("hops", "header"),
    [
        (0, None),
        (1, "198.51.100.7"),
        (1, "203.0.113.9, 198.51.100.7"),
        (2, "198.51.100.7, 192.0.2.1"),
    ],
)
def test_the_right_number_says_nothing(hops: int, header: str | None) -> None:
    assert told(hops, [header] * 2 * LOOKED_AT) == []


def test_a_few_headers_of_clients_themselves_say_nothing() -> None:
    few: list[str | None] = ["203.0.113.9"] * (TELLING - 1)
    assert told(0, [*few, *[None] * LOOKED_AT, *few]) == []
