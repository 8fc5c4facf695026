"""Every console view asks the permission table, at every request (P19)."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.routing import AnyConverter, BaseConverter

from server.partners.service import IssuedKey
from server.staff import service as staff
from server.staff.permissions import Permission, RoleName, permissions_of
from server.staff.service import User
from server.storage.database import Database
from server.web.access import anyone, declared_access, requires
from tests.factories.report import accepted_report
from tests.web.console.conftest import Member, SignIn
from tests.web.console.visitor import Visitor, form_token, text_of

#: What stands in an address's place where any value will do.
ANY = {
    "UUIDConverter": "00000000-0000-7000-8000-000000000000",
    "IntegerConverter": "1",
    "UnicodeConverter": "x",
    "PathConverter": "x",
}


def any_value(converter: BaseConverter) -> str:
    """Something that stands in an address at this place."""
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return ANY[type(converter).__name__]


def guarded_addresses(app: Flask) -> list[tuple[str, str, Permission]]:
    """Method, an address and the permission of every view that needs one."""
    found = []
    for rule in app.url_map.iter_rules():
        path = "".join(
            any_value(rule._converters[part]) if dynamic else part for dynamic, part in rule._trace
        ).partition("|")[2]
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            access = declared_access(app, rule.endpoint, method)
            if access and access.permission:
                found.append((method, path, access.permission))
    return found


@pytest.mark.parametrize("role", [*RoleName, None])
def test_each_role_may_do_what_the_table_grants_and_no_more(
    app: Flask, member: Member, sign_in: SignIn, role: RoleName | None
) -> None:
    roles = [role] if role else []
    granted = permissions_of(roles)
    visitor = sign_in(member(*roles))
    token = form_token(visitor.get("/console/"), "/console/sign-out")
    for method, path, permission in guarded_addresses(app):
        answer = visitor.get(path) if method == "GET" else visitor.post(path, token)
        assert "/console/sign-in" not in (answer.location or ""), f"{path} signed the member out"
        case = f"{role} {method} {path}"
        if permission in granted:
            assert answer.status_code not in (401, 403), case
        else:
            assert answer.status_code == 403, case
            assert "Your role does not include this" in text_of(answer)


def test_a_member_whose_role_is_taken_away_is_refused_at_once(
    database: Database, analyst: User, at_work: Visitor
) -> None:
    assert at_work.get("/console/").status_code == 200
    with database.transaction() as session:
        staff.set_roles(session, staff.get_staff(session, analyst.email), [], actor="system")
    assert at_work.get("/console/").status_code == 403


def test_a_role_that_may_not_open_reports_gets_no_link_to_them(
    app: Flask, key: IssuedKey, member: Member, sign_in: SignIn
) -> None:
    reference = accepted_report(app, key.text).reference
    page = sign_in(member(RoleName.AUDITOR)).get("/console/").text
    assert reference in page
    assert f"/console/reports/{reference}" not in page


def test_a_view_must_say_why_anyone_may_call_it() -> None:
    with pytest.raises(ValueError, match="say why"):
        anyone(" ")


def test_a_permission_that_the_table_does_not_know_fails_at_once() -> None:
    with pytest.raises(ValueError, match=r"reports\.burn"):
        requires("reports.burn")


def test_every_permission_is_asked_for_by_some_view_or_part_of_one(app: Flask) -> None:
    declared = {permission for _, _, permission in guarded_addresses(app)}
    assert set(Permission) - declared == {Permission.REPORTS_READ_CONTACT}
