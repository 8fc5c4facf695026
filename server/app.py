"""The application factory: wiring only."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from server.config import Settings, bundled
from server.extensions import (
    AVAILABILITY,
    DATABASE,
    INTAKE,
    KEYS,
    LIMITS,
    READS,
    SETTINGS,
    SNAPSHOT,
    babel,
)
from server.observability.logs import configure_logs, log_unhandled
from server.partners.service import KeyCache
from server.storage.availability import Availability, BoundedReads
from server.storage.database import Database
from server.storage.snapshot import Snapshot
from server.web import health, metrics
from server.web.access import anyone
from server.web.api.lane import MAX_BODY_BYTES
from server.web.api.setup import init_api
from server.web.counted import CountedAnswers
from server.web.embed import preview
from server.web.embed import views as embed
from server.web.errors import init_errors
from server.web.forwarded import ForwardedWatch
from server.web.intake import open_intake
from server.web.kit import views as kit
from server.web.limits import make_limits
from server.web.lookups import init_lookups
from server.web.portal import views as portal
from server.web.submission import EXTENSION as RECEPTION
from server.web.submission import Reception
from server.web.widget import views as widget


class PortalsApp(Flask):
    """Flask, with a log of unhandled exceptions that holds nothing a citizen wrote."""

    def log_exception(self, exc_info: Any) -> None:
        log_unhandled(exc_info)


def create_app(settings: Settings, database: Database | None = None) -> Flask:
    """The WSGI application for the surfaces that `settings` names."""
    configure_logs()
    app = PortalsApp("server", static_folder=bundled("static"))
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES,
        BABEL_TRANSLATION_DIRECTORIES=str(bundled("translations")),
    )
    app.extensions[SETTINGS] = settings
    app.extensions[DATABASE] = database = database or Database(settings.database_url)
    app.extensions[AVAILABILITY] = available = Availability()
    app.extensions[READS] = reads = BoundedReads(database, available)
    app.extensions[KEYS] = keys = KeyCache(reads, settings.intake_secrets)
    app.view_functions["static"] = anyone("stylesheets and scripts")(app.view_functions["static"])
    app.extensions[LIMITS] = limits = make_limits(settings)
    babel.init_app(app)
    init_lookups(app)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(metrics.blueprint)
    if settings.serves_public:
        app.extensions[SNAPSHOT] = snapshot = _snapshot(settings)
        keys.survive(snapshot)
        app.extensions[INTAKE] = intake = open_intake(app)
        app.extensions[RECEPTION] = Reception(intake, limits)
        init_api(app)
        for area in (widget, embed, preview, portal, kit):
            app.register_blueprint(area.blueprint)
    if settings.serves_console:
        # Loaded only where it is served: it takes as much memory as all else.
        from server.web.console import views as console

        console.init_console_security(app)
        app.register_blueprint(console.blueprint)
    init_errors(app)
    if hops := settings.trusted_proxies:  # in front of the lanes, too
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    app.wsgi_app = ForwardedWatch(app.wsgi_app, hops)  # type: ignore[method-assign]
    app.wsgi_app = CountedAnswers(app.wsgi_app)  # type: ignore[method-assign]
    return app


def _snapshot(settings: Settings) -> Snapshot:
    """What this process knows by heart, for one that starts while the database is away."""
    spool = cast(Path, settings.spool)  # the public surface does not start without
    return Snapshot(spool / "last-known.json", settings.intake_secrets)
