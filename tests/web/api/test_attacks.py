"""Reports as attackers send them: none is a 5xx, none claims what it is not, none costs a query
that it need not. What is wrong with a single field stands in test_reports.py."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from server.app import create_app
from server.config import Settings
from server.intake.service import new_idempotency_key
from server.partners.service import IssuedKey
from server.reports import service as reports
from server.reports.models import Report
from server.storage.database import Database
from server.storage.tables import all_tables
from server.web.limits import EXTENSION, SENDER
from tests.conftest import PASSPHRASE
from tests.factories.report import post_report, report_body
from tests.services.statements import statements

CLIENT, STRANGER = "198.51.100.7", "203.0.113.9"


def send_raw(client: FlaskClient, body: bytes, **headers: str) -> Any:
    sent = {"Idempotency-Key": new_idempotency_key()}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post("/api/v1/reports", data=body, content_type="application/json", headers=sent)


def stored(database: Database) -> list[Report]:
    with database.reading() as session:
        return list(session.scalars(select(Report)))


@pytest.fixture
def queries(database: Database) -> Iterator[list[str]]:
    """The statements that reach the database."""
    with statements(database) as seen:
        yield seen


@pytest.mark.parametrize("origin", ["null", "https://evil.example", "https://www.example.org"])
def test_the_origin_header_of_a_replay_attributes_nothing(
    client: FlaskClient, database: Database, key: IssuedKey, origin: str
) -> None:
    answer = post_report(client, report_body(key.text, embed_origin="null"), Origin=origin)
    assert answer.status_code == 201
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert [each.origin for each in stored(database)] == [None]


@pytest.mark.parametrize("hops", [0, 1, 2])
def test_a_sender_that_rotates_and_doubles_its_forwarded_header_stays_one(
    settings: Settings, database: Database, sealing_key: object, key: IssuedKey, hops: int
) -> None:
    """Through the whole application, as the lane ahead of Flask has to be told the same."""
    app = create_app(replace(settings, trusted_proxies=hops), database)
    proxies = [f"192.0.2.{number}" for number in range(1, hops + 1)]
    peer = proxies[-1] if proxies else CLIENT
    seen = [CLIENT, *proxies][:hops]
    client, count = app.test_client(), 5
    for number in range(count):
        claimed = f"{STRANGER}, 203.0.113.{number}"
        headers = [
            ("Idempotency-Key", new_idempotency_key()),
            ("X-Forwarded-For", claimed),
            ("X-Forwarded-For", ", ".join([claimed, *seen])),
        ]
        answer = client.post(
            "/api/v1/reports",
            json=report_body(key.text, description=f"Row {number}."),
            headers=headers,
            environ_base={"REMOTE_ADDR": peer},
        )
        assert answer.status_code == 201
    assert counted(app, CLIENT) == count
    assert counted(app, STRANGER) == 0


def counted(app: Flask, address: str) -> int:
    """How many reports of this network are counted."""
    limits = app.extensions[EXTENSION]
    bucket = limits.sender_of({"REMOTE_ADDR": address})
    windows = limits._counters._windows[SENDER.window]
    return sum(slot.get(bucket, 0) for slot in windows.counts)


def test_a_body_that_is_packed_is_not_unpacked(client: FlaskClient, database: Database) -> None:
    bomb = gzip.compress(b'{"key": "' + b" " * 20_000_000 + b'"}')
    assert len(bomb) < 64 * 1024
    assert send_raw(client, bomb, Content_Encoding="gzip").status_code == 400
    assert stored(database) == []


@pytest.mark.parametrize("overlong", [b"\xc0\xaf", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf"])
def test_overlong_utf_8_is_no_text(
    client: FlaskClient, database: Database, key: IssuedKey, overlong: bytes
) -> None:
    body = json.dumps(report_body(key.text, description="SLASH")).encode()
    assert send_raw(client, body.replace(b"SLASH", overlong)).status_code == 400
    assert stored(database) == []


@pytest.mark.parametrize(("length", "status"), [(60_000, 422), (100_000, 413)])
def test_an_address_that_is_far_too_long_is_refused(
    client: FlaskClient, key: IssuedKey, length: int, status: int
) -> None:
    address = "https://files.example/" + "a" * length
    assert (
        post_report(client, report_body(key.text, addresses=[{"url": address}])).status_code
        == status
    )


@pytest.mark.parametrize(
    "field",
    [
        *("id", "lane", "state", "status", "mode", "portal_id", "partner_id", "key_id", "origin"),
        *("received_at", "reference", "receipt", "secret_generation", "__class__", "__proto__"),
    ],
)
def test_nobody_sets_what_is_not_asked(
    client: FlaskClient, database: Database, key: IssuedKey, field: str
) -> None:
    answer = post_report(client, report_body(key.text, **{field: "trusted"}))
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]
    assert stored(database) == []


@pytest.mark.parametrize("nothing", ["\u200b", " \u2060\ufeff ", "\u202e\u200d", "\u2066\u2069"])
def test_what_nobody_can_see_is_no_answer(
    client: FlaskClient, database: Database, key: IssuedKey, nothing: str
) -> None:
    places = [{"platform": nothing, "handle": nothing}]
    assert post_report(client, report_body(key.text, addresses=places)).status_code == 422
    assert stored(database) == []


def test_look_alike_letters_and_turned_text_are_kept_apart_from_what_they_imitate(
    client: FlaskClient, database: Database, settings: Settings, key: IssuedKey
) -> None:
    """An analyst sees the ASCII form of a host, and what was in the path as percent signs."""
    sent = [
        "https://pictur\u0435s.example/a",
        "https://pictures.example/\u202egnp.exe",
        "https://pic\u200btures.example/",
    ]
    body = report_body(key.text, addresses=[{"url": each} for each in sent])
    assert post_report(client, body).status_code == 201
    keys = reports.load_private_keys(settings.sealing_key_file, PASSPHRASE)
    with database.reading() as session:
        found = reports.open_report(session, session.scalars(select(Report)).one(), keys)
    assert [each["url"] for each in found.fields["addresses"]] == [
        "https://xn--picturs-dhg.example/a",
        "https://pictures.example/%E2%80%AEgnp.exe",
        "https://pictures.example/",
    ]


@pytest.mark.parametrize(
    "header", ["Idempotency-Key", "Authorization", "Origin", "X-Forwarded-For", "Accept-Language"]
)
def test_no_header_comes_back_in_a_header(client: FlaskClient, key: IssuedKey, header: str) -> None:
    """A server program refuses line breaks; here they are as far as any could get."""
    answer = client.post(
        "/api/v1/reports",
        json=report_body(key.text),
        headers={"Idempotency-Key": new_idempotency_key()},
        environ_overrides={
            f"HTTP_{header.upper().replace('-', '_')}": "x\r\nSet-Cookie: canary=1",
        },
    )
    assert answer.status_code in (201, 400, 401)
    assert "canary" not in str(answer.headers)
    assert "canary" not in answer.text


@pytest.mark.parametrize(
    "host",
    ["evil host", "a:b:c", "[::1", "[", "a..b", "localhost:99999", "loc_alhost", "", "\x7f", "a/b"],
)
@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/portals/", "/status", "/console/"])
def test_a_malformed_host_is_no_fault_of_ours(client: FlaskClient, host: str, path: str) -> None:
    answer = client.get(path, headers={"Host": host})
    assert answer.status_code < 500
    if host:
        assert host not in answer.headers.get("Location", "")
    if path == "/console/":
        assert "no-store" in answer.headers["Cache-Control"]
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("host", ["evil host", "a:b:c", "[::1"])
def test_a_report_is_taken_whatever_its_host(
    client: FlaskClient, key: IssuedKey, host: str
) -> None:
    assert post_report(client, report_body(key.text), Host=host).status_code == 201


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # its one engine is the app's too
@pytest.mark.parametrize(
    "mistyped",
    ["", "iwfpk_live_", "x" * 60, "iwfsk_live_" + "a" * 36, "iwfpk_live_" + "a" * 36, "'; --"],
)
def test_a_malformed_key_costs_no_query(
    app: Flask, key: IssuedKey, queries: list[str], mistyped: str
) -> None:
    """P21, through the whole way of a report: also not to see whether it is a retry."""
    client = app.test_client()
    post_report(client, report_body(key.text))  # what is read every few seconds is read now
    queries.clear()
    for challenge in (None, "forged"):
        answer = post_report(client, report_body(mistyped, challenge=challenge))
        assert answer.status_code in (404, 422)
    assert queries == []


def test_who_reads_the_database_cannot_ask_for_a_strangers_receipt(
    client: FlaskClient, database: Database, key: IssuedKey
) -> None:
    """The idempotency key gives the receipt: it stands nowhere, and another body gets neither."""
    idempotency_key = new_idempotency_key()
    first = post_report(client, report_body(key.text), Idempotency_Key=idempotency_key)
    other = report_body(key.text, description="Another row.")
    thief = post_report(client, other, Idempotency_Key=idempotency_key)
    assert (first.status_code, thief.status_code) == (201, 409)
    assert first.json["reference"] not in thief.text
    assert first.json["receipt"] not in thief.text
    everything = dump(database)
    assert first.json["reference"] in everything  # the control: it looks where things are
    assert idempotency_key not in everything
    assert first.json["receipt"] not in everything


def dump(database: Database) -> str:
    with database.engine.connect() as connection:
        rows = [
            repr(tuple(row))
            for table in all_tables().sorted_tables
            for row in connection.execute(text(f"SELECT * FROM {table.name}"))  # noqa: S608
        ]
    return "\n".join(rows)
