"""Sign in with a passkey: no name is typed, and no failure slows anybody down."""

from __future__ import annotations

from flask import redirect
from flask.typing import ResponseReturnValue

from server.extensions import database
from server.staff import service as staff
from server.staff.service import SignInWay
from server.web.access import anyone
from server.web.console.blueprint import blueprint
from server.web.console.own_pages import go_on
from server.web.console.passkey_forms import relying_party, sent_answer, sent_challenge
from server.web.console.sessions import enter
from server.web.console.sign_in import sign_in_page
from server.web.lookups import SIGN_INS


@blueprint.post("/sign-in/passkey")
@anyone("whoever holds a passkey of a member may sign in with it")
@SIGN_INS
def sign_in_with_passkey() -> ResponseReturnValue:
    """Look at the passkey's answer and begin a session."""
    try:
        with database().transaction() as session:
            user = staff.prove_by_passkey(
                session,
                sent_answer(),
                challenge=sent_challenge("sign-in"),
                party=relying_party(),
            )
            enter(session, user, SignInWay.PASSKEY)
    except staff.PasskeyRefused as refused:
        return sign_in_page(refused=str(refused)), 422
    return redirect(go_on(), 303)
