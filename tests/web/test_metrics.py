"""Metrics: for whoever has the token, of the installation as a whole, about nobody."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from server.app import create_app
from server.commands.work import all_jobs
from server.config import load_settings
from server.delivery.service import Worker, enqueue
from server.intake.pressure import Level
from server.observability import exposition, metrics
from server.reports.vocabulary import Lane
from server.web.api.problems import INTAKE_PROBLEMS
from server.web.counted import CountedAnswers
from tests.factories.report import post_report, report_body

TOKEN = "a-token-of-thirty-two-characters-x"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def watched(environment, database, sealing_key):
    """A client of an application with the token set."""
    settings = load_settings(environment | {"PORTALS_METRICS_TOKEN": TOKEN})
    return create_app(settings, database).test_client()


def samples(client) -> dict:
    """Every sample: (name, sorted labels) to value."""
    text = client.get("/metrics", headers=BEARER).get_data(as_text=True)
    families = text_string_to_metric_families(text)
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def counted(client, name, **labels) -> float:
    return samples(client)[name, tuple(sorted(labels.items()))]


def test_whoever_has_the_token_sees_them_and_nobody_keeps_them(watched):
    answer = watched.get("/metrics", headers=BEARER)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.content_type.startswith("text/plain")


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer \xe9"]
)
def test_without_the_token_nothing_is_there(watched, given):
    answer = watched.get("/metrics", headers={"Authorization": given})
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"
    assert b"portals" not in answer.data


def test_without_the_setting_no_token_is_right(client):
    for given in ("Bearer ", "Bearer None", f"Bearer {TOKEN}"):
        assert client.get("/metrics", headers={"Authorization": given}).status_code == 404


@pytest.mark.parametrize("surface", ["public", "console"])
def test_each_surface_has_them(environment, database, surface):
    chosen = environment | {"PORTALS_SURFACES": surface, "PORTALS_METRICS_TOKEN": TOKEN}
    if surface == "public":
        del chosen["PORTALS_SEALING_KEY_FILE"]
    client = create_app(load_settings(chosen), database).test_client()
    names = {name for name, _ in samples(client)}
    assert "portals_database_up" in names
    assert ("portals_spool_reports" in names) == (surface == "public")
    assert ("portals_outbox_waiting" in names) == (surface == "console")


def test_only_listed_names_and_labels_are_there(watched, key):
    watched.get(f"/embed/{key.text}?lang=fr&campaign=spring", headers={"User-Agent": "someone"})
    watched.get("/never-heard-of")
    watched.post("/api/v1/reports", data=b"{")
    allowed: dict[str, dict[str, set[str]]] = {name: {} for name in exposition.GAUGES}
    for family in metrics.COUNTERS:
        allowed[family.name] = {label: set(values) for label, values in family.labels}
    for name, labels in samples(watched):
        if name == exposition.BUILD:
            assert [label for label, _ in labels] == ["version"]
            continue
        assert {label for label, _ in labels} == set(allowed[name]), name
        for label, value in labels:
            assert value in allowed[name][label], name


def test_the_lists_name_nobody():
    """Whoever adds a label has to come by here, and think about whom a small number tells of."""
    labels = {label for family in metrics.COUNTERS for label, _ in family.labels}
    assert labels == {"lane", "way", "problem", "level", "area", "status"}
    assert len(metrics.totals()) < 150


def test_a_value_that_is_not_listed_becomes_other():
    before = Counter(metrics.totals())
    metrics.report_taken("iwfpk_live_x", "https://canary.example/")
    metrics.report_refused("canary")
    metrics.challenge_given(99)
    metrics.request_answered("canary", 799)
    assert sorted(Counter(metrics.totals()) - before) == [
        ("portals_challenges_total", "other"),
        ("portals_reports_refused_total", "other"),
        ("portals_reports_total", "other", "other"),
        ("portals_requests_total", "other", "5xx"),
    ]


def test_the_lists_hold_what_the_intake_says():
    assert {*Lane, "test"} < set(metrics.LANES)
    assert {str(int(level)) for level in Level} < set(metrics.LEVELS)
    assert set(INTAKE_PROBLEMS.values()) < set(metrics.REFUSALS)


def test_requests_are_counted_by_area_and_class(watched, key):
    before = counted(watched, "portals_requests_total", area="embed", status="2xx")
    lost = counted(watched, "portals_requests_total", area="other", status="4xx")
    for _ in range(2):  # made by a view, then kept ready in front of Flask
        assert watched.get(f"/embed/{key.text}").status_code == 200
    watched.get("/never-heard-of")
    assert counted(watched, "portals_requests_total", area="embed", status="2xx") == before + 2
    assert counted(watched, "portals_requests_total", area="other", status="4xx") == lost + 1


def test_reports_refusals_and_challenges_are_counted(watched, key):
    before = Counter(metrics.totals())
    assert watched.post("/api/v1/challenges", json={"key": key.text}).status_code == 200
    assert post_report(watched, report_body(key.text)).status_code == 201
    assert post_report(watched, report_body(key.text), Idempotency_Key="x").status_code == 400
    assert post_report(watched, report_body(key.text, addresses=[])).status_code == 422
    assert dict(Counter(metrics.totals()) - before) == {
        ("portals_challenges_total", "0"): 1,
        ("portals_reports_total", "low", "stored"): 1,
        ("portals_reports_refused_total", "idempotency-key"): 1,
        ("portals_reports_refused_total", "invalid-fields"): 1,
        ("portals_requests_total", "api", "2xx"): 2,
        ("portals_requests_total", "api", "4xx"): 2,
    }


def test_an_application_that_breaks_is_a_500_that_says_nothing(capsys):
    def broken(_environ, _start):
        raise ValueError("canary")

    told = []
    answer = CountedAnswers(broken)({"PATH_INFO": "/x"}, lambda *words: told.append(words))
    assert told[0][0].startswith("500")
    written = "".join(capsys.readouterr())
    assert "ValueError" in written
    assert "canary" not in written + str(answer)


def test_what_waits_in_the_outbox_is_told(watched, database):
    with database.transaction() as session:
        enqueue(session, "report.received", {})
    assert counted(watched, "portals_outbox_waiting") == 1
    assert 0 <= counted(watched, "portals_outbox_overdue_seconds") < 60
    assert counted(watched, "portals_outbox_dead_letters") == 0


def test_the_last_run_of_the_worker_is_told(watched, settings, database):
    before = datetime.now(UTC) - timedelta(seconds=1)
    Worker(database, all_jobs(settings, patient=False)).run_once()
    for name in ("worker_last_run", "audit_checkpoint"):
        assert counted(watched, f"portals_{name}_timestamp_seconds") >= before.timestamp()


def test_a_database_that_is_away_is_told(environment):
    away = {"PORTALS_DATABASE_URL": "postgresql://nobody@/none?host=/nowhere"}
    settings = load_settings(environment | away | {"PORTALS_METRICS_TOKEN": TOKEN})
    client = create_app(settings).test_client()
    assert counted(client, "portals_database_up") == 0
    assert counted(client, "portals_database_away_seconds") >= 0
    assert counted(client, "portals_spool_ready") == 0  # it never knew a sealing key
