"""The sign-in page, sign in by a link that works once, and sign out."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from server.extensions import database, settings
from server.staff import service as staff
from server.staff.service import LinkPurpose, SignInWay
from server.web.access import anyone
from server.web.console.blueprint import blueprint
from server.web.console.own_pages import wanted_page
from server.web.console.page import framed, member, signed_in
from server.web.console.passkey_forms import button_to_sign_in
from server.web.console.password_forms import SignInForm
from server.web.console.sessions import Ended, current_session, enter, leave
from server.web.lookups import SIGN_INS


@blueprint.get("/sign-in")
@anyone("whoever is not signed in comes here")
def sign_in_help() -> str:
    """The ways in, and why one may be here."""
    return sign_in_page()


def sign_in_page(form: SignInForm | None = None, refused: str | None = None) -> str:
    """The page, after a refusal with its reason and with what was typed but the secrets."""
    reason, form = request.args.get("why", ""), form or SignInForm(formdata=None)
    form.code.data = ""
    return framed(
        "sign_in_help.html",
        None,
        ended=reason if reason in set(Ended) else None,
        wanted=wanted_page(),
        form=form,
        refused=refused,
        passkey=button_to_sign_in(),
        single_sign_on=settings().oidc_issuer is not None,
    )


@blueprint.get("/sign-in/<token>")
@anyone("a sign-in link is opened by somebody who is not signed in yet")
@SIGN_INS
def sign_in(token: str) -> ResponseReturnValue:
    """A button; asking for the page uses nothing up, as mail scanners open every link."""
    with database().reading() as session:
        purpose = staff.open_link(session, token)
    if purpose is None:
        return framed("link_refused.html", None), 410
    invited = purpose is LinkPurpose.INVITATION
    return framed("sign_in.html", None, token=token, invited=invited)


@blueprint.post("/sign-in/<token>")
@anyone("whoever holds an unused link may sign in with it")
@SIGN_INS
def use_link(token: str) -> ResponseReturnValue:
    """Use the link up and begin a session of its own; an invitation goes on to the ways in."""
    with database().transaction() as session:
        purpose = staff.open_link(session, token)
        user = staff.consume_login_link(session, token)
        if user is not None:
            enter(session, user, SignInWay.LINK)
    if user is None:
        return framed("link_refused.html", None), 410
    page = "account" if purpose is LinkPurpose.INVITATION else "report_list"
    return redirect(url_for(f"console.{page}"), 303)


@blueprint.post("/sign-out")
@anyone("signing out is harmless to whoever is not signed in")
def sign_out() -> ResponseReturnValue:
    """End this session; every copy of its cookie ends with it."""
    here = current_session()
    if signed_in() and here is not None:
        with database().transaction() as session:
            staff.sign_out(session, member(), here.id)
    leave()
    return redirect(url_for("console.sign_in_help", why=Ended.SIGNED_OUT.value), 303)


@blueprint.post("/sign-out-everywhere")
@anyone("signing out is harmless to whoever is not signed in")
def sign_out_everywhere() -> ResponseReturnValue:
    """End every session of the member, this one too."""
    if user := signed_in():
        with database().transaction() as session:
            staff.end_sessions(session, user, actor=staff.subject_of(user))
    leave()
    return redirect(url_for("console.sign_in_help", why=Ended.EVERYWHERE.value), 303)
