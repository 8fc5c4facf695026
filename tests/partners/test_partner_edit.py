"""A partner is renamed; its slug stays."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select

from server.audit.models import AuditEvent
from server.partners import service
from server.partners.service import EditConflict, PartnerError
from tests.factories.key import KeyFactory
from tests.factories.partner import PartnerFactory


def rename(session, partner, name, revision=None):
    return service.edit_partner(
        session, partner.slug, name=name, revision=revision, actor="staff:1"
    )


def test_a_partner_is_renamed_and_the_trail_says_from_what(session):
    partner = PartnerFactory(session=session, slug="telco")
    rename(session, partner, " Teranga Telecom ", revision=1)
    session.flush()
    assert service.get_partner(session, "telco").name == "Teranga Telecom"
    event = session.scalars(
        select(AuditEvent).where(AuditEvent.action == "partners:partner:edited")
    ).one()
    assert event.details == {
        "before": {"name": "Teranga Mobile"},
        "after": {"name": "Teranga Telecom"},
    }


def test_a_renamed_partner_gives_its_forms_another_revision(session, settings):
    # Copies of the form are kept under the key's revision: the old name must not stay in them.
    partner = PartnerFactory(session=session)
    issued = KeyFactory(session=session, secrets=settings.intake_secrets, partner=partner)
    before = service.find_key(session, issued.text).revision
    rename(session, partner, "Teranga Telecom")
    session.flush()
    assert service.find_key(session, issued.text).revision != before


def test_the_second_of_two_people_is_told(session):
    partner = PartnerFactory(session=session)
    rename(session, partner, "First", revision=1)
    with pytest.raises(EditConflict):
        rename(session, partner, "Second", revision=1)
    assert partner.name == "First"


def test_the_same_name_again_changes_nothing(session):
    partner = PartnerFactory(session=session)
    assert rename(session, partner, "Teranga Mobile").revision == 1


@pytest.mark.parametrize("name", ["", "x" * 5_000, "a\u202eb", "a\x07"])
def test_what_is_no_name_is_refused_at_its_field(session, name):
    partner = PartnerFactory(session=session)
    with pytest.raises(PartnerError) as refusal:
        rename(session, partner, name)
    assert refusal.value.field == "name"


def test_an_unknown_partner_is_refused(session):
    with pytest.raises(PartnerError, match="no partner 'nobody'"):
        service.edit_partner(session, "nobody", name="x", revision=None, actor="staff:1")


def test_of_two_who_add_the_same_partner_one_is_told(database):
    start, told = threading.Barrier(2), []

    def add(name):
        start.wait()
        try:
            with database.transaction() as session:
                PartnerFactory(session=session, slug="telco", name=name)
        except PartnerError:
            told.append(name)

    threads = [threading.Thread(target=add, args=(name,)) for name in ("One", "Two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        (stored,) = service.list_partners(session)
    assert sorted([stored.name, *told]) == ["One", "Two"]
