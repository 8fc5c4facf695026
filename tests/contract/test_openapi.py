"""The API keeps its own description: schemathesis sends what it allows and what it forbids."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck
from hypothesis import settings as limits

from server.config import Settings
from server.partners.service import IssuedKey
from server.storage.database import Database
from tests.architecture.application import application
from tests.factories.key import KeyFactory

EXAMPLES_PER_OPERATION = 30
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
    "access_note": "Third post from the top",
    "description": "The second picture, behind the button",
    "from": "2026-10-24",
    "to": "2026-11-22",
}


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
        elif node.get("in") == "query" and node["name"] in KNOWN_TO_BE_GOOD:
            node["schema"] = {"enum": [KNOWN_TO_BE_GOOD[node["name"]]]}
        properties = node.get("properties", {})
        for name in properties.keys() & KNOWN_TO_BE_GOOD:
            properties[name] = {"enum": [KNOWN_TO_BE_GOOD[name]]}
        for each in node.values():
            _narrow(each)


def _hand_out_the_key(values: Any, key: str) -> None:
    if isinstance(values, dict) and values.get("key") == A_KEY_IN_USE:
        values["key"] = key


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


@described().parametrize()
@limits(
    max_examples=EXAMPLES_PER_OPERATION,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_the_api_does_what_its_description_says(
    case: schemathesis.Case, app: Flask, key: IssuedKey, secret_key: str
) -> None:
    _hand_out_the_key(case.body, key.text)
    _hand_out_the_key(case.query, key.text)
    headers = {"Authorization": f"Bearer {secret_key}"} if case.path == "/statistics" else None
    case.call_and_validate(app=app, headers=headers)
