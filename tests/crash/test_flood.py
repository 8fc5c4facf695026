"""A flood hides no real report: under junk of every kind it stands at the head of the normal lane.

FULL=1 sends 10,000 junk reports, else some 200.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import altcha
import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from server.config import Settings
from server.intake.challenge import Difficulty, create_challenge
from server.partners.service import IssuedKey
from server.reports.models import Report
from server.reports.service import list_reports
from server.reports.vocabulary import Lane
from server.storage.database import Database
from server.web.limits import SENDER
from tests.factories.report import post_report, report_body

JUNK = 10_000 if os.environ.get("FULL") else 120
#: Work for the solver of this test only: the server looks at the solution alike.
QUICK = Difficulty(cost=1, counter_from=1, counter_to=3)


def solved(settings: Settings, key: str) -> str:
    with time_machine.travel(datetime.now(UTC) - timedelta(minutes=1)):
        challenge = altcha.Challenge.from_dict(
            create_challenge(settings.intake_secrets, key, QUICK)
        )
    return altcha.Payload(challenge, altcha.solve_challenge(challenge)).to_base64()


def send(client: FlaskClient, address: str, key: str, **changes: Any) -> str:
    client.environ_base["REMOTE_ADDR"] = address
    answer = post_report(client, report_body(key, **changes))
    assert answer.status_code == 201, "nobody is refused"
    reference: str = answer.json["reference"]
    return reference


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_real_report_stands_at_the_head_of_the_normal_lane(
    client: FlaskClient, database: Database, settings: Settings, key: IssuedKey
) -> None:
    """Three attackers: one from a single address; one who hops through its /56 and solves all
    challenges; one from everywhere, who solves none."""
    kinds = ["one address", "hops and solves", "everywhere"] * (JUNK // 3)
    kinds += ["hops and solves"] * SENDER.levels[0]
    sent = Counter[str]()
    real = None
    for number, kind in enumerate(kinds):
        sent[kind] += 1
        if kind == "one address":
            send(client, "192.0.2.66", key.text)
        elif kind == "hops and solves":
            address = f"2001:db8:66:{number % 256:x}::{number:x}"
            send(client, address, key.text, challenge=solved(settings, key.text))
        else:
            send(client, f"198.{18 + number % 2}.{number % 251}.7", key.text)
        if sent["hops and solves"] == SENDER.levels[0] and real is None:
            real = send(client, "203.0.113.7", key.text, challenge=solved(settings, key.text))
    with database.reading() as session:
        head = list_reports(session, lane=Lane.NORMAL, limit=200).rows
        lanes = Counter(session.scalars(select(Report.lane)))
    assert head[0].reference == real
    assert len(head) <= SENDER.levels[0]  # what one network may send, and the real one
    assert sum(lanes.values()) == len(kinds) + 1  # nothing is lost either
    print(f"{len(kinds)} junk reports, lanes: {dict(lanes)}")
