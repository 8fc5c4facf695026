"""What staff change in the directory stays changed, is refused when wrong, and is recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from server.audit.service import EventFilter, find_events
from server.directory import service as directory
from server.directory.service import (
    Authority,
    AuthorityChanged,
    AuthorityError,
    AuthorityKind,
    AuthorityTerms,
    AuthorityUnknown,
    TermsRefused,
    Verified,
    list_authorities,
    load_directory,
)
from tests.directory.rows import a_row

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
TERMS = AuthorityTerms(
    name="Example Hotline",
    kind=AuthorityKind.INHOPE_HOTLINE,
    url="https://hotline.example.org/report",
    languages=("en",),
    emergency=None,
    verified=Verified.URL,
    source="seen on the hotline's own page",
    note=None,
)


@pytest.fixture
def row(session: Session) -> Authority:
    load_directory(session, [a_row(url=TERMS.url)], now=NOW, actor="command:test")
    (row,) = list_authorities(session)
    return row


def edit(session: Session, row: Authority, terms: AuthorityTerms, revision: int = 1) -> Authority:
    return directory.edit_authority(
        session, row.id, terms, revision=revision, now=LATER, actor="staff:1"
    )


def add(session: Session, terms: AuthorityTerms = TERMS, territory: str | None = "KE") -> Authority:
    return directory.add_authority(
        session, terms, territory=territory, place="Africa", now=NOW, actor="staff:1"
    )


def last_event(session: Session) -> tuple[str, dict[str, object]]:
    session.flush()
    (found,) = find_events(session, EventFilter(actors=["staff:1"]), limit=1)
    return found.event.action, found.event.details


def problems(raised: pytest.ExceptionInfo[TermsRefused]) -> dict[str, str]:
    return dict(raised.value.problems)


def test_an_edit_is_stored_and_recorded_from_what_to_what(session: Session, row: Authority) -> None:
    edited = edit(session, row, replace(TERMS, name="New Name", languages=("en", "fr")))
    assert (edited.name, edited.languages, edited.revision) == ("New Name", ["en", "fr"], 2)
    assert edited.edited_at == LATER
    assert last_event(session) == (
        "directory:authority:edited",
        {
            "name": "New Name",
            "before": {"name": "Example Hotline", "languages": ["en"]},
            "after": {"name": "New Name", "languages": ["en", "fr"]},
        },
    )


def test_an_edit_that_changes_nothing_is_none(session: Session, row: Authority) -> None:
    edit(session, row, TERMS)
    assert (row.revision, row.edited_at) == (1, None)
    assert find_events(session, EventFilter(actors=["staff:1"])) == []


def test_loading_keeps_an_edit_even_of_the_name(session: Session, row: Authority) -> None:
    edit(session, row, replace(TERMS, name="New Name"))
    result = load_directory(session, [a_row(url=TERMS.url)], now=LATER, actor="command:test")
    assert (result.kept, result.added) == (1, 0)
    assert [each.name for each in list_authorities(session)] == ["New Name"]


def test_the_second_of_two_editors_is_told_and_changes_nothing(
    session: Session, row: Authority
) -> None:
    edit(session, row, replace(TERMS, note="first"))
    with pytest.raises(AuthorityChanged):
        edit(session, row, replace(TERMS, note="second"))
    assert row.note == "first"


def test_every_problem_is_told_at_once(session: Session, row: Authority) -> None:
    wrong = replace(
        TERMS,
        name="x" * 201,
        url="http://hotline.example.org/",
        languages=("english!",),
        source="",
        note="\u202eturned",
    )
    with pytest.raises(TermsRefused) as raised:
        edit(session, row, wrong)
    assert {*problems(raised)} == {"name", "url", "languages", "source", "note"}
    assert row.revision == 1


def test_a_verified_link_needs_the_link(session: Session, row: Authority) -> None:
    with pytest.raises(TermsRefused) as raised:
        edit(session, row, replace(TERMS, url=None))
    assert problems(raised) == {"url": "missing, while verified is url"}


def test_an_address_that_was_loaded_may_stay_while_the_rest_is_edited(session: Session) -> None:
    old = "http://old.example.org/"
    load_directory(session, [a_row(url=old)], now=NOW, actor="command:test")
    (row,) = list_authorities(session)
    assert edit(session, row, replace(TERMS, url=old, note="asked by phone")).note
    with pytest.raises(TermsRefused):
        edit(session, row, replace(TERMS, url=old + "en"), revision=2)


def test_an_added_authority_is_shown_to_citizens_and_kept_by_loading(session: Session) -> None:
    added = add(session)
    assert [view.url for view in directory.authorities_for(session, "KE")] == [TERMS.url]
    assert (added.place, added.row_key) == ("Kenya", "inhope_hotline/ke/example-hotline")
    action, details = last_event(session)
    assert action == "directory:authority:added"
    assert details["after"]["territory"] == "KE"  # type: ignore[index]
    rows = [a_row(country_code="KE", country="Kenya", url="https://other.example.org/")]
    assert load_directory(session, rows, now=LATER, actor="command:test").kept == 1


def test_a_place_without_a_code_may_have_one_too(session: Session) -> None:
    added = add(session, territory=None)
    assert (added.territory, added.place) == (None, "Africa")


def test_an_authority_that_is_there_is_not_added_again(session: Session, row: Authority) -> None:
    with pytest.raises(AuthorityError, match="is there already: edit it"):
        add(session, territory="GH")
    directory.remove_authority(session, row.id, revision=1, now=NOW, actor="staff:1")
    with pytest.raises(AuthorityError, match="was removed: restore it"):
        add(session, territory="GH")


def test_a_removed_authority_is_gone_until_it_is_restored(session: Session, row: Authority) -> None:
    directory.remove_authority(session, row.id, revision=1, now=NOW, actor="staff:1")
    assert last_event(session)[0] == "directory:authority:removed"
    assert directory.authorities_for(session, "GH") == []
    assert "GH" not in directory.territories_with_authority(session)
    assert "GH" not in directory.authorities_everywhere(session)
    assert directory.own_authority(session, "GH") is None
    assert list_authorities(session) == []
    assert list_authorities(session, removed=True) == [row]
    for rows in ([a_row(url=TERMS.url)], [a_row(url="https://new.example.org/")]):
        result = load_directory(session, rows, now=LATER, actor="command:test")
        assert (result.kept, result.added, result.updated) == (1, 0, 0)
    assert directory.authorities_for(session, "GH") == []
    directory.restore_authority(session, row.id, revision=2, actor="staff:1")
    assert last_event(session)[0] == "directory:authority:restored"
    assert [view.url for view in directory.authorities_for(session, "GH")] == [TERMS.url]


def test_a_check_is_dated_and_does_not_keep_the_row_from_loading(
    session: Session, row: Authority
) -> None:
    directory.check_authority(session, row.id, revision=1, now=LATER, actor="staff:1")
    assert (row.checked_at, row.edited_at, row.revision) == (LATER, None, 1)
    action, details = last_event(session)
    assert action == "directory:authority:checked"
    assert details["after"] == {"checked_at": "2026-11-23T12:00:00+00:00"}


def test_a_row_that_is_not_there_is_said(session: Session) -> None:
    with pytest.raises(AuthorityUnknown):
        directory.check_authority(session, uuid4(), revision=1, now=NOW, actor="staff:1")
