"""An installation on loopback: nginx, a server of both surfaces, a database."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any

from server.config import load_settings
from server.intake.service import new_idempotency_key
from server.reports.models import SealingKey
from server.reports.sealing import SUITE
from server.storage.database import Database
from server.storage.keyring import new_secret
from tests.factories.key import KeyFactory
from tests.factories.report import report_body
from tests.services.nginx import Nginx, start_nginx
from tests.services.sealing import PASSPHRASE, SealingFiles
from tests.serving.program import Program, program

PUBLIC, CONSOLE = "report.example.org", "console.example.org"
METRICS_TOKEN = new_secret()
#: A client's address on loopback that nobody else uses, so that it can be looked for.
CANARY = "127.0.0.77"


@dataclass
class Answer:
    """What came back, read to its end."""

    status: int
    headers: HTTPResponse
    body: bytes

    def header(self, name: str) -> str | None:
        return self.headers.getheader(name)


def tls() -> ssl.SSLContext:
    """Trusts the certificates of the test."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class _Named(HTTPSConnection):
    """A connection to loopback that asks for a host by its name."""

    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", self.port), 20, (CANARY, 0))
        self.sock = tls().wrap_socket(plain, server_hostname=self.host)


def ask(
    port: int,
    path: str,
    *,
    host: str = PUBLIC,
    body: bytes | None = None,
    method: str = "",
    **headers: str,
) -> Answer:
    """Ask nginx, from the address CANARY."""
    connection = _Named(host, port)
    try:
        connection.request(method or ("GET" if body is None else "POST"), path, body, headers)
        response = connection.getresponse()
        return Answer(response.status, response, response.read())
    finally:
        connection.close()


@dataclass
class Stack:
    """A running installation."""

    folder: Path
    nginx: Nginx
    server: Program
    database: Database
    key: str

    def ask(self, path: str, **how: Any) -> Answer:
        return ask(self.nginx.port, path, **how)

    def report(self, **headers: str) -> Answer:
        """Send a report as a client of the API does."""
        body = json.dumps(report_body(self.key)).encode()
        sent = {"Content-Type": "application/json", "Idempotency-Key": new_idempotency_key()}
        return self.ask("/api/v1/reports", body=body, **sent | headers)


@contextmanager
def installation(
    folder: Path, migrated: Path, files: SealingFiles, *, changes: Mapping[str, str] | None = None
) -> Iterator[Stack]:
    """Lay everything out in `folder`, start it, and end it with the block.

    `changes` are parts of nginx's configuration and what stands in their place.
    """
    shutil.copy(migrated, folder / "portals.db")
    shutil.copy(files.private_keys, folder / "sealing-keys.json")
    database = Database(f"sqlite:///{folder / 'portals.db'}")
    environment = {
        "PORTALS_DATABASE_URL": f"sqlite:///{folder / 'portals.db'}",
        "PORTALS_PUBLIC_URL": f"https://{PUBLIC}",
        "PORTALS_CONSOLE_URL": f"https://{CONSOLE}",
        "PORTALS_INTAKE_SECRETS": f"1:{new_secret()}",
        "PORTALS_CONSOLE_SECRET": new_secret(),
        "PORTALS_SEALING_KEY_FILE": str(folder / "sealing-keys.json"),
        "PORTALS_SEALING_PASSPHRASE": PASSPHRASE,
        "PORTALS_SPOOL": str(folder / "spool"),
        "PORTALS_TRUSTED_PROXIES": "1",
        "PORTALS_METRICS_TOKEN": METRICS_TOKEN,
    }
    now = datetime.now(UTC)
    with database.transaction() as session:
        session.add(
            SealingKey(
                id=files.key_id,
                generation=1,
                suite=SUITE,
                public_key=files.public_key,
                recovery_copy=b"",
                created_at=now,
                activated_at=now,
            )
        )
        key = KeyFactory(session=session, secrets=load_settings(environment).intake_secrets).text
    # One server on both sockets, with both surfaces: what keeps them apart here is nginx alone.
    (folder / "console.sock").symlink_to(folder / "public.sock")
    with ExitStack() as running:
        server = running.enter_context(
            program(
                folder,
                "server.wsgi",
                environment=environment,
                socket=str(folder / "public.sock"),
            )
        )
        running.callback(database.dispose)
        nginx = start_nginx(folder, changes=changes)
        running.callback(nginx.stop)
        server.wait_for("serving")
        yield Stack(folder, nginx, server, database, key)
