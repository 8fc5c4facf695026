"""P6: a full disk never makes a false 201, nor a citizen without a way to report.

First the database's disk is full, then the spool's as well; then there is room again, for both.
In the suite the database is SQLite and the spool's 1 MiB nearly full already; by `make test-crash`
it has all its room, and PostgreSQL's tablespace, and its whole disk, are filled too.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from server.app import create_app
from server.config import load_settings
from server.extensions import DATABASE, INTAKE, READS
from server.intake.errors import SpoolFailed
from server.intake.service import Spool, drain, new_idempotency_key, resolver
from server.reports.models import Report
from server.reports.service import Outcome, Written, open_store
from server.storage.keyring import new_secret
from server.web.embed.sightings import BOOK
from tests.crash.disk import CannotMount, SmallDisk, make_image, mount, unmount
from tests.crash.scale import scale
from tests.crash.small_databases import (
    PostgresqlOnSmallDisk,
    SqliteOnSmallDisk,
    TablespaceOnSmallDisk,
)
from tests.factories.key import KeyFactory
from tests.factories.new_report import new_report
from tests.factories.report import post_report, report_body
from tests.services.sealing import active_key
from tests.web.embed.visitor import ADDRESS, TYPED, Visitor

HOTLINE = "https://report.iwf.org.uk/"
#: What is left of the spool's disk at the start.
ROOM_KIB = scale(48, 1_024, 1_024)
DATABASES = ["sqlite", "tablespace", "postgresql"]


@pytest.fixture
def spool_disk() -> Iterator[SmallDisk]:
    disk = SmallDisk(1_024)
    disk.fill(but_kib=ROOM_KIB)
    yield disk
    disk.close()


@pytest.fixture(params=DATABASES[: scale(1, 3, 3)])
def where(request, migrated_sqlite, spool_disk) -> Iterator[SqliteOnSmallDisk]:
    match request.param:
        case "sqlite":
            where = SqliteOnSmallDisk(migrated_sqlite)
        case "tablespace":
            where = TablespaceOnSmallDisk()
        case _:
            where = PostgresqlOnSmallDisk()
    yield where
    where.close()


@pytest.fixture
def app(where, spool_disk, sealing_files, compiled_templates) -> Iterator[Flask]:
    """The public surface with its database on one small disk and its spool on another."""
    settings = load_settings(
        {
            "PORTALS_DATABASE_URL": where.url,
            "PORTALS_PUBLIC_URL": "https://report.example.org",
            "PORTALS_CONSOLE_URL": "https://console.example.org",
            "PORTALS_SURFACES": "public",
            "PORTALS_INTAKE_SECRETS": f"1:{new_secret()}",
            "PORTALS_SPOOL": str(spool_disk.root / "spool"),
        }
    )
    app = create_app(settings)
    app.jinja_env.bytecode_cache = compiled_templates
    app.testing = True
    with app.extensions[DATABASE].transaction() as session:
        session.add(active_key(sealing_files))
        app.key = KeyFactory(session=session, secrets=settings.intake_secrets).text
    yield app
    app.extensions[INTAKE].close()
    app.extensions[BOOK].flush()
    app.extensions[READS].close()
    app.extensions[DATABASE].dispose()


def test_full_disks_lose_nothing_and_turn_nobody_away_without_a_word(app, where, spool_disk):
    client = app.test_client()
    spool = Spool(spool_disk.root / "spool", max_bytes=1 << 30, max_reports=100_000)
    acknowledged = []

    def report(**headers: str):
        answer = post_report(client, report_body(app.key), **headers)
        if answer.status_code == 201:
            acknowledged.append(answer.json["reference"])
        return answer

    assert report().status_code == 201
    assert not spool.state().waiting
    citizen = Visitor(client, f"/embed/{app.key}?lang=en")
    citizen.press("check", **TYPED)

    where.fill()
    refused = new_idempotency_key()
    while (answer := report(Idempotency_Key=refused)).status_code == 201:
        refused = new_idempotency_key()
    waiting = len(list((spool_disk.root / "spool").glob("??/*.report")))
    print(f"{waiting} reports in the spool of {ROOM_KIB} KiB, then {answer.status_code}")
    assert waiting > 0

    assert answer.status_code == 503
    assert answer.content_type == "application/problem+json"
    assert int(answer.headers["Retry-After"]) > 0
    assert "the hotline's own page" in answer.json["detail"]
    citizen.press("send")
    assert citizen.response.status_code == 503
    assert int(citizen.response.headers["Retry-After"]) > 0
    assert ADDRESS in citizen.document.text  # the words are kept
    assert HOTLINE in citizen.document.links

    spool_disk.grow()
    assert report(Idempotency_Key=refused).status_code == 201
    where.make_room()
    emptied(app, spool)
    assert sorted(stored(app)) == sorted(acknowledged)
    assert report().status_code == 201


def emptied(app, spool) -> None:
    """The spool, by whoever drains it: the application's own thread may be at it."""
    store = open_store(app.extensions[DATABASE])
    end = time.monotonic() + 60
    while list(spool.folder.glob("??/*.report")):
        assert time.monotonic() < end
        done = drain(spool, store, resolver(app.extensions[READS]))
        assert not done.set_apart
        if not done.files:
            time.sleep(0.1)
    store.close()


def stored(app) -> list[str]:
    with app.extensions[DATABASE].reading() as session:
        return list(session.scalars(select(Report.reference)))


def test_a_spool_on_a_full_disk_is_drained_past_what_is_damaged(spool_image):
    spool = Spool(spool_image / "spool", max_bytes=1 << 30, max_reports=100_000)
    kept = filled(spool)
    first = spool.oldest(1)[0]
    with first.path.open("r+b") as file:
        file.truncate(first.size - 1)
    store = Keeping()
    done = drain(spool, store, lambda _: None)
    assert (done.stored, done.set_apart) == (len(kept) - 1, 1)
    assert len(set(store.kept) & set(kept)) == len(kept) - 1
    assert not spool.state().waiting


def test_a_spool_whose_disk_can_make_no_more_files_is_drained():
    disk = SmallDisk(1_024, "nr_inodes=30")
    try:
        spool = Spool(disk.root / "spool", max_bytes=1 << 30, max_reports=100_000)
        kept = filled(spool)
        assert drain(spool, Keeping(), lambda _: None).stored == len(kept) > 0
    finally:
        disk.close()


def filled(spool) -> list[UUID]:
    """The reports that it took before its disk was full."""
    kept = []
    while True:
        report = new_report()
        try:
            spool.put(report)
        except SpoolFailed:
            return kept
        kept.append(report.id)


@pytest.fixture
def spool_image(tmp_path) -> Iterator[Path]:
    """A full ext4 has no block for a folder more, where a tmpfs always has."""
    folder = tmp_path / "mounted"
    try:
        make_image(tmp_path / "image", 1)
        mount(tmp_path / "image", folder, "-o", "loop")
    except CannotMount as error:
        pytest.skip(f"cannot mount an image on this machine: {error}")
    yield folder
    unmount(folder)


class Keeping:
    """A database that takes all."""

    def __init__(self) -> None:
        self.kept = []

    def write(self, reports):
        self.kept += [report.id for report in reports]
        return [Written(Outcome.STORED)] * len(reports)

    def close(self) -> None:
        pass
