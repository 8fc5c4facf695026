"""A throw-away PostgreSQL cluster for tests: real server, own data folder, UNIX socket only."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

OLDEST_VERSION = 15
USER = "portals"
HOW_TO_INSTALL = (
    f"These tests need the server programs of PostgreSQL {OLDEST_VERSION} or newer (initdb, "
    "postgres). On Debian or Ubuntu: apt-get install postgresql-15 (or postgresql); on macOS: "
    "brew install postgresql@15. `make test` installs them when it runs as root on Debian."
)


class PostgresMissing(RuntimeError):
    """No usable PostgreSQL on this machine; the text says what to install."""


class PostgresFailed(RuntimeError):
    """The server did not start; the text ends with its log."""


@dataclass(frozen=True)
class Cluster:
    """A running server. `folder` holds its data, its log and its socket."""

    folder: Path
    process_id: int

    def url_for(self, database: str) -> str:
        """The address of a database, as PORTALS_DATABASE_URL takes it."""
        return f"postgresql://{USER}@/{database}?host={quote(str(self.folder), safe='')}"

    def create_database(self, name: str) -> str:
        """Make an empty database, in place of one of that name, and return its address."""
        self._administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self._administer(f'CREATE DATABASE "{name}"')
        return self.url_for(name)

    def drop_database(self, name: str) -> None:
        """Remove a database, ending the sessions that still use it."""
        self._administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def stop(self, *, crash: bool = False) -> None:
        """End the server by its process id; `crash` ends it as a power cut would, at once."""
        try:
            os.kill(self.process_id, signal.SIGQUIT if crash else signal.SIGINT)
        except ProcessLookupError:
            return
        try:
            os.waitpid(self.process_id, 0)
        except ChildProcessError:  # started by another process: wait until it is gone
            while _is_alive(self.process_id):
                time.sleep(0.02)

    def remove(self) -> None:
        """Stop the server and delete all that it wrote."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _administer(self, statement: str) -> None:
        with psycopg.connect(self.url_for("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


def start_cluster(*, durable: bool = False, inside: Path | None = None) -> Cluster:
    """Make a new cluster in a folder of its own, `inside` another, and start it (about one second).

    It runs without fsync unless `durable`: a test run needs no protection from power cuts,
    except a test about them. As root it runs as another user, because PostgreSQL refuses root.
    Raises PostgresMissing, PostgresFailed.
    """
    programs = find_programs()
    folder = Path(tempfile.mkdtemp(prefix="portals-pg-", dir=inside))
    if owner := _unprivileged_user():
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    try:
        _initialise(programs, folder)
        return restart_cluster(folder, durable=durable)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def restart_cluster(folder: Path, *, durable: bool = False) -> Cluster:
    """Start the server of an existing cluster again, for tests in which it goes away."""
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "unix_socket_permissions": "0700",
        "fsync": "on" if durable else "off",
        "full_page_writes": "on" if durable else "off",
        "max_connections": "100",
        "shared_buffers": "64MB",
    }
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with (folder / "log").open("ab") as log:
        server = subprocess.Popen(
            [find_programs() / "postgres", "-D", folder / "data", *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            **_identity(),
        )
    cluster = Cluster(folder, server.pid)
    _wait_until_ready(server, cluster)
    server.returncode = 0  # it goes on without this object: `Cluster.stop` waits for its end
    return cluster


def find_programs() -> Path:
    """The folder of PostgreSQL's server programs; the oldest supported version wins."""
    candidates = sorted(
        (folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if _version(folder)),
        key=_version,
    )
    if on_path := shutil.which("initdb"):
        candidates.append(Path(on_path).resolve().parent)
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise PostgresMissing(HOW_TO_INSTALL)


def _version(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdigit() and int(name) >= OLDEST_VERSION else 0


def _initialise(programs: Path, folder: Path) -> None:
    made = subprocess.run(
        [
            *(programs / "initdb", "-D", folder / "data", "--username", USER),
            *("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **_identity(),
    )
    if made.returncode != 0:
        raise PostgresFailed(f"initdb failed:\n{made.stdout}")


def _wait_until_ready(server: subprocess.Popen[bytes], cluster: Cluster) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(cluster.url_for("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError as error:
            if server.poll() is not None or time.monotonic() > deadline:
                log = (cluster.folder / "log").read_text(errors="replace")
                raise PostgresFailed(f"{error}\nPostgreSQL's log:\n{log[-2_000:]}") from error
            time.sleep(0.02)
        else:
            return


def _unprivileged_user() -> pwd.struct_passwd | None:
    """Who runs the server when we are root; None when we are not."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _identity() -> dict[str, Any]:
    owner = _unprivileged_user()
    if owner is None:
        return {}
    # The working folder of root may be closed to that user.
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": [], "cwd": "/"}


def _is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True
