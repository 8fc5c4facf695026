"""POST /api/v1/reports: what is taken, and how each bad input is answered. On both databases."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from server.intake.service import new_idempotency_key
from server.partners import service as partners
from server.reports import service as reports
from server.reports.models import Report
from tests.conftest import PASSPHRASE
from tests.factories.key import KeyFactory
from tests.factories.report import post_report, report_body

ADDRESS = "https://files.example/a/1"


@pytest.fixture
def send(client, key):
    def send(headers=None, **changes):
        return post_report(client, report_body(key.text, **changes), **(headers or {}))

    return send


@pytest.fixture
def send_raw(client):
    def send_raw(data, content_type="application/json", **headers):
        sent = {"Idempotency-Key": new_idempotency_key()} | headers
        return client.post("/api/v1/reports", data=data, content_type=content_type, headers=sent)

    return send_raw


def stored(database):
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Report))


def opened(database, settings):
    keys = reports.load_private_keys(settings.sealing_key_file, PASSPHRASE)
    with database.reading() as session:
        report = session.scalars(select(Report)).one()
        return reports.open_report(session, report, keys)


def assert_problem(response, status, name):
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert response.json["type"] == f"https://report.example.org/api/v1/problems/{name}"
    assert response.json["status"] == status
    assert response.json["title"]
    assert response.json["detail"]


def test_a_report_gets_reference_receipt_and_status(database, send):
    response = send()
    assert response.status_code == 201
    assert set(response.json) == {"reference", "receipt", "status", "received_at"}
    assert len(response.json["reference"]) == 13
    assert len(response.json["receipt"]) == 20
    assert response.json["status"] == "received"
    assert response.headers["Cache-Control"] == "no-store"
    assert stored(database) == 1


def test_every_field_arrives_in_the_envelope(database, settings, send):
    response = send(
        addresses=[{"url": ADDRESS}, {"platform": "Some app", "handle": "@name"}],
        site_kind="forum",
        media_kind="video",
        how_found="search",
        seen_at="today",
        seen_on="2026-01-31",
        access="password",
        access_note="The word is on the page.",
        referrer_url="links.example/list",
        platform_user="someone",
        description="Third row.",
        already_reported_to=["platform", "police"],
        contact={"email": "a@example.org"},
        campaign="spring",
        embed_origin="https://www.example.org",
    )
    assert response.status_code == 201
    content = opened(database, settings)
    assert content.fields == {
        "report_type": "child_sexual_abuse_imagery",
        "addresses": [{"url": ADDRESS}, {"platform": "Some app", "handle": "@name"}],
        "site_kind": "forum",
        "media_kind": "video",
        "how_found": "search",
        "seen_at": "today",
        "seen_on": "2026-01-31",
        "access": "password",
        "access_note": "The word is on the page.",
        "referrer_url": "https://links.example/list",
        "platform_user": "someone",
        "description": "Third row.",
        "already_reported_to": ["platform", "police"],
        "embed_origin": "https://www.example.org",
    }
    assert content.contact == {"email": "a@example.org"}


@pytest.mark.parametrize(
    ("typed", "kept", "notice"),
    [
        ("hxxps://files[.]example/a/1", ADDRESS, "refanged"),
        ("files.example/a/1", ADDRESS, "assumed_https"),
        ("https://user:pass@files.example/a/1", ADDRESS, "credentials_removed"),
    ],
)
def test_an_address_is_mended_and_the_analyst_told(database, settings, send, typed, kept, notice):
    assert send(addresses=[{"url": typed}]).status_code == 201
    [entry] = opened(database, settings).fields["addresses"]
    assert entry == {"url": kept, "notices": [notice]}


def test_the_same_request_again_gets_the_same_answer(database, client, key):
    idempotency = new_idempotency_key()
    first, second = (
        post_report(client, report_body(key.text), Idempotency_Key=idempotency) for _ in range(2)
    )
    assert first.status_code == second.status_code == 201
    assert first.json == second.json
    assert stored(database) == 1


def test_another_body_under_the_same_key_is_409(database, client, key):
    idempotency = new_idempotency_key()
    post_report(client, report_body(key.text), Idempotency_Key=idempotency)
    second = post_report(
        client, report_body(key.text, description="Else."), Idempotency_Key=idempotency
    )
    assert_problem(second, 409, "idempotency-conflict")
    assert stored(database) == 1


@pytest.mark.parametrize("value", ["", "short", "A" * 23, "A" * 21 + "B", "é" * 22])
def test_a_malformed_idempotency_key_is_400(send, value):
    response = send({"Idempotency_Key": value.encode().decode("latin-1")})
    assert_problem(response, 400, "idempotency-key")


def test_a_missing_idempotency_key_is_400(client, key):
    response = client.post("/api/v1/reports", json=report_body(key.text))
    assert_problem(response, 400, "idempotency-key")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"key": None}, "key"),
        ({"key": ""}, "key"),
        ({"language": None}, "language"),
        ({"report_type": None}, "report_type"),
        ({"report_type": "adult_content"}, "report_type"),
        ({"report_type": 7}, "report_type"),
        ({"addresses": None}, "addresses"),
        ({"addresses": []}, "addresses"),
        ({"addresses": "https://files.example"}, "addresses"),
        ({"addresses": [{"url": f"https://files.example/{n}"} for n in range(21)]}, "addresses"),
        ({"addresses": [{}]}, "addresses"),
        ({"addresses": [None]}, "addresses"),
        ({"addresses": [{"url": None}]}, "addresses"),
        ({"addresses": [{"platform": "App"}]}, "addresses"),
        ({"addresses": [{"platform": "App", "handle": " "}]}, "addresses"),
        ({"addresses": [{"url": ADDRESS, "handle": "x"}]}, "addresses"),
        ({"addresses": [{"url": ADDRESS, "more": "x"}]}, "addresses"),
        ({"addresses": [{"url": "https://files.example/" + "a" * 2_030}]}, "addresses"),
        ({"addresses": [{"url": "javascript:alert(1)"}]}, "addresses"),
        ({"addresses": [{"url": "data:image/png;base64,AAAA"}]}, "addresses"),
        ({"territory": "ZZ"}, "territory"),
        ({"territory": "Senegal"}, "territory"),
        ({"seen_on": "2999-01-01"}, "seen_on"),
        ({"seen_on": "31/01/2026"}, "seen_on"),
        ({"seen_on": "1700-01-01"}, "seen_on"),
        ({"seen_on": 7}, "seen_on"),
        ({"description": "x" * 1_001}, "description"),
        ({"description": "\x00"}, "description"),
        ({"description": "\ud800"}, "description"),
        ({"description": ["x"]}, "description"),
        ({"description": "data:image/png;base64,AAAA"}, "description"),
        ({"description": "A" * 300}, "description"),
        ({"access_note": "x" * 301}, "access_note"),
        ({"description": "What Python trims, too.\x1c"}, "description"),
        ({"platform_user": "x" * 201}, "platform_user"),
        ({"referrer_url": "nothing"}, "referrer_url"),
        ({"contact": {}}, "contact"),
        ({"contact": {"email": "nobody"}}, "contact"),
        ({"contact": {"email": "a@b"}}, "contact"),
        ({"contact": {"email": "a@example.org", "phone": "1"}}, "contact"),
        ({"already_reported_to": ["nobody"]}, "already_reported_to"),
        ({"already_reported_to": "police"}, "already_reported_to"),
        ({"challenge": 7}, "challenge"),
        ({"name": "Someone"}, "name"),
        ({"file": "x"}, "file"),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_stored(database, send, changes, field):
    response = send(**changes)
    assert_problem(response, 422, "invalid-fields")
    assert list(response.json["errors"]) == [field]
    assert stored(database) == 0


def test_a_bad_address_is_named_by_its_place_in_the_list(send):
    response = send(addresses=[{"url": ADDRESS}, {"url": "ftp://files.example"}])
    assert list(response.json["errors"]["addresses"]) == ["1"]
    [text] = response.json["errors"]["addresses"]["1"]["url"]
    assert "Only web addresses" in text or "adresses web" in text


@pytest.mark.parametrize("length", [1_000])
def test_lengths_are_of_characters_after_normalisation(send, length):
    assert send(description="é" * length).status_code == 201
    assert send(description="e\u0301" * length).status_code == 201


def test_20_addresses_of_2048_characters_are_taken(send):
    long = [{"url": f"https://files.example/{n:02}".ljust(2_048, "a")} for n in range(20)]
    assert send(addresses=long).status_code == 201


def test_the_same_address_twice_is_one(database, settings, send):
    send(addresses=[{"url": ADDRESS}, {"url": "HTTPS://files.example:443/a/1"}])
    assert len(opened(database, settings).fields["addresses"]) == 1


def test_an_unknown_language_is_the_keys_default(database, send):
    assert send(language="tlh").status_code == 201
    with database.reading() as session:
        assert session.scalars(select(Report.language)).one() == "fr"


def test_errors_speak_the_language_of_the_report(send):
    english = send(language="en", seen_on="2999-01-01").json["errors"]["seen_on"]
    french = send(language="fr", seen_on="2999-01-01").json["errors"]["seen_on"]
    assert english == ["This date is in the future."]
    assert french != english


@pytest.mark.parametrize(
    "changes",
    [
        {"challenge": 7},
        {"seen_on": 7},
        {"description": 7},
        {"already_reported_to": "police"},
        {"already_reported_to": ["none"] * 9},
        {"contact": 7},
        {"addresses": 7},
        {"report_type": 7},
    ],
)
def test_no_error_is_left_in_the_librarys_own_words(send, changes):
    english = send(language="en", **changes).json["errors"]
    french = send(language="fr", **changes).json["errors"]
    assert english != french
    assert "valid" not in json.dumps(english)


def test_null_is_answered_in_words_of_our_own(client, key):
    body = report_body(key.text, language="fr") | {"description": None, "contact": None}
    errors = post_report(client, body).json["errors"]
    assert "null" not in json.dumps(errors)


def test_addresses_that_grow_when_they_are_encoded_are_taken(send_raw, key):
    growing = [{"url": f"https://files.example/{n}/" + "\U0001d160" * 660} for n in range(20)]
    body = json.dumps(report_body(key.text, addresses=growing), ensure_ascii=False).encode()
    assert len(body) < 64 * 1024
    assert send_raw(body).status_code == 201


@pytest.mark.parametrize(
    ("sent", "counted"),
    [("spring 2026", "spring 2026"), ("a@example.org, see https://x", None), ("<b>", None)],
)
def test_a_campaign_that_is_no_campaigns_name_is_not_counted(database, send, sent, counted):
    assert send(campaign=sent).status_code == 201
    with database.reading() as session:
        assert session.scalars(select(Report.campaign)).one() == counted


def test_a_mistyped_key_is_404_and_says_what_to_check(send, key):
    wrong = key.text[:-1] + ("a" if key.text[-1] != "a" else "b")
    assert_problem(send(key=wrong), 404, "key-unknown")


def test_a_key_that_ceased_over_a_day_ago_is_410(database, send, key):
    with database.transaction() as session:
        partners.revoke_key(session, key.text, reason="left", actor="system")
    assert send().status_code == 201
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=25)):
        assert_problem(send(), 410, "key-ceased")


@pytest.mark.parametrize("challenge", ["", "x", "W10=", "e30="])
def test_a_forged_challenge_is_refused(database, send, challenge):
    assert_problem(send(challenge=challenge), 403, "challenge-forged")
    assert stored(database) == 0


@pytest.mark.parametrize("header", ["Bearer iwfsk_live_wrong", "Bearer", "Basic eDp5", "Bearer é"])
def test_a_wrong_secret_key_is_401(send, header):
    response = send({"Authorization": header})
    assert_problem(response, 401, "unauthorized")
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_secret_key_of_the_same_partner_needs_no_challenge(database, settings, send, key):
    with database.transaction() as session:
        row = partners.get_key(session, key.text)
        secret = KeyFactory(
            session=session,
            secrets=settings.intake_secrets,
            partner=row.partner,
            portal=row.portal,
            secret=True,
            origins=(),
        )
    assert send({"Authorization": f"Bearer {secret.text}"}).status_code == 201
    with database.reading() as session:
        assert session.scalars(select(Report.lane)).one() == "trusted"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff",
        b'{"key": "\xff"}',
        b"\xef\xbb\xbf{}",
        b'{"key": "a", "key": "b"}',
        b'{"addresses": [{"url": "a", "url": "b"}]}',
        b'{"key": NaN}',
        b"[" * 10_000,
        b'{"a":' * 10_000,
    ],
)
def test_a_body_that_is_no_clear_json_is_400(send_raw, data):
    assert_problem(send_raw(data), 400, "malformed-json")


@pytest.mark.parametrize("data", [b"[]", b"null", b"7", b'"x"'])
def test_json_that_is_no_object_is_422(send_raw, data):
    assert_problem(send_raw(data), 422, "invalid-fields")


def test_thousands_of_keys_are_refused_without_naming_each(send_raw, key):
    many = {f"k{n}": 1 for n in range(5_000)}
    response = send_raw(json.dumps(report_body(key.text, contact=many)))
    assert_problem(response, 400, "malformed-json")
    assert "more than 100 keys" in response.json["detail"]


@pytest.mark.parametrize("field", ["addresses", "already_reported_to"])
def test_a_list_that_is_too_long_is_refused_as_a_whole(send, field):
    errors = send(**{field: [{}] * 1_000}).json["errors"]
    assert len(errors[field]) == 1


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_another_media_type_is_415(send_raw, content_type):
    assert_problem(send_raw(b"{}", content_type), 415, "unsupported-media-type")


def test_a_file_is_refused_with_the_reason(client):
    response = client.post(
        "/api/v1/reports",
        data={"file": (io.BytesIO(b"x"), "x.txt")},
        headers={"Idempotency-Key": new_idempotency_key()},
    )
    assert_problem(response, 415, "no-uploads")
    assert "Do not send pictures" in response.json["detail"]


def test_more_than_64_kib_is_413(send_raw, key):
    body = json.dumps(report_body(key.text, description="x"))
    assert send_raw(body.ljust(64 * 1024)).status_code == 201
    assert_problem(send_raw(body.ljust(64 * 1024 + 1)), 413, "body-too-large")


def test_a_body_in_chunks_is_not_cut_off_at_64_kib(database, client, key):
    body = json.dumps(report_body(key.text)).encode()
    response = client.post(
        "/api/v1/reports",
        input_stream=io.BytesIO(body.ljust(65_536) + b"and more"),
        content_type="application/json",
        headers={"Idempotency-Key": new_idempotency_key(), "Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert_problem(response, 413, "body-too-large")
    assert stored(database) == 0


def test_any_page_may_send_without_credentials(client):
    preflight = client.options(
        "/api/v1/reports",
        headers={"Origin": "null", "Access-Control-Request-Headers": "idempotency-key"},
    )
    assert preflight.status_code == 200
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert "idempotency-key" in preflight.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in preflight.headers


def test_no_answer_of_the_api_sets_a_cookie(client, send):
    for response in (send(), send(key=""), client.get("/api/v1/territories")):
        assert "Set-Cookie" not in response.headers
        assert "Cookie" not in response.headers.get("Vary", "")
