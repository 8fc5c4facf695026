"""The addresses of the product are a contract, and each says who may call it."""

from __future__ import annotations

import json

from flask import Flask

from tests.architecture.application import application
from tests.architecture.routes import CONTRACT, UNDECLARED, current_routes, routes_of


def test_the_addresses_are_those_of_the_contract() -> None:
    assert current_routes() == json.loads(CONTRACT.read_text(encoding="utf-8")), (
        "review the difference, then: python -m tests.architecture.routes"
    )


def test_every_address_says_who_may_call_it() -> None:
    undeclared = [
        f"{method} {rule}"
        for surface in current_routes().values()
        for rule, methods in surface.items()
        for method, access in methods.items()
        if access == UNDECLARED
    ]
    assert not undeclared, f"mark them with server.web.access: {undeclared}"


def test_an_undeclared_view_would_be_seen() -> None:
    app = Flask("undeclared")
    app.add_url_rule("/open", view_func=lambda: "", methods=["POST"])
    assert routes_of(app)["/open"] == {"POST": UNDECLARED}


def test_the_surfaces_share_nothing_but_what_both_need() -> None:
    surfaces = current_routes()
    shared = surfaces["public"].keys() & surfaces["console"].keys()
    assert not [rule for rule in shared if rule.startswith(("/console", "/api", "/embed", "/r/"))]
    assert all(rule.startswith("/console") for rule in surfaces["console"].keys() - shared)
    assert routes_of(application()) == dict(
        sorted({**surfaces["public"], **surfaces["console"]}.items())
    )


def test_only_the_console_asks_for_permissions() -> None:
    assert all(
        access.startswith("anyone: ")
        for methods in current_routes()["public"].values()
        for access in methods.values()
    )
