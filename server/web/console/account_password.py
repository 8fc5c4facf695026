"""Set, change and remove one's own password and authenticator app; all ask for a fresh sign-in."""

from __future__ import annotations

import io

import segno
from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeTimedSerializer
from markupsafe import Markup

from server.extensions import database, settings
from server.staff import service as staff
from server.web.access import requires
from server.web.console.blueprint import blueprint
from server.web.console.page import member, own_account, page
from server.web.console.password_forms import (
    NewAuthenticatorForm,
    NewPasswordForm,
    SetPasswordForm,
)
from server.web.console.proofs import TooBusy, codes, hashed
from server.web.console.sign_in_password import BUSY_STATUS
from server.web.console.signatures import signer

#: How long the page with a secret that is not kept yet may stand open.
_SECRET_LIFETIME_S = 3_600
_BUSY = "Nothing was changed: too many sign-ins at this moment; try again in a moment"


@blueprint.get("/account/password")
@requires("account.own", fresh=True)
def new_password() -> str:
    """Password and app together, or another password for whoever has both."""
    if member().password is not None:
        return page("account_new_password.html", form=NewPasswordForm(formdata=None))
    return _app_page("account_password.html", SetPasswordForm(formdata=None))


@blueprint.post("/account/password")
@requires("account.own", fresh=True)
def set_password() -> ResponseReturnValue:
    """Keep them when the password is good and a code shows that the app has the secret."""
    if member().password is not None:
        return _change_password()
    form = SetPasswordForm()
    secret = _sent_secret(form)
    step = _checked_step(form, secret)
    _check_password(form)
    if form.problems() or step is None:
        return _app_page("account_password.html", form, secret), 422
    try:
        kept = hashed(form.password.data)
    except TooBusy:
        form.refuse(_BUSY)
        return _app_page("account_password.html", form, secret), *BUSY_STATUS
    with database().transaction() as session:
        new_codes = staff.set_password(
            session, own_account(session), hashed=kept, totp_secret=secret, totp_step=step
        )
    return page("account_codes.html", codes=new_codes, why="Password and code are set.")


@blueprint.get("/account/authenticator")
@requires("account.own", fresh=True)
def new_authenticator() -> str:
    """Another app in place of the one before."""
    if member().password is None:
        abort(404)
    return _app_page("account_authenticator.html", NewAuthenticatorForm(formdata=None))


@blueprint.post("/account/authenticator")
@requires("account.own", fresh=True)
def set_authenticator() -> ResponseReturnValue:
    """Keep it when a code shows that the app has the secret."""
    if member().password is None:
        abort(404)
    form = NewAuthenticatorForm()
    secret = _sent_secret(form)
    step = _checked_step(form, secret)
    if form.problems() or step is None:
        return _app_page("account_authenticator.html", form, secret), 422
    with database().transaction() as session:
        new_codes = staff.change_authenticator(
            session, own_account(session), totp_secret=secret, totp_step=step
        )
    why = "The new app is set; codes of the old one do not work any more."
    return page("account_codes.html", codes=new_codes, why=why)


@blueprint.post("/account/password/remove")
@requires("account.own", fresh=True)
def remove_password() -> ResponseReturnValue:
    """Remove password, app and recovery codes, unless they are the last way in."""
    try:
        with database().transaction() as session:
            staff.remove_password(session, own_account(session))
    except staff.LastWayIn as refused:
        flash(f"Not removed: {refused}.", "alert")
    else:
        flash("Password, code and recovery codes are removed.", "good")
    return redirect(url_for("console.account"), 303)


@blueprint.post("/account/recovery-codes")
@requires("account.own", fresh=True)
def new_recovery_codes() -> ResponseReturnValue:
    """Ten new ones, shown once."""
    with database().transaction() as session:
        user = own_account(session)
        if user.password is None:
            abort(404)
        new_codes = staff.make_recovery_codes(session, user, actor=staff.subject_of(user))
    why = "These are new; the ones before do not work any more."
    return page("account_codes.html", codes=new_codes, why=why)


def _change_password() -> ResponseReturnValue:
    form = NewPasswordForm()
    form.validate()
    _check_password(form)
    if form.problems():
        return page("account_new_password.html", form=form), 422
    try:
        kept = hashed(form.password.data)
    except TooBusy:
        form.refuse(_BUSY)
        return page("account_new_password.html", form=form), *BUSY_STATUS
    with database().transaction() as session:
        staff.change_password(session, own_account(session), hashed=kept)
    flash("The password is changed. Your other sessions go on; end them under Sessions.", "good")
    return redirect(url_for("console.account"), 303)


def _check_password(form: NewPasswordForm) -> None:
    try:
        staff.refuse_weak_password(
            form.password.data or "", email=member().email, hotline=settings().hotline_name
        )
    except staff.PasswordRefused as refused:
        if not form.password.errors:
            form.refuse(f"New password: {refused}", "password")


def _checked_step(form: SetPasswordForm | NewAuthenticatorForm, secret: str) -> int | None:
    form.validate()
    digits = "".join((form.code.data or "").split())
    step = codes().step_of(digits, secret, None)
    if step is None and not form.code.errors:
        form.refuse(f"Code: {staff.CodeRefused()}", "code")
    return step


def _sent_secret(form: SetPasswordForm | NewAuthenticatorForm) -> str:
    """The secret that the page showed, which was signed for this member; else another one."""
    try:
        return str(_signer().loads(form.secret.data or "", max_age=_SECRET_LIFETIME_S))
    except BadSignature:
        form.refuse("This page was open too long: scan the new picture, then type its code")
        return str(codes().generate_totp_secret())


def _signer() -> URLSafeTimedSerializer:
    return signer(f"authenticator/{member().id}")


def _app_page(
    template: str, form: SetPasswordForm | NewAuthenticatorForm, sealed: str | None = None
) -> str:
    sealed = sealed or str(codes().generate_totp_secret())
    form.secret.data = _signer().dumps(sealed)
    picture = io.BytesIO()
    segno.make(codes().uri(member(), sealed), error="m").save(
        picture, kind="svg", xmldecl=False, svgns=False, scale=4, light="white", svgclass="qr"
    )
    return page(
        template,
        form=form,
        picture=Markup(picture.getvalue().decode()),  # noqa: S704  (drawn here)
        secret=codes().get_totp_pretty_key(sealed),
    )
