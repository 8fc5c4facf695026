"""A look is drafted, published and taken back by several people; nobody's work is lost unseen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.service import AuditAction, AuditEvent
from server.partners import service
from server.partners.errors import EditConflict, PartnerError
from server.partners.models import Partner
from server.partners.service import NO_DRAFT, Look
from server.storage.database import Database
from tests.factories.partner import PartnerFactory

LOOK = Look("Teranga", "#1d4f76")
OTHER = Look("Teranga Mobile", "#0b6152", b"logo", {"fr": {"intro": "Bonjour", "footer": ""}})
ME, THEY = "staff:1", "staff:2"


@pytest.fixture
def partner(session: Session) -> Partner:
    return PartnerFactory(session=session)


@pytest.fixture
def events(session: Session, partner: Partner) -> Callable[[], list[AuditEvent]]:
    """What the trail says of the branding, the oldest first."""

    def read() -> list[AuditEvent]:
        session.flush()
        query = select(AuditEvent).where(AuditEvent.subject == f"partner:{partner.id}")
        found = session.scalars(query.order_by(AuditEvent.id))
        return [event for event in found if ":branding:" in event.action]

    return read


def drafted(session: Session, partner: Partner, look: Look, revision: int = NO_DRAFT) -> int:
    draft = service.save_draft(session, partner, look, revision=revision, actor=ME)
    assert draft is not None
    return draft.revision


def published(session: Session, partner: Partner, *looks: Look) -> None:
    for look in looks:
        revision = drafted(session, partner, look)
        service.publish_draft(session, partner, revision=revision, actor=ME)


def test_a_draft_is_kept_and_not_shown(
    session: Session, partner: Partner, events: Callable[[], list[AuditEvent]]
) -> None:
    drafted(session, partner, OTHER)
    draft = service.draft_of(session, partner)
    assert draft is not None
    assert service.look_of(draft, partner) == OTHER
    assert draft.saved_by == ME
    assert service.published_look(session, partner) is None
    (event,) = events()
    assert event.action == AuditAction.BRANDING_DRAFTED
    assert event.details["after"]["colour"] == "#0b6152"
    assert event.details["before"]["colour"] == "#1d4f76"
    assert "logo" not in str(event.details["after"]["logo"])


def test_saving_the_same_look_again_changes_nothing(
    session: Session, partner: Partner, events: Callable[[], list[AuditEvent]]
) -> None:
    revision = drafted(session, partner, OTHER)
    assert drafted(session, partner, OTHER, revision) == revision
    assert len(events()) == 1


def test_no_draft_is_made_of_the_published_look(session: Session, partner: Partner) -> None:
    published(session, partner, OTHER)
    assert service.save_draft(session, partner, OTHER, revision=NO_DRAFT, actor=ME) is None
    assert service.draft_of(session, partner) is None


def test_publishing_makes_the_next_revision_and_ends_the_draft(
    session: Session, partner: Partner, events: Callable[[], list[AuditEvent]]
) -> None:
    published(session, partner, LOOK, OTHER)
    row = service.published_look(session, partner)
    assert row is not None
    assert (row.revision, row.published_by) == (2, ME)
    assert service.look_of(row, partner) == OTHER
    assert service.draft_of(session, partner) is None
    last = events()[-1]
    assert last.action == AuditAction.BRANDING_PUBLISHED
    assert last.details["revision"] == 2
    assert last.details["before"]["colour"] == "#1d4f76"


def test_the_second_of_two_who_edit_is_told(session: Session, partner: Partner) -> None:
    seen = drafted(session, partner, LOOK)
    drafted(session, partner, OTHER, seen)
    for act in (
        lambda: service.save_draft(session, partner, LOOK, revision=seen, actor=THEY),
        lambda: service.publish_draft(session, partner, revision=seen, actor=THEY),
        lambda: service.drop_draft(session, partner, revision=seen, actor=THEY),
        lambda: service.save_draft(session, partner, LOOK, revision=NO_DRAFT, actor=THEY),
    ):
        with pytest.raises(EditConflict):
            act()
    assert service.look_of(service.draft_of(session, partner), partner) == OTHER


def test_a_draft_in_the_place_of_a_dropped_one_is_another(
    session: Session, partner: Partner
) -> None:
    seen = drafted(session, partner, LOOK)
    service.drop_draft(session, partner, revision=seen, actor=THEY)
    drafted(session, partner, OTHER)
    with pytest.raises(EditConflict):
        service.save_draft(session, partner, LOOK, revision=seen, actor=ME)


def test_a_dropped_draft_is_gone_and_the_published_look_stays(
    session: Session, partner: Partner, events: Callable[[], list[AuditEvent]]
) -> None:
    published(session, partner, LOOK)
    service.drop_draft(session, partner, revision=drafted(session, partner, OTHER), actor=ME)
    assert service.draft_of(session, partner) is None
    assert service.look_of(service.published_look(session, partner), partner) == LOOK
    assert events()[-1].action == AuditAction.BRANDING_DRAFT_DROPPED
    for act in (service.drop_draft, service.publish_draft):
        with pytest.raises(PartnerError, match="somebody published or discarded"):
            act(session, partner, revision=1, actor=ME)


def test_going_back_publishes_the_old_look_as_a_new_one(
    session: Session, partner: Partner, events: Callable[[], list[AuditEvent]]
) -> None:
    published(session, partner, LOOK, OTHER)
    draft = drafted(session, partner, Look("Draft"))
    row = service.roll_back(session, partner, to=1, published=2, actor=THEY)
    assert (row.revision, row.published_by) == (3, THEY)
    assert service.look_of(row, partner) == LOOK
    assert [each.revision for each in service.published_looks(session, partner)] == [3, 2, 1]
    kept = service.draft_of(session, partner)
    assert kept is not None
    assert kept.revision == draft
    last = events()[-1]
    assert last.action == AuditAction.BRANDING_ROLLED_BACK
    assert (last.details["to"], last.details["revision"]) == (1, 3)


@pytest.mark.parametrize(
    ("seen", "error"),
    [
        ({"to": 1, "published": 1}, EditConflict),
        ({"to": 2, "published": 2}, PartnerError),
        ({"to": 9, "published": 2}, PartnerError),
    ],
)
def test_going_back_is_refused(
    session: Session, partner: Partner, seen: dict[str, Any], error: type[Exception]
) -> None:
    published(session, partner, LOOK, OTHER)
    with pytest.raises(error):
        service.roll_back(session, partner, actor=ME, **seen)
    row = service.published_look(session, partner)
    assert row is not None
    assert row.revision == 2


def test_one_partner_never_sees_the_looks_of_another(session: Session, partner: Partner) -> None:
    other = PartnerFactory(session=session)
    published(session, other, LOOK, OTHER)
    published(session, partner, Look("Mine"))
    assert service.revision_of(session, partner, 2) is None
    with pytest.raises(PartnerError, match="no look 2"):
        service.roll_back(session, partner, to=2, published=1, actor=ME)


def test_two_who_save_at_once_do_not_both_win(database: Database) -> None:
    """The second waits for the first, and then sees what it did."""
    with database.transaction() as session:
        partner = PartnerFactory(session=session)
    if database.is_sqlite:
        return  # one writer at a time, whatever we do
    from threading import Thread

    outcome: list[str] = []

    def save() -> None:
        try:
            with database.transaction() as second:
                service.save_draft(second, partner, OTHER, revision=NO_DRAFT, actor=THEY)
            outcome.append("saved")
        except EditConflict:
            outcome.append("told")

    with database.transaction() as first:
        service.save_draft(first, partner, LOOK, revision=NO_DRAFT, actor=ME)
        thread = Thread(target=save)
        thread.start()
        thread.join(0.2)
        assert outcome == []
    thread.join()
    assert outcome == ["told"]
