"""Accepting a report: once, sealed, attributed, and in the right lane. On both databases."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import altcha
import pytest
import time_machine
from sqlalchemy import func, select

from server.delivery.models import OutboxMessage
from server.intake.addresses import canonical_address
from server.intake.challenge import create_challenge
from server.intake.errors import (
    ChallengeSpent,
    IdempotencyConflict,
    KeyCeased,
    KeyUnknown,
    NoSealingKey,
    SecretKeyRefused,
)
from server.intake.evidence import Evidence
from server.intake.pressure import Level, Pressure
from server.intake.spent_meanwhile import SpentMeanwhile
from server.intake.submission import Submission
from server.partners import service as partners
from server.partners.service import KeyMode
from server.reports import service as reports
from server.reports.models import Envelope, Report, SealingKey
from server.reports.vocabulary import EnvelopeKind, Lane, ReportType
from server.storage.availability import DatabaseAway
from server.storage.keyring import new_secret, parse_intake_secrets
from tests.conftest import PASSPHRASE
from tests.factories.key import KeyFactory
from tests.factories.new_report import new_report

IDEMPOTENCY = b"0123456789abcdef"


def submission(key, **changes):
    values = {
        "key": key,
        "language": "fr",
        "territory": "SN",
        "report_type": ReportType.NOT_SURE,
        "addresses": (canonical_address("https://files.example/a/1"),),
        "description": "Third row of the list.",
    } | changes
    return Submission(**values)


@pytest.fixture
def accept(open_intake, settings):
    """Accepts one submission through a process that has just begun: it remembers no key."""

    def accept(item, idempotency=IDEMPOTENCY, evidence=None, secrets=settings.intake_secrets):
        return open_intake(secrets=secrets).accept(item, idempotency, evidence or Evidence())

    return accept


def the_report(database):
    with database.reading() as session:
        return session.scalars(select(Report)).one()


def count(database, model):
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model))


def solved(settings, key):
    """A solution of a challenge that was fetched when somebody began to fill the form in."""
    with time_machine.travel(datetime.now(UTC) - timedelta(minutes=1)):
        parsed = altcha.Challenge.from_dict(create_challenge(settings.intake_secrets, key))
    solution = altcha.solve_challenge(parsed)
    assert solution is not None
    return altcha.Payload(parsed, solution).to_base64()


def test_a_report_is_stored_sealed_with_its_outbox_message(database, settings, key, accept):
    accept(submission(key.text, contact_email="a@example.org"))
    report = the_report(database)
    keys = reports.load_private_keys(settings.sealing_key_file, PASSPHRASE)
    with database.reading() as session:
        opened = reports.open_report(session, report, keys)
        message = session.scalars(select(OutboxMessage)).one()
    assert opened.fields["addresses"] == [{"url": "https://files.example/a/1"}]
    assert opened.fields["description"] == "Third row of the list."
    assert "email" not in opened.fields
    assert opened.contact == {"email": "a@example.org"}
    assert message.topic == "report.received"
    day = report.received_at.date().isoformat()
    assert message.payload == {"report_id": str(report.id), "day": day}


def test_nothing_a_citizen_wrote_stands_in_clear(database, key, accept):
    accept(
        submission(
            key.text,
            description="canary-description",
            contact_email="canary@example.org",
            platform_user="canary-user",
            embed_origin="https://canary.example",
        )
    )
    with database.engine.connect() as connection:
        for table in ("reports", "envelopes", "outbox_messages"):
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}"):  # noqa: S608
                assert b"canary" not in repr(tuple(row)).encode()
                assert b"files.example" not in repr(tuple(row)).encode()


def test_the_same_submission_again_gets_the_same_answer_and_no_second_row(database, key, accept):
    first = accept(submission(key.text))
    assert accept(submission(key.text)) == first
    assert count(database, Report) == count(database, OutboxMessage) == 1


def test_the_same_key_with_another_body_is_a_conflict(database, key, accept):
    accept(submission(key.text))
    with pytest.raises(IdempotencyConflict):
        accept(submission(key.text, description="Another."))
    assert count(database, Report) == 1


def test_a_retry_after_the_secret_was_rotated_gets_the_same_receipt(settings, key, accept):
    first = accept(submission(key.text))
    old = dict(settings.intake_secrets.generations)[1]
    rotated = parse_intake_secrets(f"2:{new_secret()},1:{_encode(old)}")
    assert accept(submission(key.text), secrets=rotated) == first


def test_64_parallel_retries_are_one_report(database, key, accept):
    with ThreadPoolExecutor(16) as pool:
        answers = set(pool.map(lambda _: accept(submission(key.text)), range(64)))
    assert len(answers) == 1
    assert count(database, Report) == 1
    assert count(database, Envelope) == 1


def test_a_retry_with_its_spent_challenge_gets_its_answer(settings, key, accept):
    payload = solved(settings, key.text)
    first = accept(submission(key.text, challenge=payload))
    assert accept(submission(key.text, challenge=payload)) == first


def test_a_spent_challenge_does_not_carry_another_report(database, settings, key, accept):
    payload = solved(settings, key.text)
    accept(submission(key.text, challenge=payload))
    with pytest.raises(ChallengeSpent):
        accept(submission(key.text, challenge=payload), idempotency=b"another key 0000")
    assert count(database, Report) == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_challenge_carries_one_report_also_while_the_database_is_away(settings, key, open_intake):
    challenge = solved(settings, key.text)
    intake = open_intake(writer=WriterAway())
    first = intake.accept(submission(key.text, challenge=challenge), IDEMPOTENCY, Evidence())
    again = intake.accept(submission(key.text, challenge=challenge), IDEMPOTENCY, Evidence())
    assert again.reference == first.reference
    with pytest.raises(ChallengeSpent):
        intake.accept(submission(key.text, challenge=challenge), b"another key 16by", Evidence())
    assert intake.accept(submission(key.text), b"another key 16by", Evidence())


class WriterAway:
    """Stores nothing: the database is away."""

    def write(self, report):
        raise DatabaseAway

    def close(self):
        pass


def test_the_oldest_challenges_spent_meanwhile_are_forgotten_first():
    spent = SpentMeanwhile(most=2)
    ends = datetime.now(UTC)
    proofs = [reports.SpentProof(bytes([number]), ends) for number in range(3)]
    assert all(spent.spend(new_report(challenge=proof)) for proof in proofs)
    assert [spent.spend(new_report(challenge=proof)) for proof in proofs[1:]] == [False, False]
    assert spent.spend(new_report(challenge=proofs[0]))


def test_a_challenge_solved_and_sent_within_a_moment_earns_the_low_lane(
    database, settings, key, accept
):
    parsed = altcha.Challenge.from_dict(create_challenge(settings.intake_secrets, key.text))
    payload = altcha.Payload(parsed, altcha.solve_challenge(parsed)).to_base64()
    accept(submission(key.text, challenge=payload))
    assert the_report(database).lane is Lane.LOW


def test_pressure_by_its_sender_lowers_a_report_and_that_by_others_does_not(
    database, settings, key, accept
):
    for number, pressure in enumerate(
        (Pressure(crowd=Level.EXTREME), Pressure(Level.RAISED), Pressure(Level.EXTREME))
    ):
        sent = submission(key.text, challenge=solved(settings, key.text))
        accept(sent, b"key number %05d" % number, Evidence(pressure=lambda _, it=pressure: it))
    with database.reading() as session:
        lanes = session.scalars(select(Report.lane).order_by(Report.id)).all()
    assert lanes == [Lane.NORMAL, Lane.LOW, Lane.QUARANTINE]


def test_a_solved_challenge_earns_the_normal_lane_and_its_absence_the_low_one(
    database, settings, key, accept
):
    accept(submission(key.text, challenge=solved(settings, key.text)))
    accept(submission(key.text), idempotency=b"another key 0000")
    accept(submission(key.text), b"a third key 0000", Evidence(timed_form=True))
    with database.reading() as session:
        lanes = session.scalars(select(Report.lane).order_by(Report.id)).all()
    assert lanes == [Lane.NORMAL, Lane.LOW, Lane.NORMAL]


def test_a_secret_key_of_the_partner_is_trusted_without_a_challenge(
    database, settings, key, accept
):
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
    accept(submission(key.text), evidence=Evidence(secret_key=secret.text))
    assert the_report(database).lane is Lane.TRUSTED


@pytest.mark.parametrize("change", [{}, {"mode": KeyMode.TEST}])
def test_a_secret_key_of_another_partner_or_mode_is_refused(
    database, settings, key, accept, change
):
    with database.transaction() as session:
        row = partners.get_key(session, key.text)
        own = {"partner": row.partner, "portal": row.portal} if change else {}
        secret = KeyFactory(
            session=session,
            secrets=settings.intake_secrets,
            secret=True,
            origins=(),
            **own,
            **change,
        )
    with pytest.raises(SecretKeyRefused):
        accept(submission(key.text), evidence=Evidence(secret_key=secret.text))
    assert count(database, Report) == 0


@pytest.mark.parametrize(
    ("claimed", "counted"),
    [
        ("https://www.example.org", "https://www.example.org"),
        ("https://elsewhere.example", None),
        ("null", None),
        (None, None),
    ],
)
def test_only_an_allowed_origin_counts_as_attribution(database, key, accept, claimed, counted):
    accept(submission(key.text, embed_origin=claimed))
    assert the_report(database).origin == counted


def test_an_unknown_language_is_the_keys_default(database, key, accept):
    accept(submission(key.text, language="tlh"))
    assert the_report(database).language == "fr"


def test_the_keys_campaign_counts_when_the_report_names_none(database, settings, accept):
    with database.transaction() as session:
        issued = KeyFactory(session=session, secrets=settings.intake_secrets, campaign="posters")
    accept(submission(issued.text))
    assert the_report(database).campaign == "posters"


def test_an_unknown_key_is_refused(key, accept):
    with pytest.raises(KeyUnknown):
        accept(submission("iwfpk_live_unknown"))


def test_a_key_that_ceased_today_is_taken_into_the_low_lane(database, settings, key, accept):
    payload = solved(settings, key.text)
    with database.transaction() as session:
        partners.revoke_key(session, key.text, reason="left", actor="system")
    accept(submission(key.text, challenge=payload))
    assert the_report(database).lane is Lane.LOW


def test_a_key_that_ceased_longer_ago_takes_nothing(database, key, accept):
    with database.transaction() as session:
        partners.revoke_key(session, key.text, reason="left", actor="system")
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=25)), pytest.raises(KeyCeased):
        accept(submission(key.text))
    assert count(database, Report) == 0


def test_a_report_of_a_test_key_is_kept_apart_and_never_delivered(database, settings, accept):
    with database.transaction() as session:
        issued = KeyFactory(session=session, secrets=settings.intake_secrets, mode=KeyMode.TEST)
    accept(submission(issued.text))
    assert the_report(database).mode is KeyMode.TEST
    assert count(database, OutboxMessage) == 0


def test_without_an_active_sealing_key_nothing_is_taken(database, key, accept):
    with database.transaction() as session:
        for row in session.scalars(select(SealingKey)):
            row.retired_at = datetime.now(UTC)
    with pytest.raises(NoSealingKey):
        accept(submission(key.text))
    assert count(database, Report) == 0


def test_the_contact_is_an_envelope_of_its_own(database, key, accept):
    accept(submission(key.text, contact_email="a@example.org"))
    with database.reading() as session:
        kinds = session.scalars(select(Envelope.kind)).all()
    assert set(kinds) == {EnvelopeKind.REPORT, EnvelopeKind.CONTACT}


def _encode(secret):
    return base64.urlsafe_b64encode(secret).decode().rstrip("=")
