"""granian against gunicorn, with the real application, interleaved.

`python -m bench.server_programs FOLDER` needs wrk, and gunicorn in FOLDER (pip install --target).
"""

from __future__ import annotations

import os
import re
import secrets
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from server.config import load_settings
from server.demo.environment import demo_environment
from server.demo.seed import seed
from server.observability.process import guard_process

PORT = 8150
WORKERS, THREADS, CLIENTS = 2, 8, 16
SECONDS, ROUNDS = 2, 3
PATIENCE_S = 3
BODY = (
    '{"key":"%s","language":"fr","territory":"SN","report_type":"link_or_advert",'
    '"addresses":[{"url":"https://files.example/a/1"}],"description":"Third row."}'
)
LUA = """
math.randomseed(%d)
local letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
wrk.method, wrk.body = "POST", '%s'
wrk.headers["Content-Type"] = "application/json"
request = function()
  local key = {}
  for place = 1, 21 do
    local found = math.random(64)
    key[place] = letters:sub(found, found)
  end
  wrk.headers["Idempotency-Key"] = table.concat(key) .. "A"
  return wrk.format()
end
"""


def commands(gunicorn: str) -> dict[str, tuple[list[str], dict[str, str]]]:
    """How each server program is started, with as much to work with."""
    start = (
        "from server.serving import run_server; "
        f"run_server(port={PORT}, workers={WORKERS}, threads={THREADS})"
    )
    other = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{PORT}", "--log-level=error"]
    other += ["--no-control-socket", f"--workers={WORKERS}", "server.wsgi:application"]
    found = {"PYTHONPATH": f"{gunicorn}:{os.environ.get('PYTHONPATH', '')}"}
    return {
        "granian": ([sys.executable, "-c", start], {}),
        "gunicorn sync": (other, found),
        "gunicorn gthread": ([*other, f"--threads={THREADS}"], found),
    }


@contextmanager
def served(command: list[str], environment: dict[str, str]) -> Iterator[int]:
    """Run a server program on PORT; the id of its first process."""
    process = subprocess.Popen(  # noqa: S603  (our own modules)
        command, env=os.environ | environment, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        end = time.monotonic() + 30
        while time.monotonic() < end:
            with suppress(OSError):
                if ask(connect(), b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"):
                    break
            time.sleep(0.1)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def connect() -> socket.socket:
    client = socket.create_connection(("127.0.0.1", PORT), PATIENCE_S)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def ask(client: socket.socket, request: bytes) -> bytes:
    """The whole answer, or nothing when the connection ended."""
    client.sendall(request)
    answer = b""
    while b"\r\n\r\n" not in answer:
        received = client.recv(65_536)
        if not received:
            return b""
        answer += received
    head, _, body = answer.partition(b"\r\n\r\n")
    told = re.search(rb"content-length: (\d+)", head.lower())
    while told and len(body) < int(told[1]):
        body += client.recv(65_536)
    return answer


def throughput(path: str, script: Path | None = None) -> float:
    """Requests a second that were answered with success, as fast as they are answered."""
    words = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{SECONDS}s", f"http://127.0.0.1:{PORT}{path}"]
    words += ["-s", str(script)] if script else []
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout  # noqa: S603
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])  # type: ignore[index]
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    return rate - (int(failed[1]) / SECONDS if failed else 0)


def latencies(request: bytes, rate: float) -> list[float]:
    """Milliseconds of requests that come at a rate, by 8 clients with a kept connection each."""
    took: list[float] = []

    def client(number: int) -> None:
        connection: socket.socket | None = None
        began = time.perf_counter() + number / rate
        for turn in range(int(SECONDS * rate / 8)):
            due = began + turn * 8 / rate
            if time.perf_counter() > began + SECONDS + 2 * PATIENCE_S:
                return  # it stalls; what was waited for until here tells
            time.sleep(max(0.0, due - time.perf_counter()))
            answer = b""
            with suppress(OSError):
                connection = connection or connect()
                answer = ask(connection, request)
            took.append(1_000 * (time.perf_counter() - due))
            if connection and (not answer or b"connection: close" in answer.lower()):
                connection.close()
                connection = None

    threads = [threading.Thread(target=client, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


def pss(group: int) -> float:
    """MiB of the largest worker, with its share of what is shared."""
    sizes = []
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == group and b"tracker" not in (path / "cmdline").read_bytes():
                rollup = (path / "smaps_rollup").read_text()
                sizes.append(int(re.search(r"Pss:\s+(\d+)", rollup)[1]) / 1_024)  # type: ignore[index]
    return max(sizes)


def main(gunicorn: str) -> None:
    """Measure all programs in turns, and print the medians."""
    guard_process()
    figures: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        environment = demo_environment(folder, PORT)
        key = seed(load_settings(environment), folder, PORT + 1).partners[0]["key"]
        private = ("PORTALS_SEALING_KEY_FILE", "PORTALS_SEALING_PASSPHRASE")
        os.environ.update({name: environment[name] for name in environment if name not in private})
        os.environ["PORTALS_SURFACES"] = "public"
        form = f"GET /r/{key} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: br\r\n\r\n".encode()
        for _ in range(ROUNDS):
            for name, how in commands(gunicorn).items():
                script = folder / "post.lua"
                script.write_text(LUA % (secrets.randbelow(2**31), BODY % key))
                found = figures[name]
                with served(*how) as group:
                    full = throughput(f"/r/{key}")
                    found["form, requests/s"].append(full)
                    found["report, requests/s"].append(throughput("/api/v1/reports", script))
                    took = latencies(form, max(40, min(full / 2, 800)))
                    found["form at half load, p50 ms"].append(statistics.median(took))
                    found["form at half load, p99 ms"].append(statistics.quantiles(took, n=100)[98])
                    idle = [connect() for _ in range(100)]
                    took = latencies(form, 50)
                    found["100 idle connections, p50 ms"].append(statistics.median(took))
                    found["100 idle connections, p99 ms"].append(
                        statistics.quantiles(took, n=100)[98]
                    )
                    found["PSS a worker, MiB"].append(pss(group))
                    for each in idle:
                        each.close()
    base = figures["granian"]
    for name, found in figures.items():
        print(name)
        for what, values in found.items():
            median = statistics.median(values)
            print(f"  {what:32}{median:10.1f}{median / statistics.median(base[what]):8.2f} ×")


if __name__ == "__main__":
    main(sys.argv[1])
