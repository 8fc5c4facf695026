"""Every console view asks the permission table, at every request (P19)."""

from __future__ import annotations

import pytest
from flask import Flask

from server.partners.service import IssuedKey
from server.staff.permissions import GRANTS, Permission, RoleName, permissions_of
from server.web.access import anyone, declared_access, requires
from tests.factories.report import accepted_report
from tests.web.console.conftest import Member, SignIn
from tests.web.console.visitor import text_of

NEEDED = {"/console/": Permission.REPORTS_LIST, "/console/reports/": Permission.REPORTS_READ}


@pytest.mark.parametrize("role", [*RoleName, None])
def test_each_role_sees_what_the_table_grants_and_no_more(
    app: Flask, key: IssuedKey, member: Member, sign_in: SignIn, role: RoleName | None
) -> None:
    reference = accepted_report(app, key.text).reference
    roles = [role] if role else []
    visitor = sign_in(member(*roles))
    for path, permission in NEEDED.items():
        address = path + (reference if path.endswith("reports/") else "")
        granted = permission in permissions_of(roles)
        answer = visitor.get(address)
        assert answer.status_code == (200 if granted else 403), address
        if not granted:
            assert "Your role does not include this" in text_of(answer)


def test_the_cases_above_cover_both_answers() -> None:
    answers = {permission in GRANTS[role] for role in RoleName for permission in NEEDED.values()}
    assert answers == {True, False}


def test_every_permission_that_a_view_needs_is_tried_above(app: Flask) -> None:
    declared = {
        access.permission
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if (access := declared_access(app, rule.endpoint, method)) and access.permission
    }
    assert declared == set(NEEDED.values())


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
