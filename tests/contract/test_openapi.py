"""The API keeps its own description: schemathesis sends what it allows and what it forbids."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck
from hypothesis import settings as limits
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.core.parameters import ParameterLocation

from server.config import Settings
from server.extensions import limiter
from server.partners.service import IssuedKey
from server.storage.database import Database
from tests.architecture.application import application
from tests.crash.scale import scale
from tests.factories.key import KeyFactory

EXAMPLES_PER_OPERATION = scale(25, 200, 1_500)
SCENARIOS = scale(4, 50, 300)
#: How many calls were answered, by status.
answered = Counter[int]()
A_KEY_IN_USE = "a key in use"

#: What no schema can say is said by example: what fits the description and these has to be taken.
KNOWN_TO_BE_GOOD = {
    "key": A_KEY_IN_USE,
    "url": "https://example.com/page",
    "referrer_url": "https://example.org/",
    "territory": "SN",
    "seen_on": "2026-01-31",
    "email": "reporter@example.com",
    "embed_origin": "https://www.example.org",
}
#: Other text than this is good too, so that it cannot be what the description is narrowed to.
GOOD_TEXTS = {
    "access_note": "Third post from the top",
    "description": "The second picture, behind the button",
}
GOOD_IN_QUERIES = KNOWN_TO_BE_GOOD | {"from": "2026-10-24", "to": "2026-11-22"}


def described() -> schemathesis.openapi.OpenApiSchema:
    """The application's description, narrowed to what is known to be good."""
    raw: dict[str, Any] = application("public").test_client().get("/api/v1/openapi.json").get_json()
    _narrow(raw)
    return schemathesis.openapi.from_dict(raw)


def _narrow(node: Any) -> None:
    if isinstance(node, list):
        for each in node:
            _narrow(each)
    elif isinstance(node, dict):
        if node.get("name") == "key" and "schema" in node:
            node["schema"] = {"anyOf": [{"enum": [A_KEY_IN_USE]}, node["schema"]]}
        elif node.get("in") == "query" and node["name"] in GOOD_IN_QUERIES:
            node["schema"] = {"enum": [GOOD_IN_QUERIES[node["name"]]]}
        properties = node.get("properties", {})
        for name in properties.keys() & KNOWN_TO_BE_GOOD:
            properties[name] = {"enum": [KNOWN_TO_BE_GOOD[name]]}
        for each in node.values():
            _narrow(each)


def _hand_out_the_key(values: Any, key: str) -> None:
    if isinstance(values, dict) and values.get("key") == A_KEY_IN_USE:
        values["key"] = key


def _write_good_texts(node: Any) -> None:
    if isinstance(node, dict):
        node |= {name: GOOD_TEXTS[name] for name in node.keys() & GOOD_TEXTS if node[name]}
    for each in node if isinstance(node, list) else node.values() if isinstance(node, dict) else ():
        _write_good_texts(each)


@pytest.fixture
def secret_key(database: Database, settings: Settings) -> str:
    """What opens the calls that need a secret key."""
    with database.transaction() as session:
        issued: IssuedKey = KeyFactory(
            session=session, secrets=settings.intake_secrets, secret=True, origins=()
        )
    return issued.text


@pytest.fixture
def database(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """One kind is enough for the shape of requests and answers."""
    shutil.copy(migrated_sqlite, tmp_path / "portals.db")
    database = Database(f"sqlite:///{tmp_path / 'portals.db'}")
    yield database
    database.dispose()


def _kept(case: schemathesis.Case, app: Flask, key: IssuedKey, secret_key: str) -> dict[str, Any]:
    """How to call a case, with keys that are in use."""
    # Before anything is changed: that is judged anew.
    if case.meta and case.meta.generation.mode.is_positive:
        _write_good_texts(case.body)
    _hand_out_the_key(case.body, key.text)
    _hand_out_the_key(case.query, key.text)
    is_known = case.path == "/api/v1/statistics" and not (
        case.meta and case.meta.is_negative_at(ParameterLocation.HEADER)
    )
    headers = {"Authorization": f"Bearer {secret_key}"} if is_known else None
    case.operation.schema.app = app  # of checks that call again
    return {"app": app, "headers": headers}


def _limits(examples: int) -> limits:
    return limits(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(autouse=True)
def _asked_as_often_as_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """All calls come from one network: see tests/web/test_lookups_are_limited.py."""
    monkeypatch.setattr(limiter, "enabled", False)


@pytest.fixture(scope="module", autouse=True)
def _said_at_the_end() -> Iterator[None]:
    yield
    print(
        f"{answered.total()} calls by the description, by status {dict(sorted(answered.items()))}"
    )


@described().parametrize()
@_limits(EXAMPLES_PER_OPERATION)
def test_the_api_does_what_its_description_says(
    case: schemathesis.Case, app: Flask, key: IssuedKey, secret_key: str
) -> None:
    call = _kept(case, app, key, secret_key)
    response = case.call(**call)
    answered[response.status_code] += 1
    case.validate_response(response, headers=call["headers"], transport_kwargs=call)


def test_what_follows_from_an_answer_does_too(app: Flask, key: IssuedKey, secret_key: str) -> None:
    """Calls in a row, by the description's links: a report, then its receipt."""
    looked_up = Counter[int]()

    class Scenario(described().as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: schemathesis.Case) -> dict[str, Any]:
            return _kept(case, app, key, secret_key)

        def after_call(self, response: Any, case: schemathesis.Case) -> None:
            answered[response.status_code] += 1
            if case.path == "/api/v1/receipts/lookup":
                looked_up[response.status_code] += 1

    run_state_machine_as_test(Scenario, settings=limits(_limits(SCENARIOS), stateful_step_count=4))
    assert looked_up[200], "no receipt of a report was looked up"
