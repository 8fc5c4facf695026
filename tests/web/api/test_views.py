"""The API beside reports: portal, territories, challenges, receipts, problems, description."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import altcha
import pytest
import time_machine
from sqlalchemy import select

from server.directory.service import load_directory, read_rows
from server.partners import service as partners
from server.reports.models import Report
from server.web.api.problems import PROBLEMS
from tests.factories.report import post_report, report_body


@pytest.fixture
def directory(database):
    with database.transaction() as session:
        load_directory(session, read_rows(), now=datetime.now(UTC), actor="system")


def test_a_portal_is_described_in_its_keys_language(client, key):
    french = client.get(f"/api/v1/portal?key={key.text}").json
    english = client.get(f"/api/v1/portal?key={key.text}&lang=en").json
    assert french["language"] == "fr"
    assert english["language"] == "en"
    assert french["languages"] == ["fr", "en", "ar"]
    assert french["portal"]["territories"] == ["SN"]
    assert french["partner"] == {"name": "Teranga Mobile"}
    values = [entry["value"] for entry in english["vocabulary"]["report_type"]]
    assert values == [
        "child_sexual_abuse_imagery",
        "non_photographic",
        "link_or_advert",
        "not_sure",
    ]
    assert french["vocabulary"] != english["vocabulary"]


def test_a_portal_is_told_for_open_keys_only(database, client, key):
    assert client.get("/api/v1/portal").status_code == 422
    assert client.get("/api/v1/portal?key=iwfpk_live_x").status_code == 404
    with database.transaction() as session:
        partners.revoke_key(session, key.text, reason="left", actor="system")
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=25)):
        assert client.get(f"/api/v1/portal?key={key.text}").status_code == 410


def test_territories_are_named_and_ordered_in_the_language_asked_for(client):
    french = client.get("/api/v1/territories?lang=fr").json
    names = {entry["code"]: entry["name"] for entry in french}
    assert names["SN"] == "Sénégal"
    order = [entry["code"] for entry in french]
    assert order.index("DE") < order.index("EG") < order.index("FR")


def test_a_territory_shows_where_to_report(client, directory, key):
    senegal = client.get("/api/v1/territories/SN?lang=fr").json
    assert senegal["name"] == "Sénégal"
    assert senegal["emergency_number"] == "17"
    assert senegal["portal"].startswith("portal-")
    france = client.get("/api/v1/territories/FR?lang=en").json
    assert france["portal"] is None
    assert {entry["kind"] for entry in france["authorities"]} == {"inhope_hotline", "police"}


def test_an_authority_that_was_not_verified_has_no_link(client, directory):
    italy = client.get("/api/v1/territories/IT").json
    links = {entry["name"]: entry["url"] for entry in italy["authorities"]}
    assert links["Save the Children Italy / Telefono Azzurro"] is None
    belgium = client.get("/api/v1/territories/BE").json
    assert belgium["authorities"] == []


@pytest.mark.parametrize("code", ["ZZ", "XA", "sn", "SENEGAL", "%00", "..%2f"])
def test_an_unknown_territory_is_404(client, code):
    assert client.get(f"/api/v1/territories/{code}").status_code == 404


def test_a_challenge_can_be_solved_with_altcha_and_sent(database, client, key):
    with time_machine.travel(datetime.now(UTC) - timedelta(seconds=3)):
        challenge = client.post("/api/v1/challenges", json={"key": key.text}).json
    assert challenge["parameters"]["expiresAt"] <= datetime.now(UTC).timestamp() + 600
    parsed = altcha.Challenge.from_dict(challenge)
    solution = altcha.solve_challenge(parsed)
    assert solution is not None
    payload = altcha.Payload(parsed, solution).to_base64()
    assert post_report(client, report_body(key.text, challenge=payload)).status_code == 201
    with database.reading() as session:
        assert session.scalars(select(Report.lane)).one() == "normal"
    again = post_report(client, report_body(key.text, challenge=payload))
    assert again.status_code == 422
    assert again.json["type"].endswith("/challenge-spent")


def test_an_old_challenge_has_a_problem_type_of_its_own(client, key):
    with time_machine.travel(datetime.now(UTC) - timedelta(minutes=11)):
        challenge = client.post("/api/v1/challenges", json={"key": key.text}).json
    parsed = altcha.Challenge.from_dict(challenge)
    payload = altcha.Payload(parsed, altcha.Solution(1, "00")).to_base64()
    response = post_report(client, report_body(key.text, challenge=payload))
    assert response.status_code == 422
    assert response.json["type"].endswith("/challenge-expired")


def test_challenges_are_for_known_keys(client):
    assert client.post("/api/v1/challenges", json={"key": "x"}).status_code == 404
    assert client.post("/api/v1/challenges", json={}).status_code == 422


def test_a_receipt_tells_the_status_in_words(client, key):
    accepted = post_report(client, report_body(key.text)).json
    found = client.post(
        "/api/v1/receipts/lookup", json={"receipt": accepted["receipt"], "language": "en"}
    )
    assert found.status_code == 200
    assert found.json["reference"] == accepted["reference"]
    assert found.json["status"] == "received"
    assert found.json["status_text"] == "We have your report. Nobody has looked at it yet."
    assert found.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("receipt", ["1" * 20, "1" * 19, "x", "0000-0000"])
def test_whatever_is_not_found_gets_one_and_the_same_answer(client, receipt):
    response = client.post("/api/v1/receipts/lookup", json={"receipt": receipt})
    neutral = client.post("/api/v1/receipts/lookup", json={"receipt": "9" * 20})
    assert response.status_code == neutral.status_code == 404
    assert response.json == neutral.json


@pytest.mark.parametrize("name", sorted(PROBLEMS))
def test_every_problem_type_is_explained_at_its_address(client, name):
    response = client.get(f"/api/v1/problems/{name}")
    assert response.json["title"] == PROBLEMS[name].title
    assert response.json["advice"]


def test_the_description_is_openapi_3_1_and_names_every_call(client):
    description = client.get("/api/v1/openapi.json").json
    assert description["openapi"] == "3.1.0"
    assert set(description["paths"]) >= {
        "/api/v1/portal",
        "/api/v1/territories",
        "/api/v1/territories/{code}",
        "/api/v1/challenges",
        "/api/v1/reports",
        "/api/v1/receipts/lookup",
    }


def test_an_unknown_address_and_method_are_problems_too(client):
    assert client.get("/api/v1/nothing").json["type"].endswith("/not-found")
    wrong = client.get("/api/v1/reports")
    assert wrong.status_code == 405
    assert "POST" in wrong.headers["Allow"]
