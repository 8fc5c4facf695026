"""The console is never framed, never cached, and runs nothing that is not its own (P10, P13)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask, session
from werkzeug.test import TestResponse

from server.partners.service import IssuedKey
from server.staff.service import User
from tests.factories.report import accepted_report
from tests.web.console.conftest import Link, SignIn
from tests.web.console.visitor import COOKIE, URL, Visitor

#: What stands in an address's place where any value will do.
ANY = {"uuid": "00000000-0000-7000-8000-000000000000", "int": "1", "string": "x", "path": "x"}

# Headers do not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

EXPECTED = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


def assert_guarded(answer: TestResponse) -> None:
    shown = {name: answer.headers.get(name) for name in EXPECTED}
    assert shown == EXPECTED, answer.request.path
    assert "X-Frame-Options" not in answer.headers


def console_addresses(app: Flask, reference: str, token: str) -> Iterator[tuple[str, str]]:
    """Every method and address of the console, filled in."""
    values = {"reference": reference, "token": token, **ANY}
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("console."):
            path = re.sub(
                r"<(?:(\w+):)?(\w+)>",
                lambda match: values.get(match[2]) or values[match[1] or "string"],
                rule.rule,
            )
            for method in sorted(rule.methods or ()):
                yield method, path


def test_every_address_in_every_state_has_the_headers(
    app: Flask, key: IssuedKey, sign_in: SignIn, link: Link, analyst: User
) -> None:
    reference = accepted_report(app, key.text).reference
    addresses = list(console_addresses(app, reference, link(analyst)))
    assert len(addresses) > 10
    codes = set()
    for visitor in (sign_in(analyst), Visitor(app)):
        for method, path in addresses:
            answer = visitor.client.open(path, method=method, base_url=URL)
            assert_guarded(answer)
            codes.add(answer.status_code)
    # Not found where a value was made up, refused where a role is not enough.
    assert codes == {200, 303, 400, 403, 404}


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/console", 308),
        ("GET", "/console/nothing/here", 404),
        ("GET", "/console/?before=nonsense", 404),
        ("GET", "/console/?mode=nonsense", 404),
        ("GET", "/console/reports/nonsense", 404),
        ("POST", "/console/", 405),
        ("DELETE", "/console/sign-in", 405),
        ("POST", "/console/sign-out", 400),
        ("GET", "/console/sign-in/nonsense", 410),
    ],
)
def test_errors_have_the_headers_and_the_consoles_look(
    at_work: Visitor, method: str, path: str, code: int
) -> None:
    answer = at_work.client.open(path, method=method, base_url=URL)
    assert answer.status_code == code
    assert_guarded(answer)
    if code != 308:
        assert "/static/console/tokens.css" in answer.text


def test_a_failure_has_the_headers_and_gives_nothing_away(app: Flask, at_work: Visitor) -> None:
    def fail() -> str:
        raise RuntimeError("https://secret.example/")

    app.testing = app.config["PROPAGATE_EXCEPTIONS"] = False
    app.view_functions["console.report_list"] = fail
    answer = at_work.get("/console/")
    assert answer.status_code == 500
    assert_guarded(answer)
    assert "Something went wrong on our side" in answer.text
    assert "secret" not in answer.text


def test_an_oversize_form_is_refused_in_the_consoles_look(at_work: Visitor) -> None:
    answer = at_work.post("/console/sign-out", "x" * 70_000)
    assert answer.status_code == 413
    assert_guarded(answer)


def test_no_page_has_inline_style_or_script(app: Flask, key: IssuedKey, at_work: Visitor) -> None:
    reference = accepted_report(app, key.text).reference
    for path in ("/console/", "/console/?mode=test", f"/console/reports/{reference}", "/console/x"):
        page = at_work.get(path).text
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page)
        assert not re.search(r'(?:src|href|action)="(?!/|#)', page), "a foreign address"


def test_public_pages_know_nothing_of_the_session(app: Flask, at_work: Visitor) -> None:
    assert at_work.cookie is not None
    paths = {
        re.sub(r"<[^>]+>", "x", rule.rule)
        for rule in app.url_map.iter_rules()
        if not rule.endpoint.startswith("console.") and "GET" in (rule.methods or ())
    }
    assert len(paths) > 8
    for path in sorted(paths | {"/nothing"}):
        answer = at_work.client.get(
            path, base_url=URL, headers={"Cookie": f"{COOKIE}={at_work.cookie}"}
        )
        assert "Set-Cookie" not in answer.headers, path
        assert "Cookie" not in answer.headers.get("Vary", ""), path
        policy = answer.headers.get("Content-Security-Policy")
        assert policy != EXPECTED["Content-Security-Policy"], path


@pytest.mark.parametrize("path", ["/", "/status", "/consoles/", "/embed/x", "/static/console/"])
def test_a_public_page_cannot_write_a_session(app: Flask, path: str) -> None:
    with app.test_request_context(path), pytest.raises(RuntimeError):
        session["anything"] = 1


def test_nothing_of_flask_security_runs_on_public_pages(app: Flask) -> None:
    hooks = (
        *app.before_request_funcs.get(None, ()),
        *app.after_request_funcs.get(None, ()),
        *app.teardown_request_funcs.get(None, ()),
        *app.template_context_processors.get(None, ()),
    )
    modules = {hook.__module__.partition(".")[0] for hook in hooks}
    assert not modules & {"flask_security", "flask_login", "flask_principal", "flask_wtf"}
    assert {"users", "roles"}.isdisjoint(app.cli.commands)
