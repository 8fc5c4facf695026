"""Every public address while PostgreSQL is stopped or hangs: the form, and never a 500."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.app import create_app
from server.config import load_settings
from server.extensions import AVAILABILITY, DATABASE, INTAKE, READS, SNAPSHOT
from server.partners import service as partners
from server.partners.key_format import mint_key
from server.partners.service import KeyMode
from server.reports.models import SealingKey
from server.reports.sealing import SUITE
from server.storage import migrate
from server.storage.availability import BUDGET_S
from server.storage.database import Database
from server.storage.keyring import new_secret
from server.web.embed.preview_token import preview_token
from server.web.embed.sightings import BOOK
from tests.factories.key import KeyFactory
from tests.factories.partner import PartnerFactory
from tests.factories.portal import PortalFactory
from tests.factories.report import post_report, report_body
from tests.services.postgres import Cluster, restart_cluster, start_cluster
from tests.services.sealing import SealingFiles

FORM = "application/x-www-form-urlencoded"
STRANGER = mint_key("iwfpk", KeyMode.LIVE).text
#: What a citizen reads on each of these pages, whatever is away.
A_WAY_TO_REPORT = "https://report.iwf.org.uk/"


@dataclass
class Site:
    """An application on a PostgreSQL of its own, with one of everything that has an address."""

    cluster: Cluster
    environment: dict[str, str]
    key: str = ""
    secret_key: str = ""
    kit: str = ""
    preview: str = ""
    receipt: str = ""
    started: list[Flask] = field(default_factory=list)

    def start(self, **changes: str) -> Flask:
        """A process that starts now."""
        app = create_app(load_settings(self.environment | changes))
        app.testing = True
        self.started.append(app)
        return app

    def close(self) -> None:
        try:
            for app in self.started:
                app.extensions[INTAKE].close()
                app.extensions[READS].close()
                app.extensions[BOOK].flush()
                app.extensions[DATABASE].dispose()
        finally:
            self.cluster.remove()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, sealing_files: SealingFiles) -> Iterator[Site]:
    cluster = start_cluster()
    try:
        environment = {
            "PORTALS_DATABASE_URL": cluster.create_database("away"),
            "PORTALS_PUBLIC_URL": "https://report.example.org",
            "PORTALS_CONSOLE_URL": "https://console.example.org",
            "PORTALS_SURFACES": "public",
            "PORTALS_INTAKE_SECRETS": f"1:{new_secret()}",
            "PORTALS_SPOOL": str(tmp_path_factory.mktemp("away") / "spool"),
        }
        site = furnished(Site(cluster, environment), sealing_files)
    except BaseException:
        cluster.remove()
        raise
    yield site
    site.close()


def furnished(site: Site, sealing_files: SealingFiles) -> Site:
    secrets = load_settings(site.environment).intake_secrets
    database = Database(site.environment["PORTALS_DATABASE_URL"])
    migrate.upgrade(database.engine)
    now = datetime.now(UTC)
    with database.transaction() as session:
        partner = PartnerFactory(session=session)
        portal = PortalFactory(session=session, slug="senegal", default_partner=partner.slug)
        place = {"session": session, "secrets": secrets, "portal": portal, "partner": partner}
        key = KeyFactory(**place)
        site.key, site.secret_key = key.text, KeyFactory(**place, secret=True).text
        site.kit = partners.issue_kit(session, key.row, days=30, now=now, actor="system").token
        site.preview = preview_token(secrets, partner.id, portal.id, now=now)
        session.add(
            SealingKey(
                id=sealing_files.key_id,
                generation=1,
                suite=SUITE,
                public_key=sealing_files.public_key,
                recovery_copy=b"",
                created_at=now,
                activated_at=now,
            )
        )
    database.dispose()
    return site


def requests_of(site: Site) -> dict[str, tuple[str, str, dict[str, object]]]:
    """One request for each public address, under the rule that it belongs to."""
    form: dict[str, object] = {"data": "stage=check&description=what+I+typed", "content_type": FORM}
    token = {"headers": {"Authorization": f"Bearer {site.secret_key}"}}
    return {
        "POST /api/v1/challenges": ("POST", "/api/v1/challenges", {"json": {"key": site.key}}),
        "GET /api/v1/openapi.json": ("GET", "/api/v1/openapi.json", {}),
        "GET /api/v1/portal": ("GET", f"/api/v1/portal?key={site.key}", {}),
        "GET /api/v1/problems/<name>": ("GET", "/api/v1/problems/not-ready", {}),
        "POST /api/v1/receipts/lookup": (
            *("POST", "/api/v1/receipts/lookup"),
            {"json": {"receipt": site.receipt}},
        ),
        "GET /api/v1/statistics": ("GET", "/api/v1/statistics", token),
        "GET /api/v1/territories": ("GET", "/api/v1/territories", {}),
        "GET /api/v1/territories/<code>": ("GET", "/api/v1/territories/SN", {}),
        "GET /embed/<key>": ("GET", f"/embed/{site.key}", {}),
        "POST /embed/<key>": ("POST", f"/embed/{site.key}", form),
        "GET /embed/preview/<token>": ("GET", f"/embed/preview/{site.preview}", {}),
        "GET /r/<key>": ("GET", f"/r/{site.key}", {}),
        "POST /r/<key>": ("POST", f"/r/{site.key}", form),
        "GET /healthz": ("GET", "/healthz", {}),
        "GET /readyz": ("GET", "/readyz", {}),
        "GET /metrics": ("GET", "/metrics", {}),
        "GET /kit/<token>": ("GET", f"/kit/{site.kit}", {}),
        "GET /kit/<token>/poster": ("GET", f"/kit/{site.kit}/poster", {}),
        "GET /kit/<token>/status": ("GET", f"/kit/{site.kit}/status", {}),
        "GET /portals/": ("GET", "/portals/", {}),
        "GET /portals/<portal>": ("GET", "/portals/senegal", {}),
        "POST /portals/<portal>": ("POST", "/portals/senegal", form),
        "GET /portals/<portal>/<language>": ("GET", "/portals/senegal/fr", {}),
        "POST /portals/<portal>/<language>": ("POST", "/portals/senegal/fr", form),
        "GET /static/<path:filename>": ("GET", "/static/nothing", {}),
        "GET /status": ("GET", f"/status?key={site.key}", {}),
        "POST /status": ("POST", "/status", {"data": {"receipt": site.receipt}}),
        "GET /widget/<digest>/<language>/sender.js": ("GET", "/widget/x/fr/sender.js", {}),
        "GET /widget/<digest>/solver.js": ("GET", "/widget/x/solver.js", {}),
        "GET /widget/<version>/widget.js": ("GET", "/widget/0/widget.js", {}),
        "GET /widget/releases.json": ("GET", "/widget/releases.json", {}),
        "GET /widget/v1.js": ("GET", "/widget/v1.js", {}),
    }


#: What answers 200 by the database only; all else is answered as ever.
NEEDS_THE_DATABASE = {
    "POST /api/v1/receipts/lookup",
    "GET /api/v1/statistics",
    "GET /api/v1/territories/<code>",
    "GET /embed/preview/<token>",
    "GET /kit/<token>",
    "GET /kit/<token>/poster",
    "GET /kit/<token>/status",
    "GET /portals/",
    "POST /status",
}
#: What a process that knows nothing cannot answer besides.
NEEDS_A_KEY = {
    "GET /api/v1/portal",
    "GET /embed/<key>",
    "POST /embed/<key>",
    "GET /r/<key>",
    "POST /r/<key>",
    "GET /portals/<portal>",
    "POST /portals/<portal>",
    "GET /portals/<portal>/<language>",
    "POST /portals/<portal>/<language>",
    "GET /status",
    "GET /readyz",  # it knows no sealing key either: a balancer should ask another process
}


def answers(app: Flask, site: Site) -> dict[str, int]:
    """The status of each public address, and of a report (under the key "report")."""
    client = app.test_client()
    seen = {}
    for name, (method, path, more) in requests_of(site).items():
        response = client.open(path, method=method, **more)
        seen[name] = response.status_code
        if response.status_code == 503 and path != "/readyz":
            assert response.headers.get("Retry-After") == "60", (name, response.text)
            assert response.headers.get("Cache-Control") == "no-store", name
    seen["report"] = post_report(client, report_body(site.key)).status_code
    return seen


def unanswered(seen: dict[str, int]) -> set[str]:
    return {name for name, status in seen.items() if status == 503}


def failed(seen: dict[str, int]) -> set[str]:
    return {name for name, status in seen.items() if status >= 500 and status != 503}


@contextmanager
def frozen(cluster: Cluster) -> Iterator[None]:
    """The server and all its processes stand still: they take connections, and never answer."""
    children = Path(f"/proc/{cluster.process_id}/task/{cluster.process_id}/children")
    processes = [cluster.process_id, *map(int, children.read_text().split())]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


def test_an_outage_from_its_beginning_to_its_end(site: Site) -> None:
    """One test, since each part begins where the other ended: a cluster starts in seconds."""
    app = site.start()
    assert public_addresses(app) - {"POST /api/v1/reports"} == requests_of(site).keys()

    client = app.test_client()
    site.receipt = post_report(client, report_body(site.key)).json["receipt"]
    before = answers(app, site)
    assert failed(before) | unanswered(before) == set()

    # It hangs. What this process knows goes on; what it does not know is told in its time.
    with frozen(site.cluster):
        app.extensions[READS]._budget_s = 0.05  # it would be 1.5 s again and again
        seen = answers(app, site)
        assert failed(seen) == set()
        assert unanswered(seen) == NEEDS_THE_DATABASE - {"GET /portals/"}  # kept ready for a minute
        assert {name: status for name, status in seen.items() if status != 503} == {
            name: status for name, status in before.items() if name in seen and seen[name] != 503
        }

    app.extensions[READS]._budget_s = BUDGET_S

    # It is gone, also for a process that starts now: with the copy on disk, and without.
    app.extensions[SNAPSHOT].write()
    site.cluster.stop(crash=True)
    assert failed(answers(app, site)) == set()
    restarted = answers(site.start(), site)
    assert failed(restarted) == set()
    assert unanswered(restarted) == NEEDS_THE_DATABASE
    assert restarted["report"] == 201

    knows_nothing = site.start(PORTALS_SPOOL=site.environment["PORTALS_SPOOL"] + "-of-another")
    seen = answers(knows_nothing, site)
    assert failed(seen) == set()
    assert unanswered(seen) == NEEDS_THE_DATABASE | NEEDS_A_KEY | {"report"}
    assert_calm(knows_nothing.test_client(), site)

    # It is back: nobody has to restart anything.
    site.cluster = restart_cluster(site.cluster.folder)
    for each in (app, knows_nothing):
        each.extensions[AVAILABILITY].answered()  # as a look once in a second finds out
        assert answers(each, site) == before


def assert_calm(client: FlaskClient, site: Site) -> None:
    """What citizens and programs are told where nothing is known."""
    page = client.get(f"/embed/{STRANGER}?lang=fr")
    assert page.status_code == 503
    assert A_WAY_TO_REPORT in page.text
    assert 'lang="fr"' in page.text
    assert "frame-ancestors *" in page.headers["Content-Security-Policy"]
    assert client.get("/embed/iwfpk_live_mistyped").status_code == 404
    assert client.post("/api/v1/challenges", json={"key": "mistyped"}).status_code == 404

    kept = client.post(f"/r/{STRANGER}", data="description=what+I+typed", content_type=FORM)
    assert kept.status_code == 503
    assert "what I typed" in kept.text

    told = client.post("/status", data={"receipt": "1234 5678"})
    assert "1234 5678" in told.text
    assert "We find no report" not in told.text
    assert client.get(f"/api/v1/portal?key={STRANGER}").json["type"].endswith("/not-ready")
    kit = client.get(f"/kit/{site.kit}")
    assert kit.headers["Referrer-Policy"] == "no-referrer"
    assert "try again" in kit.text


def public_addresses(app: Flask) -> set[str]:
    return {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
