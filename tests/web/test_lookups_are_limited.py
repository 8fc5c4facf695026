"""Who guesses or scrapes is asked to wait; another network is not, and no report ever is."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from limits import parse
from werkzeug.test import TestResponse

from server.app import create_app
from server.extensions import LIMITS, limiter
from server.web.locale import LANGUAGES
from tests.factories.report import post_report, report_body
from tests.web.console.visitor import URL

NETWORK, ELSEWHERE = "198.51.100.7", "203.0.113.7"
RECEIPT = "0123 4567 8901 2345 6789"
MOST = {"receipts": 120, "statistics": 120, "kits": 300, "previews": 120, "sign-ins": 60}
#: Each lookup without a right secret: its scope, its answer below the limit, and its request.
LOOKUPS = [
    ("receipts", 404, "POST", "/api/v1/receipts/lookup", {"json": {"receipt": RECEIPT}}),
    ("receipts", 200, "POST", "/status", {"data": {"receipt": RECEIPT}}),
    ("statistics", 401, "GET", "/api/v1/statistics", {"headers": {"Authorization": "Bearer x"}}),
    ("kits", 404, "GET", "/kit/guess", {}),
    ("kits", 404, "GET", "/kit/guess/status", {}),
    ("kits", 404, "GET", "/kit/guess/poster", {}),
    ("previews", 404, "GET", "/embed/preview/guess", {}),
    ("sign-ins", 410, "GET", "/console/sign-in/guess", {}),
]


def use_up(app: Flask, *scopes: str, address: str = NETWORK) -> None:
    """As often as is allowed in a minute, at once."""
    with app.test_request_context():
        sender = app.extensions[LIMITS].sender_of({"REMOTE_ADDR": address})
        for scope in scopes or MOST:
            limit = parse(f"{MOST[scope]} per minute")
            assert limiter.limiter.hit(limit, sender, scope, cost=MOST[scope])


def asked(client: FlaskClient, address: str, method: str, path: str, given: dict) -> TestResponse:
    return client.open(path, method=method, environ_base={"REMOTE_ADDR": address}, **given)


def test_all_lookups_but_so_many_a_minute_are_answered(client):
    _, _, *lookup = LOOKUPS[0]
    for _ in range(MOST["receipts"]):
        assert asked(client, NETWORK, *lookup).status_code == 404
    refused = asked(client, NETWORK, *lookup)
    assert (refused.status_code, refused.mimetype) == (429, "application/problem+json")
    assert refused.json["type"].endswith("/problems/too-many-requests")
    assert refused.headers["Retry-After"] == "60"
    assert not [name for name, _ in refused.headers if name.startswith("X-RateLimit")]
    assert asked(client, NETWORK, *LOOKUPS[1][2:]).status_code == 429  # the page counts, too
    assert asked(client, ELSEWHERE, *lookup).status_code == 404


def test_each_is_refused_for_the_network_that_guesses_and_answered_for_others(app, client):
    use_up(app)
    for _, answer, *lookup in LOOKUPS:
        refused = asked(client, NETWORK, *lookup)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60"), lookup
        assert asked(client, ELSEWHERE, *lookup).status_code == answer, lookup


@pytest.mark.parametrize("way", ["password", "passkey", "guess"])
def test_signing_in_is_refused_with_a_page_of_the_console(app, client, way):
    path = f"/console/sign-in/{way}"
    page = client.get("/console/sign-in", base_url=URL)
    (token, *_) = re.findall(r'name="csrf_token" value="([^"]+)"', page.text)
    use_up(app, "sign-ins")
    refused = client.post(
        path,
        base_url=URL,
        data={"csrf_token": token},
        headers={"Referer": URL + "/"},
        environ_base={"REMOTE_ADDR": NETWORK},
    )
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    assert "Too many sign-ins from your network" in refused.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_receipts_keeps_what_was_typed_and_says_calmly_what_to_do(
    app, client, language
):
    use_up(app, "receipts")
    path = f"/status?lang={language}"
    refused = asked(client, NETWORK, "POST", path, {"data": {"receipt": RECEIPT}})
    assert refused.status_code == 429
    assert f'value="{RECEIPT}"' in refused.text
    assert "429" not in refused.text
    said = {"en": "Please wait a minute", "fr": "Attendez une minute", "ar": "يرجى الانتظار دقيقة"}
    assert said[language] in refused.text
    assert client.get(path, environ_base={"REMOTE_ADDR": NETWORK}).status_code == 200


def test_reporting_goes_on_where_every_lookup_is_refused(app, client, key):
    use_up(app)
    client.environ_base["REMOTE_ADDR"] = NETWORK
    challenge = client.post("/api/v1/challenges", json={"key": key.text})
    report = post_report(client, report_body(key.text))
    form = client.post(f"/embed/{key.text}", data={})
    pages = [client.get(path) for path in ("/healthz", f"/embed/{key.text}", "/status")]
    answered = [each.status_code for each in (challenge, report, form, *pages)]
    assert answered == [200, 201, answered[2], 200, 200, 200]
    assert answered[2] != 429


def test_hosts_of_one_network_count_together(app, client):
    _, answer, *lookup = LOOKUPS[0]
    use_up(app, "receipts", address="2001:db8:0:1::1")
    assert asked(client, "2001:db8:0:ff:1::2", *lookup).status_code == 429
    assert asked(client, "2001:db8:0:100::1", *lookup).status_code == answer


@pytest.mark.parametrize(("hops", "forwarded"), [(0, ELSEWHERE), (1, f"{ELSEWHERE}, {NETWORK}")])
def test_a_forged_forwarded_address_does_not_lead_to_another_count(
    settings, database, sealing_key, hops, forwarded
):
    app = create_app(replace(settings, trusted_proxies=hops), database)
    use_up(app, "receipts")
    peer = "192.0.2.1" if hops else NETWORK
    given = LOOKUPS[0][4] | {"headers": {"X-Forwarded-For": forwarded}}
    refused = asked(app.test_client(), peer, "POST", LOOKUPS[0][3], given)
    assert refused.status_code == 429


def test_nothing_that_is_counted_names_who_asks(app, client):
    asked(client, NETWORK, *LOOKUPS[0][2:])
    held = repr(app.extensions[LIMITS]._counters._windows)
    assert "receipts" in held
    assert NETWORK.rpartition(".")[0] not in held


def test_a_fault_in_counting_refuses_nobody(app, client, monkeypatch):
    monkeypatch.delitem(app.extensions, LIMITS)
    assert asked(client, NETWORK, *LOOKUPS[0][2:]).status_code == 404
