"""Flask-Security for the console alone: public pages run none of its code."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.globals import app_ctx
from flask_security import Security, SQLAlchemySessionUserDatastore
from flask_security.utils import set_request_attr
from sqlalchemy.orm import Session, scoped_session

from server.extensions import csrf, database, settings
from server.staff import service as staff
from server.storage.keyring import derive_key
from server.web.console.blueprint import blueprint
from server.web.console.proofs import PASSWORD_SETTINGS, init_proofs
from server.web.console.sessions import configure_sessions, member_of_cookie


def init_console_security(app: Flask) -> None:
    """Wire sessions, CSRF and Flask-Security. Needs settings and database on `app`."""
    with app.app_context():
        secret, hotline = settings().console_secret, settings().hotline_name
    if secret is None:
        raise ValueError("the console needs PORTALS_CONSOLE_SECRET")
    app.config.update(_configuration(secret))
    init_proofs(app, _derive(secret, "totp"), hotline)
    configure_sessions(app)
    sessions = _session_per_request()
    datastore = SQLAlchemySessionUserDatastore(sessions, staff.User, staff.Role, staff.WebAuthn)

    def register() -> None:
        csrf.init_app(app)
        Security(app, datastore, register_blueprint=False)

    json, json_class = app.json, app.json_provider_class
    _confine(app, register)
    # Flask-Security brings a JSON provider of its own; the API's stays as it was.
    app.json, app.json_provider_class = json, json_class
    app.teardown_appcontext(lambda _error: sessions.remove())
    manager = app.extensions["security"].login_manager
    manager.user_loader(lambda uniquifier: _load_member(uniquifier, sessions))
    manager.request_loader(lambda _request: None)


def _session_per_request() -> scoped_session[Session]:
    """The session that Flask-Security holds on to; `remove` at the end of the request."""
    return scoped_session(
        lambda: database().new_session(),  # type: ignore[arg-type]
        scopefunc=lambda: id(app_ctx._get_current_object()),  # type: ignore[attr-defined]
    )


def _derive(secret: bytes, label: str) -> str:
    return base64.urlsafe_b64encode(derive_key(secret, f"console/{label}")).decode()


def _configuration(secret: bytes) -> dict[str, Any]:
    return {
        "SECRET_KEY": derive_key(secret, "console/session"),
        "SECURITY_PASSWORD_SALT": _derive(secret, "password"),
        **PASSWORD_SETTINGS,
        "SECURITY_URL_PREFIX": "/console/account",
        "SECURITY_TRACKABLE": False,
        "SECURITY_CLI_USERS_NAME": None,
        "SECURITY_CLI_ROLES_NAME": None,
        "WTF_CSRF_TIME_LIMIT": None,
    }


def _confine(app: Flask, register: Callable[[], None]) -> None:
    """Run `register`; move every hook it hangs on the whole application to the blueprint.

    Flask-Login and Flask-Principal look the session up in each request and each template,
    which would put `Vary: Cookie` on public pages.
    """
    hooks: tuple[dict[str | None, list[Any]], ...] = (
        app.before_request_funcs,
        app.after_request_funcs,
        app.teardown_request_funcs,
        app.template_context_processors,
    )
    counts = [len(table.get(None, ())) for table in hooks]
    register()
    for table, count in zip(hooks, counts, strict=True):
        added = table.get(None, [])[count:]
        if added:
            del table[None][count:]
            table.setdefault(blueprint.name, []).extend(added)


def _load_member(uniquifier: str, sessions: scoped_session[Session]) -> staff.User | None:
    member = member_of_cookie(uniquifier)
    if member is None:
        return None
    # Read without a write lock; held here, so that Flask-Security can change it.
    sessions.add(member)
    set_request_attr("fs_authn_via", "session")
    return member
