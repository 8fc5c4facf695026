"""What the decision records say is true of the code, where no other test holds it."""

from __future__ import annotations

import re
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from server.reports.sealing import PADDED_SIZES
from server.storage.tables import all_tables
from tests.architecture.tree import ROOT, project_files
from tests.browser.demo import Demo
from tests.docs.markdown import document

RECORDS = sorted(path for path in project_files("docs/decisions") if path.suffix == ".md")
#: An address of loopback that nobody else uses, so that it can be looked for.
CLIENT = "127.0.0.42"
HEAD = b"POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"

MALFORMED = {
    "random bytes": bytes(range(256)) * 4,
    "a bad request line": b"GARBAGE\r\n\r\n",
    "a bad header": b"GET / HTTP/1.1\r\nHost: x\r\nbad header line\r\n\r\n",
    "NUL in a header": b"GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n",
    "two lengths": HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    "a bad chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\nhello",
    "a header of 1 MB": b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\n",
    "a path of 1 MB": b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "a TLS hello": bytes.fromhex("16030100a5010000a10303") + bytes(160),
    "a cut HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 100,
    "HTTP/9.9": b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
    "bad UTF-8 in the path": b"GET /embed/\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
    "a body cut short": HEAD + b'Content-Length: 500\r\n\r\n{"a":',
    "telling headers": b"GET /readyz HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 127.0.0.42\r\n"
    b"User-Agent: canary\r\nReferer: https://canary.example/\r\n\r\n",
}


def test_every_record_has_a_number_of_its_own_in_its_title() -> None:
    numbers = [int(path.name[:4]) for path in RECORDS]
    assert len(RECORDS) > 8
    assert len(set(numbers)) == len(numbers)
    for path, number in zip(RECORDS, numbers, strict=True):
        assert document(str(path)).startswith(f"# {number}. ")


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.name[:4])
def test_a_record_is_one_page(path: Path) -> None:
    assert len(document(str(path)).split()) < 600


def test_0002_reports_refer_to_no_row_that_reports_share() -> None:
    tables = all_tables().tables
    assert not tables["reports"].foreign_keys
    assert {key.target_fullname for key in tables["envelopes"].foreign_keys} == {"reports.id"}
    assert not tables["outbox_messages"].foreign_keys
    assert not tables["spent_challenges"].foreign_keys


def test_0003_the_padding_sizes_are_those_of_the_record() -> None:
    said = re.search(
        r"\*\*Padding to ([\d, or]+) KiB\*\*", document("docs/decisions/0003-sealing.md")
    )
    assert said
    assert [int(size) * 1024 for size in re.findall(r"\d+", said[1])] == list(PADDED_SIZES)


def test_0011_english_has_no_catalogue() -> None:
    assert (ROOT / "translations/fr").is_dir()
    assert not (ROOT / "translations/en").exists()


def test_0006_the_server_says_nothing_of_whoever_sends_what_is_malformed(
    documented_demo: tuple[Demo, str],
) -> None:
    demo, demo_json = documented_demo
    log = Path(demo_json).parents[1] / "log"
    address = urlsplit(demo.public_url)
    assert address.port
    before = log.read_text()
    for request in MALFORMED.values():
        _send(address.port, request)
    with urlopen(f"{demo.public_url}/readyz") as answer:
        assert answer.status == 200  # it is still there, and has done what was asked before
    time.sleep(0.5)
    added = log.read_text()[len(before) :]
    assert CLIENT not in added
    assert "canary" not in added
    assert added == ""


def _send(port: int, request: bytes) -> None:
    """Send bytes from CLIENT, read what comes, and break the connection off."""
    with socket.socket() as client:
        client.bind((CLIENT, 0))
        client.connect(("127.0.0.1", port))
        client.settimeout(1)
        try:
            client.sendall(request)
            client.recv(1000)
        except OSError:
            pass
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
