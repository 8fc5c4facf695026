"""An answer that is ready: the right bytes, headers and status for each client."""

from __future__ import annotations

import gzip

import brotli
import pytest
from werkzeug.test import Client, TestResponse

from server.web.encodings import accepted_encoding
from server.web.ready import ReadyAnswer

CONTENT = b"The same words again and again. " * 50
HEADERS = {"Cache-Control": "public, max-age=60", "Vary": "Accept-Encoding"}


def answer(status: int = 200) -> ReadyAnswer:
    return ReadyAnswer(CONTENT, HEADERS, content_type="text/plain", etag="abc", status=status)


def ask(method: str = "GET", *, status: int = 200, **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Client(answer(status)).open("/", method=method, headers=named)


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, br;q=0.1", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("*", "br"),
        ("identity", ""),
        ("zstd", ""),
        ("", ""),
        (",;q=x,\x7f", ""),
    ],
)
def test_the_smallest_encoding_that_the_client_takes(accepted: str, encoding: str) -> None:
    assert accepted_encoding(accepted) == encoding


@pytest.mark.parametrize("accepted", ["br", "gzip", "identity"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_every_encoding_holds_the_content_and_says_its_length(method: str, accepted: str) -> None:
    response = ask(method, Accept_Encoding=accepted)
    expand = {"br": brotli.decompress, "gzip": gzip.decompress, "identity": bytes}[accepted]
    full = ask(Accept_Encoding=accepted).get_data()
    assert expand(full) == CONTENT
    assert response.get_data() == (full if method == "GET" else b"")
    assert response.headers["Content-Length"] == str(len(full))
    assert response.headers.get("Content-Encoding", "identity") == accepted
    assert response.headers["Vary"] == "Accept-Encoding"
    assert response.headers["Content-Type"] == "text/plain"
    assert response.headers["ETag"] == 'W/"abc"'


@pytest.mark.parametrize("known", ['W/"abc"', '"abc"', '"x", W/"abc"', "*"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_has_it_gets_no_bytes(method: str, known: str) -> None:
    response = ask(method, If_None_Match=known)
    assert (response.status_code, response.get_data()) == (304, b"")
    assert response.headers["ETag"] == 'W/"abc"'
    assert response.headers["Cache-Control"] == "public, max-age=60"
    assert response.headers["Vary"] == "Accept-Encoding"
    assert "Content-Length" not in response.headers
    assert "Content-Encoding" not in response.headers


@pytest.mark.parametrize("known", ['"abcd"', "abc", '"', 'W/"ab"', ""])
def test_who_has_another_gets_all(known: str) -> None:
    assert ask(If_None_Match=known).status_code == 200


def test_a_page_in_the_forms_stead_is_sent_whole() -> None:
    response = ask(status=410, If_None_Match="*")
    assert response.status == "410 Gone"
    assert "ETag" not in response.headers
    assert response.get_data() == CONTENT


def test_a_server_that_adds_a_header_changes_nobody_elses() -> None:
    ready, seen = answer(), []

    def start(status: str, headers: list[tuple[str, str]], *_: object) -> object:
        headers.append(("X-Server", "1"))
        seen.append(len(headers))
        return None

    for _ in range(2):
        ready({"REQUEST_METHOD": "GET"}, start)  # type: ignore[arg-type]
    assert seen[0] == seen[1]
