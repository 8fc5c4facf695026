"""Sign in with the organisation's single sign-on: there, and back.

What binds the way there to the way back is in a cookie of its own, which is Lax: the console's
Strict cookies do not come along when another site sends the browser here. For the same reason the
answer to the way back is a page that goes on by itself, not a redirect.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import astuple
from datetime import timedelta

from flask import Response, abort, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature

from server.extensions import database, settings
from server.staff import service as staff
from server.staff.service import SignInWay
from server.web.access import anyone
from server.web.console.blueprint import blueprint
from server.web.console.own_pages import go_on, wanted_page
from server.web.console.page import framed
from server.web.console.sessions import enter
from server.web.console.sign_in import sign_in_page
from server.web.console.signatures import signer
from server.web.console.sso_provider import Passage, SsoFailed, way_to_provider, whom_it_names

COOKIE = "__Host-portals-sso"
LIFETIME = timedelta(minutes=10)


@blueprint.get("/sign-in/sso")
@anyone("members sign in with their organisation's single sign-on")
def begin_sso() -> ResponseReturnValue:
    """Send the browser to the provider."""
    if settings().oidc_issuer is None:
        abort(404)
    passage = Passage(*(secrets.token_urlsafe(48) for _ in range(3)))
    try:
        address = way_to_provider(settings(), passage, callback=_callback())
    except SsoFailed as failed:
        return sign_in_page(refused=str(failed)), 502
    answer = make_response(redirect(address, 303))
    _keep(answer, signer("sso").dumps([*astuple(passage), wanted_page()]), LIFETIME)
    return answer


@blueprint.get("/sign-in/sso/callback")
@anyone("the provider sends members back here")
def finish_sso() -> ResponseReturnValue:
    """Check all that came back, begin a session, and go on by a page."""
    if settings().oidc_issuer is None:
        abort(404)
    try:
        passage, wanted = _sent_passage()
        named = whom_it_names(
            settings(), passage, request.args.get("code", ""), callback=_callback()
        )
        with database().transaction() as session:
            user = staff.prove_by_identity(
                session,
                issuer=named.issuer,
                subject=named.subject,
                verified_email=named.verified_email,
            )
            enter(session, user, SignInWay.SINGLE_SIGN_ON)
    except (SsoFailed, staff.IdentityRefused) as refused:
        answer = make_response(sign_in_page(refused=str(refused)), 422)
    else:
        answer = make_response(framed("signed_in.html", None, onward=wanted or go_on()))
    _keep(answer, "", timedelta(0))
    return answer


def _callback() -> str:
    return settings().console_url + url_for("console.finish_sso")


def _sent_passage() -> tuple[Passage, str | None]:
    """What this browser set out with; raises SsoFailed when the answer is not to it."""
    try:
        state, nonce, verifier, wanted = signer("sso").loads(
            request.cookies.get(COOKIE, ""), max_age=int(LIFETIME.total_seconds())
        )
    except BadSignature:
        raise SsoFailed("that took too long, or began in another browser; try again") from None
    if not hmac.compare_digest(state.encode(), request.args.get("state", "").encode()):
        raise SsoFailed("that answer belongs to another sign-in; try again")
    if request.args.get("iss", settings().oidc_issuer) != settings().oidc_issuer:
        raise SsoFailed("that answer is of another provider; try again")
    if "error" in request.args:
        raise SsoFailed("it was cancelled or refused there")
    return Passage(state, nonce, verifier), wanted


def _keep(answer: Response, value: str, lifetime: timedelta) -> None:
    answer.set_cookie(
        COOKIE, value, max_age=lifetime, path="/", secure=True, httponly=True, samesite="Lax"
    )
