"""Render a console page inside its frame: navigation, account and assets come from here."""

from __future__ import annotations

from typing import Any, cast

from flask import abort, get_template_attribute, render_template, request
from flask_login import current_user
from sqlalchemy.orm import Session

from server.staff.service import User, hold_own_account, permissions_of
from server.web.console.assets import asset
from server.web.console.navigation import sections_for
from server.web.console.sessions import current_session
from server.web.console.words import plain_words


def signed_in() -> User | None:
    """The member of staff behind this request, or None."""
    if not current_user.is_authenticated:
        return None
    return cast(User, current_user._get_current_object())


def member() -> User:
    """The member of staff, in a view that requires one."""
    found = signed_in()
    if found is None:
        raise LookupError("nobody is signed in; does the view declare what it requires?")
    return found


def own_account(session: Session) -> User:
    """The account of the member who is signed in, locked, to be changed in this transaction.

    401 when this session was ended, or the account reset or shut, since the request began.
    """
    here = current_session()
    if here is None:
        abort(401)
    return hold_own_account(session, member(), here.id) or abort(401)


def page(template: str, **context: Any) -> str:
    """A page of `templates/console/`, in the frame of whoever is signed in."""
    return framed(template, signed_in(), **context)


def framed(template: str, reader: User | None, **context: Any) -> str:
    """The same for a given reader; None draws the page without navigation."""
    roles = sorted(role.name for role in reader.roles) if reader else []
    return render_template(
        f"console/{template}",
        asset=asset,
        icon=get_template_attribute("console/icons.html", "icon"),
        reader=reader,
        reader_roles=[plain_words(role) for role in roles],
        sections=sections_for(permissions_of(roles)),
        may=permissions_of(roles).__contains__,
        here=request.endpoint,
        **context,
    )
