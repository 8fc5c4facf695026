"""The API keeps its own description: schemathesis sends what it allows and what it forbids."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, settings

from server.partners.service import IssuedKey
from server.storage.database import Database
from tests.architecture.application import application

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
        properties = node.get("properties", {})
        for name in properties.keys() & KNOWN_TO_BE_GOOD:
            properties[name] = {"enum": [KNOWN_TO_BE_GOOD[name]]}
        for each in node.values():
            _narrow(each)


def _hand_out_the_key(values: Any, key: str) -> None:
    if isinstance(values, dict) and values.get("key") == A_KEY_IN_USE:
        values["key"] = key


@pytest.fixture
def database(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """One kind is enough for the shape of requests and answers."""
    shutil.copy(migrated_sqlite, tmp_path / "portals.db")
    database = Database(f"sqlite:///{tmp_path / 'portals.db'}")
    yield database
    database.dispose()


@described().parametrize()
@settings(
    max_examples=EXAMPLES_PER_OPERATION,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_the_api_does_what_its_description_says(
    case: schemathesis.Case, app: Flask, key: IssuedKey
) -> None:
    _hand_out_the_key(case.body, key.text)
    _hand_out_the_key(case.query, key.text)
    case.call_and_validate(app=app)
