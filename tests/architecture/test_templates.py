"""Every template compiles with the filters, tests and globals of the real application."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.architecture.application import application
from tests.architecture.tree import project_files

OURS = sorted(
    path.as_posix().split("/templates/", 1)[1]
    for path in project_files("server")
    if "templates" in path.parts
)


@pytest.fixture(scope="module")
def app() -> Flask:
    return application()


def test_there_are_templates() -> None:
    assert len(OURS) > 10


@pytest.mark.parametrize("name", OURS)
def test_the_template_compiles(app: Flask, name: str) -> None:
    with app.app_context():
        app.jinja_env.get_template(name)


def test_nothing_is_printed_unescaped_by_a_filter() -> None:
    """`|safe` and `autoescape false` would let a citizen's words become markup."""
    loud = [
        f"{path}:{number}"
        for path in project_files("server")
        if "templates" in path.parts
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "|safe" in line.replace(" ", "") or "autoescape" in line
    ]
    assert not loud, loud
