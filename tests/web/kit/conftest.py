"""A kit that is open, and a webmaster who has its address and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.partners import service
from server.partners.service import IssuedKey, IssuedKit
from server.storage.database import Database

BASE = "https://report.example.org"


@dataclass(frozen=True)
class Webmaster:
    """A browser without script in which nobody is signed in."""

    client: FlaskClient
    token: str

    def open(self, rest: str = "?lang=en") -> TestResponse:
        return self.client.get(f"/kit/{self.token}{rest}", base_url=BASE)


@pytest.fixture
def issue(database: Database) -> Callable[[IssuedKey], IssuedKit]:
    def issue_one(key: IssuedKey) -> IssuedKit:
        with database.transaction() as session:
            now = datetime.now(UTC)
            return service.issue_kit(session, key.row, days=30, now=now, actor="system")

    return issue_one


@pytest.fixture
def kit(issue: Callable[[IssuedKey], IssuedKit], key: IssuedKey) -> IssuedKit:
    return issue(key)


@pytest.fixture
def webmaster(client: FlaskClient, kit: IssuedKit) -> Webmaster:
    return Webmaster(client, kit.token)
