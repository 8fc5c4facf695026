"""What is done to an account behind a page that says what will happen: one table of actions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from server.extensions import database
from server.staff import service as staff
from server.staff.service import User
from server.web.access import requires
from server.web.console.blueprint import blueprint
from server.web.console.page import member, page
from server.web.console.staff_accounts import link_page, wanted_member

Act = Callable[[Session, User, str], str | None]


@dataclass(frozen=True, slots=True)
class Action:
    """`act` gets session, account and actor, and may return the token of a link to hand over."""

    title: str
    text: str
    button: str
    done: str
    act: Act
    hurts: bool = True


def _disable(session: Session, user: User, actor: str) -> None:
    staff.disable_staff(session, user, actor=actor)
    staff.end_sessions(session, user, actor=actor)


def _enable(session: Session, user: User, actor: str) -> None:
    staff.enable_staff(session, user, actor=actor)


def _sign_out(session: Session, user: User, actor: str) -> None:
    staff.end_sessions(session, user, actor=actor)


def _reset(session: Session, user: User, actor: str) -> str:
    return staff.reset_sign_in(session, user, actor=actor)


def _invite(session: Session, user: User, actor: str) -> str:
    return staff.invite_again(session, user, actor=actor)


ACTIONS = {
    "disable": Action(
        "Disable the account",
        "They are signed out at once and cannot sign in. Their passkeys and password stay, for "
        "the day the account is enabled again. What they did stays in the audit trail.",
        "Disable the account",
        "The account is disabled and signed out.",
        _disable,
    ),
    "enable": Action(
        "Enable the account",
        "They can sign in again, with the ways in and the roles that they had.",
        "Enable the account",
        "The account is enabled.",
        _enable,
        hurts=False,
    ),
    "reset": Action(
        "Reset sign-in",
        "For a lost device, or when somebody else may have it: all passkeys, the password, the "
        "authenticator app and the recovery codes are removed, every session ends, and you get a "
        "link to hand over. Make sure that you talk to the member themselves.",
        "Reset sign-in",
        "",
        _reset,
    ),
    "sign-out": Action(
        "End all sessions",
        "They are signed out in every browser, and can sign in again at once.",
        "End all sessions",
        "All sessions are over.",
        _sign_out,
    ),
    "invite-again": Action(
        "New invitation link",
        "You get another link to hand over. Links that were given out before stop working.",
        "Make the link",
        "",
        _invite,
        hurts=False,
    ),
}


@blueprint.get("/staff/<int(max=2147483647):member_id>/<action>")
@requires("staff.edit", fresh=True)
def confirm_action(member_id: int, action: str) -> str:
    """What will happen, and a button."""
    return _page(member_id, action)


@blueprint.post("/staff/<int(max=2147483647):member_id>/<action>")
@requires("staff.edit", fresh=True)
def do_action(member_id: int, action: str) -> ResponseReturnValue:
    """Do it, or say why not."""
    wanted = ACTIONS.get(action) or abort(404)
    try:
        with database().transaction() as session:
            user = staff.find_staff(session, member_id) or abort(404)
            token = wanted.act(session, user, staff.subject_of(member()))
    except staff.StaffError as refused:
        return _page(member_id, action, str(refused)), 422
    if token is not None:
        return link_page(user, token)
    flash(wanted.done, "good")
    return redirect(url_for("console.staff_member", member_id=member_id), 303)


def _page(member_id: int, action: str, refused: str | None = None) -> str:
    wanted = ACTIONS.get(action) or abort(404)
    user = wanted_member(member_id)
    return page("staff_action.html", action=wanted, name=action, user=user, refused=refused)
