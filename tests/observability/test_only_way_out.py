"""Nothing of ours writes to a log or a terminal but the log that redacts, and the commands."""

from __future__ import annotations

import ast

import pytest

from server.observability.logs import ALLOWED_FIELDS
from tests.architecture.tree import ROOT, project_files

SOURCES = [path for path in project_files("server") if path.suffix == ".py"]
#: May speak to the person at the terminal, who typed what they are told.
SPEAKING = ("server/commands/", "server/cli.py", "server/demo/")
#: The log itself, and the one handler that is given to the server program.
LOGS = ("server/observability/", "server/serving.py")
MODULES = {"logging", "warnings", "traceback", "syslog", "pdb"}
CALLS = {"print", "print_exc", "print_exception", "pprint", "breakpoint", "secho", "echo"}
#: Says a fixed text of a kind of exception that it alone raises.
CHOOSES_A_TEXT = ("server/storage/snapshot.py",)
METHODS = {"debug", "info", "warning", "error", "critical", "exception", "log"}


def parsed(path) -> tuple[str, ast.Module]:
    return str(path), ast.parse((ROOT / path).read_text())


def test_no_other_module_logs_warns_or_prints():
    assert len(SOURCES) > 100
    for path in SOURCES:
        name, tree = parsed(path)
        if name.startswith(LOGS):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                assert not MODULES & {each.name for each in node.names}, f"{name}:{node.lineno}"
            if isinstance(node, ast.ImportFrom):
                assert node.module not in MODULES, f"{name}:{node.lineno}"
            if isinstance(node, ast.Call) and not name.startswith(SPEAKING):
                assert called(node) not in CALLS, f"{name}:{node.lineno}"


def test_what_is_logged_is_on_the_list_under_its_own_name():
    """A field that is not would be dropped: its writer should know."""
    found = 0
    for path in SOURCES:
        name, tree = parsed(path)
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if getattr(node.func.value, "id", "") != "_log" or node.func.attr not in METHODS:
                continue
            found += 1
            given = {each.arg for each in node.keywords if each.arg}
            assert given <= ALLOWED_FIELDS, f"{name}:{node.lineno}"
            for said in node.args:
                is_built = isinstance(said, ast.JoinedStr | ast.BinOp | ast.Call)
                assert not is_built or name in CHOOSES_A_TEXT, (
                    f"{name}:{node.lineno}: say a fixed text"
                )
    assert found > 3


@pytest.mark.parametrize("field", ["address", "remote", "path", "url", "user_agent", "exception"])
def test_nothing_of_a_request_is_on_the_list(field):
    assert field not in ALLOWED_FIELDS


def called(node: ast.Call) -> str:
    return getattr(node.func, "id", None) or getattr(node.func, "attr", "")
