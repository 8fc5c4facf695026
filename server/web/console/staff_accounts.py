"""The staff page: who has an account, with which roles and ways in; invite and change roles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field, Form, SelectChoice, StringField, ValidationError
from wtforms.validators import DataRequired, Length

from server.extensions import database, settings
from server.staff import service as staff
from server.staff.service import RoleName, User, WaysIn
from server.web.access import requires
from server.web.console.account import SessionRow, session_row
from server.web.console.blueprint import blueprint
from server.web.console.forms import ConsoleForm, Ticks, stripped
from server.web.console.page import member, page
from server.web.console.words import Badge, Moment, moment, plain_words

ROLE_HINTS = {
    RoleName.PORTAL_MANAGER: "sets up portals, partners, keys and branding",
    RoleName.ANALYST: "opens and assesses reports",
    RoleName.SENIOR_ANALYST: "opens and assesses reports, exports statistics",
    RoleName.AUDITOR: "reads the audit trail, changes nothing",
    RoleName.ADMINISTRATOR: "invites staff and looks after the background work",
}


@dataclass(frozen=True, slots=True)
class MemberRow:
    """An account in words."""

    id: int
    email: str
    active: bool
    roles: list[str]
    ways: WaysIn
    state: Badge
    last_sign_in: Moment | None
    is_self: bool


def _at_least_one(_form: Form, field: Field) -> None:
    # Not DataRequired: that would have the browser ask for each of the boxes.
    if not field.data:
        raise ValidationError("Roles: tick at least one")


class RolesForm(ConsoleForm):
    """The roles of a member."""

    roles = Ticks(
        "Roles",
        choices=[
            SelectChoice(role.value, f"{plain_words(role)}: {ROLE_HINTS[role]}")
            for role in RoleName
        ],
        validators=[_at_least_one],
    )

    def chosen(self) -> list[RoleName]:
        return [RoleName(name) for name in self.roles.data]


class InviteForm(RolesForm):
    """Address and roles of somebody who gets an account."""

    email = StringField(
        "E-mail address",
        filters=[stripped],
        validators=[
            DataRequired("E-mail address: type it"),
            Length(max=255, message="E-mail address: this is too long"),
        ],
        render_kw={"type": "email", "autocomplete": "off", "spellcheck": "false"},
    )


@blueprint.get("/staff")
@requires("staff.read")
def staff_list() -> str:
    """All accounts, by address."""
    now = datetime.now(UTC)
    with database().reading() as session:
        users = staff.list_staff(session)
        ways = staff.ways_in(session, users)
        last = staff.last_sign_ins(session)
    rows = [member_row(user, ways[user.id], last.get(user.id), now) for user in users]
    return page("staff_list.html", rows=rows)


@blueprint.get("/staff/invite")
@requires("staff.edit", fresh=True)
def invitation() -> str:
    """The form."""
    return page("staff_invite.html", form=InviteForm(formdata=None))


@blueprint.post("/staff/invite")
@requires("staff.edit", fresh=True)
def invite() -> ResponseReturnValue:
    """Add the account and show its link, this once."""
    form = InviteForm()
    if not form.validate():
        return page("staff_invite.html", form=form), 422
    actor = staff.subject_of(member())
    try:
        with database().transaction() as session:
            user, token = staff.invite_staff(session, form.email.data, form.chosen(), actor=actor)
    except staff.StaffError as refused:
        form.take(refused)
        return page("staff_invite.html", form=form), 422
    return link_page(user, token)


@blueprint.get("/staff/<int(max=2147483647):member_id>")
@requires("staff.read")
def staff_member(member_id: int) -> str:
    """One account, where it is signed in, and what can be done with it."""
    now = datetime.now(UTC)
    user = wanted_member(member_id)
    with database().reading() as session:
        ways = staff.ways_in_of(session, user)
        last = staff.last_sign_ins(session).get(user.id)
        sessions: list[SessionRow] = [
            session_row(each, now) for each in staff.list_sessions(session, user)
        ]
    row = member_row(user, ways, last, now)
    return page("staff_member.html", row=row, sessions=sessions)


@blueprint.get("/staff/<int(max=2147483647):member_id>/roles")
@requires("staff.edit", fresh=True)
def member_roles(member_id: int) -> str:
    """The form, with the roles as they are."""
    user = wanted_member(member_id)
    form = RolesForm(formdata=None, roles=[role.name for role in user.roles])
    return page("staff_roles.html", form=form, user=user)


@blueprint.post("/staff/<int(max=2147483647):member_id>/roles")
@requires("staff.edit", fresh=True)
def set_member_roles(member_id: int) -> ResponseReturnValue:
    """Replace them; open sessions feel it at their next request."""
    form, user = RolesForm(), wanted_member(member_id)
    if not form.validate():
        return page("staff_roles.html", form=form, user=user), 422
    try:
        with database().transaction() as session:
            there = staff.find_staff(session, member_id) or abort(404)
            staff.set_roles(session, there, form.chosen(), actor=staff.subject_of(member()))
    except staff.StaffError as refused:
        form.take(refused)
        return page("staff_roles.html", form=form, user=user), 422
    flash("The roles are changed; open sessions feel it at once.", "good")
    return redirect(url_for("console.staff_member", member_id=member_id), 303)


def wanted_member(member_id: int) -> User:
    """The account of that id, with roles; 404 when there is none."""
    with database().reading() as session:
        return staff.find_staff(session, member_id) or abort(404)


def link_page(user: User, token: str) -> str:
    """Shows an invitation's link, which is kept nowhere."""
    url = f"{settings().console_url}/console/sign-in/{token}"
    hours = int(staff.INVITATION_LIFETIME.total_seconds() // 3600)
    return page("staff_link.html", user=user, link=url, hours=hours)


def member_row(user: User, ways: WaysIn, last: datetime | None, now: datetime) -> MemberRow:
    """An account as the pages show it."""
    return MemberRow(
        id=user.id,
        email=user.email,
        active=user.active,
        roles=[plain_words(name) for name in sorted(role.name for role in user.roles)],
        ways=ways,
        state=_state(user, ways, last, now),
        last_sign_in=moment(last, now) if last else None,
        is_self=user.id == member().id,
    )


def _state(user: User, ways: WaysIn, last: datetime | None, now: datetime) -> Badge:
    if not user.active:
        return Badge("Disabled", "muted")
    if ways.count:
        return Badge("Active", "good")
    if ways.invited_until is not None and ways.invited_until > now:
        return Badge("Invited", "new")
    return Badge("No way in", "busy") if last is None else Badge("By link only", "busy")
