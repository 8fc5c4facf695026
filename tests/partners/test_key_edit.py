"""A key's terms are edited; the second of two people is told, and nothing is lost."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from server.audit.models import AuditEvent
from server.partners import service
from server.partners.service import EditConflict, KeyEdit, PartnerError
from tests.factories.key import KeyFactory


@pytest.fixture
def secrets(settings):
    return settings.intake_secrets


@pytest.fixture
def issued(session, secrets):
    return KeyFactory(session=session, secrets=secrets)


def terms_of(row, **changes):
    edit = KeyEdit(
        label=row.label,
        origins=tuple(row.origins),
        languages=tuple(row.languages),
        default_language=row.default_language,
        campaign=row.campaign,
        expires_at=row.expires_at,
    )
    return replace(edit, **changes)


def edit(session, row, revision=None, **changes):
    return service.edit_key(
        session,
        row.text,
        terms_of(row, **changes),
        revision=row.revision if revision is None else revision,
        actor="staff:1",
    )


def test_an_edit_takes_hold_and_is_recorded_as_before_and_after(session, issued):
    edited = edit(session, issued.row, label="Help page", origins=("HTTPS://Help.Example.org/",))
    assert edited.changed == ("label", "origins")
    session.flush()
    found = service.find_key(session, issued.text)
    assert (found.label, found.origins) == ("Help page", ("https://help.example.org",))
    event = session.scalars(
        select(AuditEvent).where(AuditEvent.action == "partners:key:edited")
    ).one()
    assert event.details == {
        "before": {"label": "Home page", "origins": ["https://www.example.org"]},
        "after": {"label": "Help page", "origins": ["https://help.example.org"]},
    }


def test_an_edit_that_changes_nothing_leaves_no_trace(session, issued):
    edited = edit(session, issued.row)
    session.flush()
    assert edited.changed == ()
    assert issued.row.revision == 1
    assert (
        session.scalar(select(func.count()).where(AuditEvent.action == "partners:key:edited")) == 0
    )


def test_the_second_of_two_people_is_told_and_nothing_is_written(session, issued):
    first = issued.row.revision
    edit(session, issued.row, revision=first, label="Help page")
    with pytest.raises(EditConflict, match="somebody else"):
        edit(session, issued.row, revision=first, label="Front page")
    assert issued.row.label == "Help page"


def test_of_two_edits_at_the_same_moment_one_is_told(database, settings):
    with database.transaction() as session:
        row = KeyFactory(session=session, secrets=settings.intake_secrets).row
    start, told = threading.Barrier(2), []

    def change(label):
        start.wait()
        try:
            with database.transaction() as session:
                edit(session, row, revision=1, label=label)
        except EditConflict:
            told.append(label)

    threads = [threading.Thread(target=change, args=(label,)) for label in ("One", "Two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        stored = service.get_key(session, row.text)
    assert len(told) == 1
    assert {stored.label, *told} == {"One", "Two"}
    assert stored.revision == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"label": ""}, "label"),
        ({"label": "x" * 121}, "label"),
        ({"label": "a\u202eb"}, "label"),
        ({"origins": ()}, "origins"),
        ({"origins": ("https://example.org/a", "*")}, "origins"),
        ({"origins": tuple(f"https://a{n}.example" for n in range(51))}, "origins"),
        ({"languages": ("de",)}, "languages"),
        ({"languages": ("fr",), "default_language": "en"}, "default_language"),
        ({"campaign": "a;b"}, "campaign"),
        ({"expires_at": datetime(2020, 1, 1, tzinfo=UTC)}, "expires"),
    ],
)
def test_terms_that_could_not_be_issued_are_refused_at_their_field(session, issued, changes, field):
    with pytest.raises(PartnerError) as refusal:
        edit(session, issued.row, **changes)
    assert refusal.value.field == field
    assert issued.row.revision == 1


def test_all_wrong_origins_are_named_at_once(session, issued):
    with pytest.raises(PartnerError) as refusal:
        edit(session, issued.row, origins=("https://a.example/x", "b.example"))
    assert "leave out the path" in str(refusal.value)
    assert "'b.example' is no origin" in str(refusal.value)


def test_a_revoked_key_is_not_edited(session, issued):
    service.revoke_key(session, issued.text, reason="left", actor="system")
    with pytest.raises(PartnerError, match="revoked for good"):
        edit(session, issued.row, label="Help page")


def test_the_label_of_an_expired_key_is_edited_and_its_expiry_put_off(session, secrets):
    row = KeyFactory(
        session=session, secrets=secrets, expires_at=datetime.now(UTC) + timedelta(days=1)
    ).row
    with time_machine.travel(datetime.now(UTC) + timedelta(days=2)):
        edit(session, row, label="Help page")
        assert service.key_state(row, datetime.now(UTC)) is service.KeyState.EXPIRED
        edit(session, row, expires_at=datetime.now(UTC) + timedelta(days=9))
        assert service.key_state(row, datetime.now(UTC)) is service.KeyState.ACTIVE


def test_an_origin_is_warned_of_only_when_it_was_changed(session, issued):
    assert edit(session, issued.row, origins=("http://www.example.org",)).warnings
    assert not edit(session, issued.row, label="Help page").warnings
