"""P11: whatever is reported, nobody asks for it: the kernel sees no connection and no look-up.

The server runs under strace. FULL=1 sends 10,000 reports, else some sixty.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from itertools import cycle, islice
from pathlib import Path

import pytest

from server.intake.service import new_idempotency_key
from tests.factories.report import report_body
from tests.privacy.installation import Installation, installed, request

FULL = bool(os.environ.get("FULL"))
REPORTS = 10_000 if FULL else 60
#: The driver that could look names up; both at full size.
DATABASES = ["sqlite", "postgresql"] if FULL else ["postgresql"]
STRACE = shutil.which("strace")
CALLS = "connect,sendto,sendmsg,sendmmsg"
#: A call to an address of the network, or one of the netlink and UNIX sockets of a look-up.
TO_NETWORK = re.compile(r"(connect|sendto|sendms?g|sendmmsg)\(.*?sa_family=AF_INET6?.*", re.DOTALL)
TO_SOCKET = re.compile(r'connect\(.*?sun_path=@?"([^"]+)"')

ADDRESSES = (
    "https://canary.example/",
    "http://canary.test:8080/a?b=c#d",
    "http://127.0.0.1:{trap}/",
    "http://localhost:{trap}/",
    "http://something.localhost:{trap}/",
    "http://[::1]:{trap}/",
    "http://0x7f000001:{trap}/",
    "http://2130706433:{trap}/",
    "http://[::ffff:127.0.0.1]:{trap}/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::ffff:169.254.169.254]/latest/meta-data/",
    "http://metadata.internal.example/computeMetadata/v1/",
    "http://user:secret@canary.example/",
    "http://bücher.example/ä",
    f"http://{'a' * 56}.onion/",
    "ftp://canary.example/",
    "file:///etc/passwd",
    "//canary.example/",
    "canary.example",
    "https://canary.invalid/%00",
)

needs_strace = pytest.mark.skipif(STRACE is None, reason="strace is not installed")


def under(trace: Path) -> list[str]:
    return [
        str(STRACE),
        "-f",
        "--seccomp-bpf",
        "-qq",
        "-s",
        "200",
        "-e",
        f"trace={CALLS}",
        "-o",
        str(trace),
    ]


def asked_for(trace: Path) -> list[str]:
    """Every connection, datagram or look-up but those to sockets of the database and of Redis."""
    lines = [
        line for line in trace.read_text(errors="replace").splitlines() if "ENOENT" not in line
    ]  # a socket that does not exist asks nobody: libpq looks for a cache of users' names
    network = [line for line in lines if TO_NETWORK.search(line)]
    sockets = [line for line in lines if (found := TO_SOCKET.search(line)) and not ours(found[1])]
    return network + sockets


def ours(path: str) -> bool:
    """Sockets of the database's and Redis' servers. (A service of look-ups would be another.)"""
    return ".s.PGSQL." in path or path.endswith("redis.sock")


def send_reports(there: Installation, key: str, trap: int) -> list[int]:
    """REPORTS reports, each with another of the addresses in every field that takes one."""
    statuses = []
    for address in islice(cycle(ADDRESSES), REPORTS):
        url = address.format(trap=trap)
        words = {"addresses": [{"url": url}], "description": f"See {url}", "platform_user": url}
        body = json.dumps(report_body(key, **words, embed_origin="https://canary.example")).encode()
        kind = {"Content-Type": "application/json", "Idempotency-Key": new_idempotency_key()}
        kind |= {"Origin": url, "Referer": "https://canary.example/x"}
        kind = {name: value.encode("ascii", "ignore").decode() for name, value in kind.items()}
        statuses.append(there.send(request("POST", "/api/v1/reports", body, kind)))
    return statuses


@needs_strace
@pytest.mark.parametrize("database", DATABASES, indirect=True)
def test_nothing_reported_is_asked_for(
    database, environment, sealing_key, key, redis_url, tmp_path
):
    trace = tmp_path / "trace"
    environment = environment | {"PORTALS_REDIS_URL": redis_url}
    with socket.socket() as trap:
        trap.bind(("127.0.0.1", 0))
        trap.listen()
        with installed(environment, tmp_path / "served", under(trace)) as there:
            statuses = send_reports(there, key.text, trap.getsockname()[1])
        trap.setblocking(False)
        with pytest.raises(BlockingIOError):
            trap.accept()
    assert statuses.count(201) >= REPORTS / 3
    assert statuses.count(422) >= REPORTS / 10
    assert set(statuses) == {201, 422}
    assert asked_for(trace) == []
    assert "redis.sock" in trace.read_text()  # what is ours was seen: the tracing works


@needs_strace
@pytest.mark.parametrize(
    "fetch",
    [
        "import socket; socket.socket().connect_ex(('127.0.0.1', 9))",
        "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
        "import socket; socket.socket(socket.AF_INET6).connect_ex(('::1', 9))",
        "import urllib.request as u\ntry: u.urlopen('http://127.0.0.1:9/')\nexcept OSError: pass",
        "import socket\ntry: socket.getaddrinfo('canary.example', 80)\nexcept OSError: pass",
    ],
)
def test_control_what_asks_is_found(fetch, tmp_path):
    trace = tmp_path / "trace"
    subprocess.run([*under(trace), sys.executable, "-S", "-c", fetch], check=True)
    assert asked_for(trace)
