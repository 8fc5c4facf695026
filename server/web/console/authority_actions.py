"""What one press of a button does to an authority: checked today, removed, brought back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from server.directory import service as directory
from server.extensions import database
from server.staff.service import subject_of
from server.web.access import requires
from server.web.console.authorities import authority_or_404
from server.web.console.blueprint import blueprint
from server.web.console.forms import EditForm
from server.web.console.page import member


@dataclass(frozen=True, slots=True)
class Action:
    """`act` gets session, id, revision and actor; `done` is said afterwards."""

    act: Callable[..., Any]
    done: str
    is_dated: bool = True


ACTIONS = {
    "check": Action(directory.check_authority, "Noted: checked today."),
    "remove": Action(
        directory.remove_authority,
        "Removed. Citizens do not see it any more; its page can bring it back.",
    ),
    "restore": Action(directory.restore_authority, "It is back in the directory.", is_dated=False),
}


@blueprint.post("/directory/<uuid:authority_id>/<any(check, remove, restore):action>")
@requires("directory.edit")
def authority_action(authority_id: UUID, action: str) -> ResponseReturnValue:
    """Carry one of the ACTIONS out on the row as its page showed it."""
    form, chosen = EditForm(), ACTIONS[action]
    if not form.validate():
        abort(400)
    dated = {"now": datetime.now(UTC)} if chosen.is_dated else {}
    try:
        with database().transaction() as session:
            authority_or_404(session, authority_id)
            chosen.act(
                session,
                authority_id,
                revision=form.revision.data or 0,
                actor=subject_of(member()),
                **dated,
            )
    except directory.AuthorityChanged as error:
        flash(f"Nothing was done: {error}.", "alert")
    else:
        flash(chosen.done, "good")
    return redirect(url_for("console.authority", authority_id=authority_id), 303)
