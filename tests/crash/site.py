"""A hotline's site that is kept running, whatever kills its parts; and what is in its database."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Event, Thread

from sqlalchemy import text

from server.config import load_settings
from server.storage import migrate
from server.storage.database import Database
from server.storage.keyring import new_secret
from tests.architecture.tree import ROOT
from tests.factories.key import KeyFactory
from tests.services.postgres import Cluster
from tests.services.sealing import SealingFiles, active_key

PORTALS = [sys.executable, "-c", "from server.cli import main; main()"]
PATIENCE_S = 60.0


class Site:
    """The public surface with two workers; whenever its first process dies it is started again."""

    def __init__(
        self,
        folder: Path,
        database_url: str,
        sealing: SealingFiles,
        settings_too: Mapping[str, str] | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        #: Its PostgreSQL, for a test that stops it and starts it again.
        self.cluster: Cluster | None = None
        self.spool = folder / "spool"
        self.environment = {
            "PORTALS_DATABASE_URL": database_url,
            "PORTALS_PUBLIC_URL": "https://report.example.org",
            "PORTALS_CONSOLE_URL": "https://console.example.org",
            "PORTALS_SURFACES": "public",
            "PORTALS_INTAKE_SECRETS": f"1:{new_secret()}",
            "PORTALS_SPOOL": str(self.spool),
            **(settings_too or {}),
        }
        settings = load_settings(self.environment)
        self.database = Database(database_url)
        migrate.upgrade(self.database.engine)
        with self.database.transaction() as session:
            session.add(active_key(sealing))
            self.key: str = KeyFactory(session=session, secrets=settings.intake_secrets).text
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._ending = Event()
        self._watch = Thread(target=self._keep_running)
        self.server = self._start()

    def __enter__(self) -> Site:
        self._watch.start()
        self.wait_until_it_serves()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._watch.join()
        self.server.terminate()
        try:
            self.server.wait(20)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()
        self.database.dispose()

    def wait_until_it_serves(self) -> None:
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError((self.folder / "log").read_text()[-3_000:])

    def workers(self) -> list[int]:
        """The processes that answer; the first process only watches over them."""
        first = self.server.pid
        try:
            found = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        except OSError:
            return []
        return [int(each) for each in found]

    def command(self, *arguments: str) -> dict[str, int]:
        """What a command says with --json."""
        done = subprocess.run(
            [*PORTALS, *arguments, "--json"],
            cwd=ROOT,
            env=self._whole_environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S * 2,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        said: dict[str, int] = json.loads(done.stdout)
        return said

    def drain(self, within_s: float = PATIENCE_S) -> None:
        """Until nothing waits in the spool, by whoever drains it; it has to get on meanwhile."""
        least, end = 10**9, 0.0
        while True:
            state = self.command("spool", "status")
            if not state["waiting"]:
                assert not state["set_apart"], state
                return
            if state["waiting"] < least:
                least, end = state["waiting"], time.monotonic() + within_s
            assert time.monotonic() < end, f"the spool is not drained: {state}"
            time.sleep(0.2)

    def stored(self) -> list[str]:
        """The references of all reports in the database."""
        with self.database.engine.connect() as connection:
            return list(connection.scalars(text("SELECT reference FROM reports")))

    def whole(self) -> tuple[int, int, int]:
        """How many reports, main envelopes of a report, and outbox messages there are."""
        with self.database.engine.connect() as connection:
            return tuple(
                connection.scalar(text(f"SELECT count(*) FROM {counted}"))  # noqa: S608
                for counted in ("reports", "envelopes WHERE kind = 'report'", "outbox_messages")
            )

    def _keep_running(self) -> None:
        while not self._ending.wait(0.1):
            if self.server.poll() is not None:
                self.server = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [*PORTALS, "serve", "--port", str(self.port), "--workers", "2", "--threads", "8"],
                cwd=ROOT,
                env=self._whole_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _whole_environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name[:8] != "PORTALS_"}
        return inherited | self.environment
