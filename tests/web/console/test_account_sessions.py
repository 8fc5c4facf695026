"""Members see where they are signed in, and end what they do not know."""

from __future__ import annotations

from flask import Flask

from server.staff import service as staff
from server.staff.service import RoleName, User
from server.storage.database import Database
from tests.web.console.conftest import Link, Member, SignIn
from tests.web.console.visitor import URL, Visitor, form_token, text_of

PAGE = "/console/account/sessions"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


def ends(page: str) -> list[str]:
    return [part for part in page.split('"') if part.endswith("/end")]


def test_the_list_names_browser_and_way_and_marks_this_session(
    at_work: Visitor, app: Flask, link: Link, analyst: User
) -> None:
    other = Visitor(app)
    other.client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    other.sign_in(link(analyst))
    page = at_work.get(PAGE)
    words = text_of(page)
    assert "Firefox on Linux Sign-in link" in words
    assert "145" not in words
    assert words.count("This one") == 1
    assert len(ends(page.text)) == 1


def test_a_session_is_ended_from_another_one(
    at_work: Visitor, sign_in: SignIn, analyst: User
) -> None:
    other = sign_in(analyst)
    page = at_work.get(PAGE)
    (path,) = ends(page.text)
    assert at_work.submit(page, path).status_code == 303
    answer = other.get("/console/")
    assert answer.status_code == 303
    assert "from another browser" in text_of(other.get(answer.location))
    assert at_work.is_signed_in
    assert ends(at_work.get(PAGE).text) == []
    assert "was over already" in text_of(at_work.get(at_work.submit(page, path).location))


def test_nobody_ends_a_session_of_somebody_else(
    at_work: Visitor, sign_in: SignIn, analyst: User, member: Member
) -> None:
    sign_in(analyst)
    (path,) = ends(at_work.get(PAGE).text)
    stranger = sign_in(member(RoleName.ADMINISTRATOR))
    token = form_token(stranger.get(PAGE), "/console/sign-out")
    stranger.post(path, token)
    assert ends(at_work.get(PAGE).text) == [path]


def test_signing_in_again_on_a_browser_ends_the_session_before(
    at_work: Visitor, link: Link, analyst: User
) -> None:
    at_work.sign_in(link(analyst))
    page = at_work.get(PAGE)
    assert ends(page.text) == []


def test_the_session_of_a_cookie_without_its_row_is_nobodys(
    at_work: Visitor, analyst: User, database: Database
) -> None:
    with database.transaction() as session:
        staff.end_sessions(session, staff.get_staff(session, analyst.email), actor="system")
    assert at_work.get("/console/").status_code == 303


def test_a_token_of_another_member_does_not_fit_the_cookies_name(
    at_work: Visitor, sign_in: SignIn, member: Member
) -> None:
    other = sign_in(member(RoleName.ADMINISTRATOR))
    with other.client.session_transaction("/console/", base_url=URL) as theirs:
        token = theirs["token"]
    with at_work.client.session_transaction("/console/", base_url=URL) as mine:
        mine["token"] = token
    assert not at_work.is_signed_in
