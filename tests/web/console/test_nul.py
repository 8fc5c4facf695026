"""A NUL in an address is no page, or a mistake in a form: PostgreSQL takes none."""

from __future__ import annotations

import pytest
from flask import Flask, Request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import Rule
from werkzeug.routing.converters import IntegerConverter, UnicodeConverter, UUIDConverter

from server.partners import service
from server.staff.service import RoleName
from tests.conftest import empty
from tests.web.console.filled_forms import send
from tests.web.console.visitor import URL, Visitor

PUBLIC_URL = "https://report.example.org"


class Arguments(ImmutableMultiDict):
    """A query that remembers what a page looks for in it."""

    asked: set[str] = set()

    def __contains__(self, name):
        self.asked.add(name)
        return super().__contains__(name)

    def __getitem__(self, name):
        self.asked.add(name)
        return super().__getitem__(name)


class RememberingRequest(Request):
    parameter_storage_class = Arguments


@pytest.fixture
def database(migrated_postgres):
    """PostgreSQL alone: SQLite takes any text."""
    empty(migrated_postgres)
    return migrated_postgres


def addresses(app: Flask, known: dict[str, str]) -> list[tuple[str, str]]:
    """Each page's host and address, as it should be and with a NUL in each part that is text."""
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
            continue
        named = {name: known.get(name, plain(rule, name)) for name in rule.arguments}
        base = URL if rule.rule.startswith("/console") else PUBLIC_URL
        texts = [n for n, part in rule._converters.items() if isinstance(part, UnicodeConverter)]
        variants = [named, *(named | {n: v} for n in texts for v in ("\0", f"{named[n]}\0"))]
        for variant in variants:
            _, path = rule.build(variant, append_unknown=False) or (None, None)
            if path:
                found.append((base, path))
    return found


def plain(rule: Rule, name: str) -> str | int:
    part = (rule._converters or {}).get(name)
    if isinstance(part, UUIDConverter):
        return "00000000-0000-0000-0000-000000000001"
    if isinstance(part, IntegerConverter):
        return 1
    return sorted(part.items)[0] if hasattr(part, "items") else "x"


def with_nul(path: str, asked: set[str]) -> list[str]:
    return [f"{path}?{name}={text}" for name in sorted(asked) for text in ("%00", "a%00")]


def test_no_page_fails_at_a_nul_in_its_address(app, key, member, sign_in, database):
    app.request_class = RememberingRequest
    app.config["PROPAGATE_EXCEPTIONS"] = False
    auditor = sign_in(member(RoleName.AUDITOR)).client
    others = sign_in(member(*set(RoleName) - {RoleName.AUDITOR})).client
    with database.reading() as session:
        row = service.get_key(session, key.text)
        known = {
            "slug": row.partner.slug,
            "portal": row.portal.slug,
            "key": row.text,
            "key_id": str(row.id),
        }
    failed = []
    for base, path in addresses(app, known):
        asked = Arguments.asked = set()
        paths = [path]
        for tried_path in paths:
            client = auditor if path.startswith("/console/audit") else others
            status = client.get(tried_path, base_url=base).status_code
            assert status != 403, path
            if tried_path == path and "%00" not in path:
                paths += with_nul(path, asked)
            if status >= 500:
                failed.append((tried_path, status))
    assert failed == []


def test_an_address_with_a_nul_does_not_sign_in(app):
    visitor, path = Visitor(app), "/console/sign-in/password"
    page = visitor.get("/console/sign-in")
    answer = send(visitor, page, path, email="a\0@example.org", password="x", code="123456")
    assert answer.status_code == 422
    assert "control characters are not allowed" in answer.text
