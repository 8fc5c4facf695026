"""What the shipped nginx configuration promises, seen through a real nginx and real servers."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest
from flask import Flask

from server.web.embed.pages import error_texts
from server.web.headers import CACHE_FORM
from server.web.locale import speaking
from tests.architecture.tree import ROOT
from tests.deploy.stack import CANARY, CONSOLE, METRICS_TOKEN, PUBLIC, Stack, ask, tls
from tests.docs.test_decisions import MALFORMED
from tests.services.nginx import BROTLI_MODULE, MONITORS, Nginx, lay_out, start_nginx, verdict

FORGED = {
    "X-Forwarded-For": "192.0.2.66, 192.0.2.67",
    "X-Real-IP": "192.0.2.66",
    "Forwarded": "for=192.0.2.66",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Prefix": "/evil",
    "Cookie": "session=evil",
    "User-Agent": "telling/1.0",
    "Referer": "https://www.example.org/who-am-i?name=evil",
}


@pytest.mark.parametrize("brotli", [False, True])
def test_nginx_takes_the_configuration(tmp_path: Path, brotli: bool) -> None:
    if brotli and not BROTLI_MODULE.exists():
        pytest.skip("without nginx's module for Brotli there is nothing to load")
    found = verdict(lay_out(tmp_path, brotli=brotli)[0])
    assert found.returncode == 0, found.stderr
    assert "warn" not in found.stderr.replace('the "user" directive', "")


def test_a_report_goes_through(stack: Stack) -> None:
    answer = stack.report()
    assert answer.status == 201, answer.body
    assert len(json.loads(answer.body)["receipt"].replace("-", "").replace(" ", "")) == 20
    assert answer.header("Strict-Transport-Security")


@pytest.mark.parametrize("place", ["/embed/", "/r/"])
def test_the_form_has_its_headers_and_is_kept(stack: Stack, place: str) -> None:
    path = f"{place}{stack.key}?lang=fr&campaign=nginx"
    first, second = (stack.ask(path, **{"Accept-Encoding": "br, gzip"}) for _ in range(2))
    assert first.status == second.status == 200
    assert first.body == second.body
    assert first.header("Content-Encoding") == "br"
    assert first.header("Cache-Control") == CACHE_FORM
    assert first.header("Vary") == "Accept-Encoding"
    assert first.header("Cross-Origin-Resource-Policy") == "cross-origin"
    assert first.header("Cross-Origin-Embedder-Policy") == "require-corp"
    assert first.header("Referrer-Policy") == "strict-origin"
    assert "frame-ancestors" in (first.header("Content-Security-Policy") or "")
    assert first.header("X-Frame-Options") is first.header("Set-Cookie") is None
    assert first.header("Server") == "nginx"
    tag = first.header("ETag") or ""
    assert stack.ask(path, **{"Accept-Encoding": "br", "If-None-Match": tag}).status == 304
    plain = stack.ask(path)
    assert plain.header("Content-Encoding") is None
    assert b"<form" in plain.body


@pytest.mark.parametrize("path", ["/console/", "/console", "/metrics", "/readyz"])
def test_the_public_host_has_no_console_and_nothing_of_the_operators(
    stack: Stack, path: str
) -> None:
    assert stack.ask(path).status == 404


@pytest.mark.parametrize("surface", ["public", "console"])
def test_a_monitor_of_this_machine_is_answered_for_each_surface(stack: Stack, surface: str) -> None:
    token = {"Authorization": f"Bearer {METRICS_TOKEN}"}
    assert monitored(stack, f"/{surface}/readyz")[0] == 200
    status, numbers = monitored(stack, f"/{surface}/metrics", **token)
    assert (status, b"portals_build_info" in numbers) == (200, True)
    assert monitored(stack, f"/{surface}/metrics")[0] == 404
    for path in ("/readyz", "/console/", f"/r/{stack.key}", f"/{surface}/healthz"):
        assert monitored(stack, path, **token)[0] == 404


def monitored(stack: Stack, path: str, **headers: str) -> tuple[int, bytes]:
    with closing(HTTPConnection(MONITORS, stack.nginx.plain_port, timeout=20)) as connection:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, response.read()


def test_the_console_has_its_host_to_itself(stack: Stack) -> None:
    answer = stack.ask("/console/", host=CONSOLE)
    assert answer.status in (200, 302, 303)
    assert "no-store" in (answer.header("Cache-Control") or "")
    for path in ("/api/v1/reports", f"/r/{stack.key}", "/healthz"):
        assert stack.ask(path, host=CONSOLE).status == 404


def test_another_host_gets_no_certificate(stack: Stack) -> None:
    with pytest.raises(ssl.SSLError):
        stack.ask("/", host="other.example.org")


def test_a_body_too_large_is_refused_in_the_callers_language(stack: Stack) -> None:
    body = b"{" + b" " * 1_000_000
    api = stack.ask("/api/v1/reports", body=body)
    assert api.status == json.loads(api.body)["status"] == 413
    assert api.header("Content-Type") == "application/problem+json"
    assert api.header("Access-Control-Allow-Origin") == "*"
    page = stack.ask(f"/embed/{stack.key}", body=body)
    assert page.status == 413
    assert b"https://report.iwf.org.uk/" in page.body
    assert "frame-ancestors *" in (page.header("Content-Security-Policy") or "")


def test_the_pages_of_nginx_say_what_the_application_says(app: Flask) -> None:
    for code, name in ((413, "too-large"), (503, "unavailable")):
        page = (ROOT / f"deploy/nginx/pages/{name}.html").read_text()
        for language in ("en", "fr", "ar"):
            assert f'lang="{language}"' in page
            with app.test_request_context(), speaking(language):
                for text in error_texts(code):
                    assert str(text) in page


def test_nothing_of_a_client_is_written_anywhere(stack: Stack) -> None:
    stack.report(**FORGED)
    for request in MALFORMED.values():
        for secured in (True, False):
            port = stack.nginx.port if secured else stack.nginx.plain_port
            _send(port, request.replace(b"Host: x", b"Host: " + PUBLIC.encode()), secured=secured)
    stack.ask("/r/unknown", **FORGED)
    files = [path for path in stack.folder.rglob("*") if path.is_file()]
    assert len(files) > 10
    for path in files:
        content = path.read_bytes()
        for telling in (CANARY, "192.0.2.66", "telling/1.0", "who-am-i", "canary"):
            assert telling.encode() not in content, (path, telling)
    assert not [path for path in (stack.folder / "temp").rglob("*") if path.is_file()]


def _send(port: int, request: bytes, *, secured: bool) -> None:
    plain = socket.create_connection(("127.0.0.1", port), 1, (CANARY, 0))
    try:
        connection = tls().wrap_socket(plain, server_hostname=PUBLIC) if secured else plain
        with connection:
            connection.sendall(request)
            connection.settimeout(0.3 if b"cut" in request or b"500" in request else 2)
            connection.recv(1000)
    except OSError:
        plain.close()


@pytest.fixture
def told(tmp_path: Path) -> Iterator[tuple[Nginx, list[bytes]]]:
    """nginx in front of a server that notes what it is told, and answers 200."""
    seen: list[bytes] = []

    def serve(listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                seen.append(connection.recv(65_536))
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "public.sock"))
        (tmp_path / "public.sock").chmod(0o666)
        listening.listen()
        thread = threading.Thread(target=serve, args=(listening,))
        thread.start()
        nginx = start_nginx(tmp_path)
        yield nginx, seen
        nginx.stop()
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.mark.parametrize("path", ["/", "/api/v1/reports", "/embed/some-key", "/static/some.css"])
def test_the_application_is_told_only_what_nginx_knows(
    told: tuple[Nginx, list[bytes]], path: str
) -> None:
    nginx, seen = told
    assert ask(nginx.port, path, body=b"{}", **FORGED).status == 200
    (request,) = seen
    names = [line.partition(b":")[0].lower() for line in request.split(b"\r\n")[1:] if b":" in line]
    assert f"X-Forwarded-For: {CANARY}\r\n".encode() in request
    assert names.count(b"x-forwarded-for") == 1
    assert b"X-Forwarded-Proto: https\r\n" in request
    assert b"Referer: https://www.example.org/\r\n" in request
    for telling in (b"192.0.2", b"evil", b"telling"):
        assert telling not in request
    assert not {b"forwarded", b"x-real-ip", b"cookie", b"user-agent"} & set(names)
