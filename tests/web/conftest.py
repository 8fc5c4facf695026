"""Pages and answers: each test on one of the two databases, in turn; and of each test that needs a
browser one case. All of them with `--all-cases`.

What depends on the database lies below the edge, where every test runs on both. On PostgreSQL the
application is what its database role lets it be: whatever it does needs a grant in roles.sql.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from zlib import crc32

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache

from server.app import create_app
from server.config import Settings
from server.reports.models import SealingKey
from server.storage.database import Database
from server.storage.roles import PUBLIC
from tests.services.database_roles import BOTH, set_up_roles

HERE = Path(__file__).parent
KINDS = ("postgresql", "sqlite")
#: The areas of the public surface. All others need the console's role too.
PUBLIC_AREAS = ("api", "embed", "kit", "portal", "widget")


@pytest.fixture(scope="session")
def databases_by_role(migrated_postgres: Database) -> Iterator[dict[str, Database]]:
    """The shared PostgreSQL database, as whoever serves it may see it."""
    urls = set_up_roles(migrated_postgres)
    databases = {role: Database(urls[role]) for role in (PUBLIC, BOTH)}
    yield databases
    for database in databases.values():
        database.dispose()


@pytest.fixture
def app(
    request: pytest.FixtureRequest,
    settings: Settings,
    database: Database,
    sealing_key: SealingKey,
    compiled_templates: FileSystemBytecodeCache,
) -> Flask:
    """The whole application, under the role of the surface that is tested."""
    if not database.is_sqlite:
        role = PUBLIC if request.path.relative_to(HERE).parts[0] in PUBLIC_AREAS else BOTH
        database = request.getfixturevalue("databases_by_role")[role]
    app = create_app(settings, database)
    app.jinja_env.bytecode_cache = compiled_templates
    app.testing = True
    return app


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--all-cases"):
        return
    left_out = {item.nodeid for item in items if _is_for_the_other(item)}
    left_out |= _further_cases(item for item in items if item.nodeid not in left_out)
    config.hook.pytest_deselected(items=[each for each in items if each.nodeid in left_out])
    items[:] = [each for each in items if each.nodeid not in left_out]


def _further_cases(items: Iterable[pytest.Item]) -> set[str]:
    """A case in a browser takes a second, and there are hundreds."""
    seen: set[str] = set()
    further = set()
    for item in items:
        if item.path.is_relative_to(HERE) and "browser" in getattr(item, "fixturenames", ()):
            test = item.nodeid.partition("[")[0]
            if test in seen:
                further.add(item.nodeid)
            seen.add(test)
    return further


def _is_for_the_other(item: pytest.Item) -> bool:
    case = getattr(item, "callspec", None)
    kind = case.params.get("database") if case else None
    if kind not in KINDS or not item.path.is_relative_to(HERE):
        return False
    same_test = item.nodeid.replace(str(kind), "")
    return bool(kind != KINDS[crc32(same_test.encode()) % len(KINDS)])
