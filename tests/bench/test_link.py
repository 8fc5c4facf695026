"""The slow link is slow: the delay, the width and the handshake that its figures rest on.

Time is bounded from below only: a busy machine is no failure.
"""

from __future__ import annotations

import asyncio
import time

import pytest

from bench.embed.link import HEADERS, SEGMENT, Gate, Line, Link

EARLY_S = 0.02  # a timer may come as much too soon as the clock is coarse


def test_a_packet_takes_the_time_of_its_bits_and_of_the_way() -> None:
    line = Line(delay_s=0.4, bit_s=50_000)
    assert line.admit(210, now=10.0) == pytest.approx(10.0 + 250 * 8 / 50_000 + 0.4)


def test_packets_queue_for_the_line_and_not_for_the_way() -> None:
    line = Line(delay_s=0.4, bit_s=50_000)
    takes = (SEGMENT + HEADERS) * 8 / 50_000
    arrivals = [line.admit(SEGMENT, now=0.0) for _ in range(3)]
    assert arrivals == pytest.approx([takes + 0.4, 2 * takes + 0.4, 3 * takes + 0.4])
    assert line.admit(SEGMENT, now=9.0) == pytest.approx(9.0 + takes + 0.4)


def test_a_question_costs_two_round_trips_with_its_connection() -> None:
    elapsed, gate, answer = asyncio.run(_ask(Link(0.3, None), b"hello"))
    assert answer == b"HELLO"
    assert elapsed >= 0.6 - EARLY_S
    assert (gate.connections, gate.bytes_up, gate.bytes_down) == (1, 5, 5)


def test_connections_share_the_width_both_ways() -> None:
    async def two() -> float:
        link = Link(0, 400_000)
        started = time.monotonic()
        asked = await asyncio.gather(_ask(link, b"a" * 10_000), _ask(link, b"b" * 10_000))
        assert [answer for _, _, answer in asked] == [b"A" * 10_000, b"B" * 10_000]
        return time.monotonic() - started

    assert asyncio.run(two()) >= 2 * 10_000 * 8 / 400_000 - EARLY_S


async def _ask(link: Link, question: bytes) -> tuple[float, Gate, bytes]:
    """Send `question` through a gate of `link` to a server that answers in capitals."""

    async def shout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write((await reader.read(-1)).upper())
        writer.close()

    server = await asyncio.start_server(shout, "127.0.0.1", 0)
    gate = await link.open_gate(server.sockets[0].getsockname()[1])
    started = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", gate.port)
    writer.write(question)
    writer.write_eof()
    answer = await reader.read(-1)
    elapsed = time.monotonic() - started
    writer.close()
    server.close()
    await link.close()
    return elapsed, gate, answer
