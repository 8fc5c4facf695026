"""What a citizen is shown: their own country's authority first, and no link nobody checked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from server.directory.service import (
    TERRITORIES,
    AuthorityKind,
    AuthorityView,
    authorities_for,
    authorities_in_place,
    list_authorities,
    load_directory,
    own_authority,
    read_rows,
)
from tests.directory.rows import a_row

PORTAL = {"kind": "iwf_portal", "name": "IWF Portal", "url": "https://portal.example/gh"}
POLICE = {"kind": "police", "name": "Police", "url": "https://police.example/"}


def load(session: Session, *rows: dict[str, object]) -> None:
    load_directory(session, list(rows), now=datetime.now(UTC), actor="command:test")


def names(session: Session, territory: str) -> list[str]:
    return [view.name for view in authorities_for(session, territory)]


def test_the_countrys_own_authorities_come_before_the_portal(session: Session) -> None:
    load(session, a_row(**PORTAL), a_row(**POLICE), a_row())
    assert names(session, "GH") == ["Example Hotline", "Police", "IWF Portal"]


def test_of_two_hotlines_the_one_with_a_link_comes_first_then_the_alphabet(
    session: Session,
) -> None:
    load(
        session,
        a_row(name="A line", verified="existence"),
        a_row(name="Zeta"),
        a_row(name="école"),
        a_row(name="Foyer"),
    )
    assert names(session, "GH") == ["école", "Foyer", "Zeta", "A line"]


def test_a_view_has_what_may_be_shown(session: Session) -> None:
    load(session, a_row(languages=["en", "fr"]))
    assert authorities_for(session, "GH") == [
        AuthorityView(
            name="Example Hotline",
            url="https://hotline.example/report",
            kind=AuthorityKind.INHOPE_HOTLINE,
            languages=("en", "fr"),
        )
    ]


def test_an_authority_that_merely_exists_is_named_without_its_link(session: Session) -> None:
    load(session, a_row(verified="existence"))
    (view,) = authorities_for(session, "GH")
    assert (view.name, view.url) == ("Example Hotline", None)


def test_a_row_that_only_names_the_country_is_never_shown(session: Session) -> None:
    load(session, a_row(verified="country_only"))
    assert authorities_for(session, "GH") == []
    assert own_authority(session, "GH") is None
    assert len(list_authorities(session, territory="GH")) == 1


@pytest.mark.parametrize("territory", ["KE", "XX", "", "gh"])
def test_where_nothing_is_known_nothing_is_shown(session: Session, territory: str) -> None:
    load(session, a_row(), a_row(country_code=None, country="Africa", name="Everywhere"))
    assert authorities_for(session, territory) == []
    assert own_authority(session, territory) is None


def test_the_own_authority_is_the_first_with_a_link(session: Session) -> None:
    load(session, a_row(**PORTAL), a_row(verified="existence"), a_row(**POLICE))
    own = own_authority(session, "GH")
    assert own is not None
    assert (own.name, own.url) == ("Police", "https://police.example/")


def test_the_portal_is_not_the_countrys_own_authority(session: Session) -> None:
    load(session, a_row(**PORTAL))
    assert own_authority(session, "GH") is None


def test_nobody_is_sent_to_the_hotline_where_they_already_are(session: Session) -> None:
    load(session, a_row(**PORTAL), a_row(**POLICE), a_row(url=PORTAL["url"]))
    assert own_authority(session, "GH") is None


def test_a_place_without_a_code_is_reached_by_its_name(session: Session) -> None:
    load(session, *read_rows())  # type: ignore[misc]
    (view,) = authorities_in_place(session, "akrotiri & dhekelia")
    assert (view.name, view.url) == ("IWF Reporting Portal: Akrotiri and Dhekelia", None)
    assert authorities_in_place(session, "Ghana") == []


def test_the_projects_own_list_gives_no_unverified_link_anywhere(session: Session) -> None:
    load(session, *read_rows())  # type: ignore[misc]
    verified = {row.url for row in list_authorities(session) if row.verified == "url"}
    hidden = {row.place for row in list_authorities(session) if row.verified == "country_only"}
    views = [view for code in TERRITORIES for view in authorities_for(session, code)]
    assert {view.url for view in views} - {None} <= verified
    assert sum(view.url is None for view in views) == 29
    assert len(views) == 94 - 13 - 4
    assert "Belgium" in hidden
    assert authorities_for(session, "BE") == []


def test_in_the_projects_own_list_citizens_find_their_own_authority(session: Session) -> None:
    load(session, *read_rows())  # type: ignore[misc]
    own = {code: own_authority(session, code) for code in ("FR", "IN", "NL", "IT", "GB", "KE")}
    assert {code: view and view.name for code, view in own.items()} == {
        "FR": "Point de Contact",
        "IN": "National Cyber Crime Reporting Portal",
        "NL": "Offlimits Meldpunt",
        "IT": "Polizia Postale: Segnala online",
        "GB": None,
        "KE": None,
    }
