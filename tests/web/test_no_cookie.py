"""P10: no answer of the public surface sets a cookie, or asks a browser to keep anything else."""

from __future__ import annotations

import re

import pytest

from server.app import create_app
from server.config import load_settings
from tests.architecture.application import application

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "NONSENSE")
BODIES = (
    (b"", None),
    (b"{", "application/json"),
    (b'{"key": "x"}', "application/json"),
    (b"report_type=not_sure", "application/x-www-form-urlencoded"),
    (b"x" * 70_000, "application/json"),
)
#: What would have a browser keep something, besides its cache.
KEEPING = ("Set-Cookie", "Set-Cookie2", "Set-Login", "Sec-Session-Registration", "NEL", "Report-To")

RULES = sorted({rule.rule for rule in application("public").url_map.iter_rules()})


@pytest.fixture
def public(environment, database, sealing_key):
    """The public surface alone, which has no session at all."""
    chosen = environment | {"PORTALS_SURFACES": "public"}
    del chosen["PORTALS_SEALING_KEY_FILE"]
    return create_app(load_settings(chosen), database).test_client()


def test_no_answer_of_any_public_address_has_a_browser_keep_anything(public, key):
    assert len(RULES) > 15
    statuses = set()
    for rule in RULES:
        address = re.sub(r"<[^>]+>", "x", rule.replace("<key>", key.text))
        for method in METHODS:
            for data, content_type in BODIES if method == "POST" else BODIES[:1]:
                answer = public.open(
                    address,
                    method=method,
                    data=data,
                    content_type=content_type,
                    headers={"Cookie": "session=x; __Host-portals=x"},
                )
                statuses.add(answer.status_code)
                kept = [name for name in KEEPING if name in answer.headers]
                assert kept == [], (method, address, answer.status_code)
                assert "Cookie" not in answer.headers.get("Vary", ""), address
    assert {200, 400, 404, 405, 413, 422} <= statuses


def test_control_the_console_does_set_one(client):
    """That it is looked for where it would be."""
    answer = client.get("/console/sign-in", base_url="https://console.example.org")
    assert "Set-Cookie" in answer.headers
