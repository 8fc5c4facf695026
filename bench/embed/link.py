"""A slow link in user space: TCP forwarders that share one delayed and throttled line.

What is carried stays as it is: TLS goes through, and its handshake costs the round trips that it
costs. TCP's own is answered by the kernel at once, so its round trip is charged here.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

SEGMENT = 1_460  # bytes of payload in a packet
HEADERS = 40  # bytes, of IPv4 and TCP, on each packet
WINDOW = 10  # segments that one connection has under way: TCP's initial window (RFC 6928)
IN_ORDER_S = 1e-7  # between packets on a line of any width: timers of one moment have no order


@dataclass
class Line:
    """One direction: `delay_s` seconds long, `bit_s` bits a second wide (None: any)."""

    delay_s: float
    bit_s: float | None
    _free_at: float = 0.0

    def admit(self, size: int, now: float) -> float:
        """When a packet with `size` bytes of payload arrives that wants to leave `now`."""
        takes = (size + HEADERS) * 8 / self.bit_s if self.bit_s else IN_ORDER_S
        self._free_at = max(self._free_at, now) + takes
        return self._free_at + self.delay_s


@dataclass
class Gate:
    """The near end of the link for one server, and what has come and gone through it."""

    port: int
    #: The port of the server behind the link; 0 until it is known.
    target: int = 0
    connections: int = 0
    bytes_up: int = 0
    bytes_down: int = 0

    def count_up(self, size: int) -> None:
        self.bytes_up += size

    def count_down(self, size: int) -> None:
        self.bytes_down += size


@dataclass
class Link:
    """Both directions, shared by all connections of all gates."""

    round_trip_s: float
    bit_s: float | None
    _servers: list[asyncio.Server] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._up = Line(self.round_trip_s / 2, self.bit_s)
        self._down = Line(self.round_trip_s / 2, self.bit_s)

    async def open_gate(self, target: int = 0) -> Gate:
        """Listen on a free port of loopback and forward to the port `target`."""
        gate = Gate(0, target)

        async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            gate.connections += 1
            try:
                await self._carry(gate, reader, writer)
            except (ConnectionError, asyncio.CancelledError):
                pass  # the browser went away, or the loop ends
            finally:
                writer.close()

        server = await asyncio.start_server(carry, "127.0.0.1", 0)
        self._servers.append(server)
        gate.port = server.sockets[0].getsockname()[1]
        return gate

    async def close(self) -> None:
        """Close all gates; connections through them end with their event loop."""
        for server in self._servers:
            server.close()

    async def _carry(
        self, gate: Gate, near: asyncio.StreamReader, near_writer: asyncio.StreamWriter
    ) -> None:
        far, far_writer = await asyncio.open_connection("127.0.0.1", gate.target)
        try:
            for line in (self._up, self._down):  # SYN, SYN-ACK
                await _until(line.admit(0, _now()))
            await asyncio.gather(
                _send(near, far_writer, self._up, gate.count_up),
                _send(far, near_writer, self._down, gate.count_down),
            )
        finally:
            far_writer.close()


async def _send(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    line: Line,
    count: Callable[[int], None],
) -> None:
    """Hand on all that comes, each packet in its time, and the end."""
    loop = asyncio.get_running_loop()
    window = asyncio.Semaphore(WINDOW)

    def arrive(data: bytes) -> None:
        window.release()
        if not writer.is_closing():
            writer.write(data)

    while data := await reader.read(SEGMENT):
        await window.acquire()
        count(len(data))
        loop.call_at(line.admit(len(data), _now()), arrive, data)
    await _until(line.admit(0, _now()))
    if not writer.is_closing():
        writer.write_eof()


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _until(moment: float) -> None:
    await asyncio.sleep(moment - _now())


@contextmanager
def loop_in_a_thread() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop of its own thread; what still runs in it ends with the block."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield loop
    finally:
        asyncio.run_coroutine_threadsafe(_end_all(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end_all() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
