"""Where a portal does not tell outcomes, nobody learns one, by the page or by the API."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from server.partners.service import IssuedKey
from server.reports.queries import OUTCOMES
from server.reports.service import Report
from server.reports.vocabulary import PublicStatus
from server.storage.database import Database
from tests.factories.report import accepted_report
from tests.web.embed.conftest import _widget
from tests.web.portal.conftest import Edit

__all__ = ["_widget"]


@pytest.fixture
def receipt(app: Flask, senegal: IssuedKey) -> str:
    return accepted_report(app, senegal.text).receipt


def answers(
    client: FlaskClient, database: Database, receipt: str, status: PublicStatus
) -> tuple[str, str, str]:
    with database.transaction() as session:
        session.execute(update(Report).values(status=status))
    found = client.post("/api/v1/receipts/lookup", json={"receipt": receipt, "language": "en"}).json
    page = client.post("/status?lang=en", data={"receipt": receipt}).text
    assert found["status_text"] in page
    return found["status"], found["status_text"], page


def test_all_outcomes_look_alike(
    client: FlaskClient, database: Database, receipt: str, edit: Edit
) -> None:
    edit(shows_outcomes=False)
    told = {status: answers(client, database, receipt, status) for status in PublicStatus}
    alike = [told[status] for status in (*OUTCOMES, PublicStatus.BEING_ASSESSED)]
    assert len(set(alike)) == 1
    assert alike[0][0] == "being_assessed"
    assert "we do not say what came of it" in alike[0][1]
    assert told[PublicStatus.RECEIVED][0] == "received"
    assert told[PublicStatus.EXPIRED][0] == "expired"


def test_elsewhere_each_is_told(client: FlaskClient, database: Database, receipt: str) -> None:
    for status in PublicStatus:
        assert answers(client, database, receipt, status)[0] == status
