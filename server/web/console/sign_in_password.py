"""Sign in with password and code, and look at them again when a member confirms who they are."""

from __future__ import annotations

from flask import redirect
from flask.typing import ResponseReturnValue

from server.extensions import database
from server.staff import service as staff
from server.staff.service import SignInWay, User
from server.web.access import anyone
from server.web.console.blueprint import blueprint
from server.web.console.devices import known_accounts
from server.web.console.own_pages import go_on
from server.web.console.password_forms import SignInForm
from server.web.console.proofs import SecurityProofs, TooBusy, strangers, turn
from server.web.console.sessions import enter
from server.web.console.sign_in import sign_in_page
from server.web.lookups import SIGN_INS

#: The same for whatever was wrong.
REFUSED = (
    "address, password or code is not right, or this account does not sign in this way; a code "
    "counts once, so wait for the next one"
)
BUSY = "too many sign-ins at this moment; try again in a moment, or use a passkey or a sign-in link"
#: The status of a refusal before anything was looked at, and when to come back.
BUSY_STATUS = (503, {"Retry-After": "10"})


@blueprint.post("/sign-in/password")
@anyone("whoever knows a member's password and code may sign in with them")
@SIGN_INS
def sign_in_with_password() -> ResponseReturnValue:
    """Look at password and code together and begin a session."""
    form = SignInForm()
    if not form.validate():
        return sign_in_page(form), 422
    try:
        attempt, proof = look_at(form.email.data, form.password.data, form.code.data)
    except staff.TooManyFailures as waiting:
        return sign_in_page(form, str(waiting)), 429
    except TooBusy:
        return sign_in_page(form, BUSY), *BUSY_STATUS
    with database().transaction() as session:
        user = staff.finish_attempt(session, attempt, proof)
        if user is not None:
            enter(session, user, SignInWay.PASSWORD)
    if user is None:
        return sign_in_page(form, REFUSED), 422
    return redirect(go_on(), 303)


def look_at(
    email: str, password: str, code: str, only: User | None = None
) -> tuple[staff.Attempt, staff.Proof | None]:
    """Count the attempt, then look at it outside of any transaction.

    Raises TooManyFailures, and TooBusy before anything is counted.
    """
    devices = known_accounts()
    if not _is_known(email, devices):
        strangers().take()
    with turn():
        with database().transaction() as session:
            attempt = staff.begin_attempt(session, email, devices=devices, only=only)
        proof = staff.prove(attempt, password=password, code=code, proofs=SecurityProofs())
    return attempt, proof


def _is_known(email: str, devices: dict[int, str]) -> bool:
    # Strangers, who may be many, ask the database nothing.
    if not devices:
        return False
    with database().reading() as session:
        return staff.is_known_browser(session, email, devices)
