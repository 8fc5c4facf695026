"""The lock files belong to pyproject.toml: nothing is missing, nothing contradicts it."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.architecture.tree import ROOT, project_files

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
WANTED = {
    "base": PROJECT["project"]["dependencies"],
    "build": PROJECT["build-system"]["requires"],
    "test": PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["test"],
    "lint": PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["lint"],
}
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", re.MULTILINE)


def pins(lock: str) -> dict[str, set[str]]:
    """Name to pinned versions (several where a package differs by Python or system)."""
    found: dict[str, set[str]] = {}
    for name, version in PIN.findall((ROOT / f"requirements/{lock}.txt").read_text()):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


@pytest.mark.parametrize("lock", WANTED)
def test_a_lock_pins_what_the_project_asks_for(lock: str) -> None:
    pinned = pins(lock)
    for text in WANTED[lock]:
        wanted = Requirement(text)
        versions = pinned.get(canonicalize_name(wanted.name), set())
        assert versions, f"{wanted.name} is not in requirements/{lock}.txt: run `make lock`"
        assert all(wanted.specifier.contains(Version(version)) for version in versions), (
            f"{wanted} is not what requirements/{lock}.txt pins: run `make lock`"
        )


def test_one_environment_can_hold_all_locks() -> None:
    versions: dict[str, set[tuple[str, ...]]] = {}
    for lock in WANTED:
        for name, pinned in pins(lock).items():
            versions.setdefault(name, set()).add(tuple(sorted(pinned)))
    assert not {name: found for name, found in versions.items() if len(found) > 1}


@pytest.mark.parametrize("lock", WANTED)
def test_a_lock_holds_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / f"requirements/{lock}.txt").read_text()
    entries = text.replace("\\\n", " ").splitlines()
    assert all("--hash=sha256:" in entry for entry in entries if entry.strip())
    assert "://" not in text
    assert "--index-url" not in text


def test_what_the_code_imports_is_in_its_lock() -> None:
    """A package that stands in one environment by chance is missing in the next."""
    distributions = packages_distributions()
    pinned = pins("base").keys() | pins("oidc").keys()  # the extra's imports are made late
    missing = {
        f"{path}: {package}"
        for path in project_files("server", "widget")
        if path.suffix == ".py"
        for package in imported_packages(path)
        if package not in sys.stdlib_module_names
        and package not in ("server", "widget")
        and not {canonicalize_name(name) for name in distributions.get(package, [])} & pinned
    }
    assert not missing, missing


def imported_packages(path: Path) -> set[str]:
    """The top-level names that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found
