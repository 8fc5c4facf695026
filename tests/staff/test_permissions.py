"""The permission table refuses whatever it does not grant."""

from __future__ import annotations

import pytest

from server.staff.permissions import GRANTS, Permission, RoleName, permissions_of


def test_every_role_stands_in_the_table() -> None:
    assert set(GRANTS) == set(RoleName)


def test_every_permission_is_granted_to_somebody() -> None:
    assert frozenset().union(*GRANTS.values()) == set(Permission)


def test_nobody_and_unknown_roles_may_do_nothing() -> None:
    assert permissions_of([]) == frozenset()
    assert permissions_of(["owner", "", "ANALYST"]) == frozenset()


def test_several_roles_add_up() -> None:
    both = permissions_of([RoleName.AUDITOR, RoleName.ANALYST])
    assert both == GRANTS[RoleName.AUDITOR] | GRANTS[RoleName.ANALYST]


@pytest.mark.parametrize(
    "role", [RoleName.PORTAL_MANAGER, RoleName.AUDITOR, RoleName.ADMINISTRATOR]
)
def test_only_analysts_open_what_a_citizen_wrote(role: RoleName) -> None:
    assert Permission.REPORTS_READ not in permissions_of([role])
    assert Permission.REPORTS_READ_CONTACT not in permissions_of([role])
    assert Permission.REPORTS_READ in permissions_of([role, RoleName.ANALYST])
