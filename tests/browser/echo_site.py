"""All hosts of the world on this machine, with and without TLS: a page is what its address says."""

from __future__ import annotations

import datetime
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

TLS_PORTS = (443, 8443, 9443)
CLEAR_PORTS = (80, 8080)


def echo(origin: str, html: str, *, sandbox: str | None = None) -> str:
    """The address in `origin` of a page with this content, sandboxed by its own header if asked."""
    header = "" if sandbox is None else f"&sandbox={quote(sandbox)}"
    return f"{origin}/?html={quote(html, safe='')}{header}"


@dataclass(frozen=True)
class EchoSite:
    """Where both servers listen on 127.0.0.1."""

    tls_port: int
    clear_port: int

    def browser_arguments(self) -> list[str]:
        """For a Chromium that takes every host for this site; but localhost is itself."""
        rules = [f"MAP *:{port} 127.0.0.1:{self.tls_port}" for port in TLS_PORTS]
        rules += [f"MAP *:{port} 127.0.0.1:{self.clear_port}" for port in CLEAR_PORTS]
        return [
            "--ignore-certificate-errors",
            f"--host-resolver-rules={', '.join([*rules, 'EXCLUDE localhost'])}",
        ]


class _Echo(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
        content = ("<!doctype html>" + asked.get("html", [""])[0]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        if "sandbox" in asked:
            self.send_header("Content-Security-Policy", f"sandbox {asked['sandbox'][0]}")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    tls: ssl.SSLContext | None = None

    def finish_request(self, request: Any, client_address: Any) -> None:
        if not self.tls:
            super().finish_request(request, client_address)
            return
        # Here, in the thread of the connection: browsers open some that they never speak on.
        with suppress(OSError), self.tls.wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client_address)


@contextmanager
def echo_site(folder: Path) -> Iterator[EchoSite]:
    """Serve until the block ends; the certificate is made in `folder`."""
    tls, clear = (_Server(("127.0.0.1", 0), _Echo) for _ in range(2))
    tls.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.tls.load_cert_chain(_certificate(folder / "echo.pem"))
    threads = [threading.Thread(target=each.serve_forever, args=(0.05,)) for each in (tls, clear)]
    for thread in threads:
        thread.start()
    try:
        yield EchoSite(tls.server_port, clear.server_port)
    finally:
        for server, thread in zip((tls, clear), threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()


def _certificate(path: Path) -> Path:
    """A certificate of its own making with its key, good for an hour."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "echo.test")])
    now = datetime.datetime.now(datetime.UTC)
    hour = datetime.timedelta(hours=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - hour)
        .not_valid_after(now + hour)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
