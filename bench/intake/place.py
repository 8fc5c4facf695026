"""What is measured, side by side: databases that are durable, seeded, and the servers on them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.intake.flush import Flush
from bench.intake.reports import requests
from bench.served import Served, postgres_cpu_seconds, served, served_by_gunicorn
from server.config import Settings, load_settings
from server.demo.environment import demo_environment
from server.demo.partners import DEMO_PARTNERS
from server.demo.seed import ACTOR, seed
from server.partners import service as partners
from server.storage.database import Database
from tests.services.postgres import Cluster, start_cluster

#: As operators are told to set them: one worker a core; one process for SQLite.
WORKERS, THREADS = 2, 16
MANY_KEYS = 50


@dataclass(frozen=True)
class Intake:
    """The intake on one database: how to ask it, and with what."""

    name: str
    server: Served
    settings: Settings
    keys: tuple[str, ...]

    def requests(self, *, spread: bool = False) -> Iterator[bytes]:
        """Requests through one partner's key, or through many partners' keys in turn."""
        return requests(self.settings.intake_secrets, self.keys if spread else self.keys[:1])


@dataclass(frozen=True)
class Place:
    """All that takes part. `plain_sync` is the plain way on gunicorn, where there is one."""

    flush: Flush
    cluster: Cluster
    postgres: Intake
    sqlite: Intake
    bare: Served
    plain: Served
    bare_sync: Served | None
    plain_sync: Served | None

    def cpu_seconds(self, server: Served) -> tuple[float, float]:
        """What a server and the database cluster have used so far."""
        return server.cpu_seconds(), postgres_cpu_seconds(self.cluster.process_id)


@contextmanager
def opened(folder: Path, gunicorn: Path | None) -> Iterator[Place]:
    """Start everything in `folder`, and end it. Raises what start_cluster and Flush raise."""
    with ExitStack() as stack:
        flush = Flush.built(folder)
        with flush.inherited():
            cluster = start_cluster(durable=True)
        stack.callback(cluster.remove)
        plain = {"PLAIN_DATABASE_URL": _plain_database(cluster)}
        shape = {"workers": WORKERS, "threads": THREADS}
        sync = None
        if gunicorn is not None:
            sync = [
                stack.enter_context(served_by_gunicorn(target, plain, gunicorn, workers=WORKERS))
                for target in ("bench.bare", "bench.intake.plain")
            ]
        yield Place(
            flush=flush,
            cluster=cluster,
            postgres=stack.enter_context(
                _intake("PostgreSQL", folder / "pg", cluster.create_database("intake"), flush)
            ),
            sqlite=stack.enter_context(_intake("SQLite", folder / "sqlite", None, flush)),
            bare=stack.enter_context(served("bench.bare", {}, **shape)),
            plain=stack.enter_context(served("bench.intake.plain", plain, **shape)),
            bare_sync=sync[0] if sync else None,
            plain_sync=sync[1] if sync else None,
        )


def public_surface(environment: dict[str, str]) -> dict[str, str]:
    """The settings of the public surface alone, as it is run where it matters: without a private
    key. Its ceiling is out of reach; all that comes in is from one sender, so that the levels of
    the limits are high, and the reports in a low lane: no less is done for them."""
    public = {name: value for name, value in environment.items() if "SEALING" not in name}
    return public | {
        "PORTALS_SURFACES": "public",
        "PORTALS_MAX_REPORTS_PER_SECOND": "1000000",
    }


@contextmanager
def _intake(name: str, folder: Path, url: str | None, flush: Flush) -> Iterator[Intake]:
    environment = demo_environment(folder, 8000)
    if url is not None:
        environment["PORTALS_DATABASE_URL"] = url
    settings = load_settings(environment)
    seed(settings, folder, 8001)
    keys = tuple(_issue_keys(settings))
    environment = public_surface(environment) | flush.environment
    workers = 1 if url is None else WORKERS
    with served("server.wsgi", environment, workers=workers, threads=THREADS) as server:
        yield Intake(name, server, settings, keys)


def _issue_keys(settings: Settings) -> Iterator[str]:
    """One key each of many partners, all on one portal."""
    database = Database(settings.database_url)
    try:
        with database.transaction() as session:
            portal = partners.get_portal(session, DEMO_PARTNERS[0].portal)
            for number in range(MANY_KEYS):
                name = f"bench-{number}"
                partner = partners.add_partner(session, slug=name, name=name, actor=ACTOR)
                terms = partners.KeyTerms(label=name, origins=("https://partner.example",))
                yield partners.issue_key(
                    session, partner, portal, terms, secrets=settings.intake_secrets, actor=ACTOR
                ).text
    finally:
        database.dispose()


def _plain_database(cluster: Cluster) -> str:
    url = cluster.create_database("plain")
    subprocess.run(
        [sys.executable, "-m", "bench.intake.plain"],
        env={"PLAIN_DATABASE_URL": url},
        check=True,
    )
    return url
