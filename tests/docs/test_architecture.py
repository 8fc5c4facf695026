"""docs/architecture.md: the layers are those that are enforced, and every test it names exists."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT
from tests.docs.markdown import blocks, document, markdown_files, section

DOCUMENT = document("docs/architecture.md")
LAYERS = next(
    contract["layers"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
    if contract["id"] == "layers"
)
NAMED_TESTS = sorted(
    {
        name
        for path in markdown_files()
        for name in re.findall(r"`(tests/[\w/]+\.py(?:::\w+)?)`", document(str(path)))
    }
)


def test_the_diagram_shows_each_layer_in_its_order() -> None:
    diagram = blocks(section(DOCUMENT, "Layers"))[0].text
    packages = [re.findall(r"\w+", layer) for layer in LAYERS]
    places = [min(diagram.index(package) for package in layer) for layer in packages]
    assert places == sorted(places)
    # Those that stand side by side stand on one line.
    for layer in packages:
        for package in layer:
            assert re.search(rf"\b{package}\b", diagram), package


def test_the_invariants_name_tests() -> None:
    invariants = section(DOCUMENT, "Invariants, and what holds each")
    rows = re.findall(r"^\| (?!it is|---)(.*) \| (.*) \|$", invariants, re.MULTILINE)
    assert len(rows) > 12
    assert all("`tests/" in held for _, held in rows)


@pytest.mark.parametrize("name", NAMED_TESTS)
def test_a_test_that_is_named_exists(name: str) -> None:
    file, _, function = name.partition("::")
    assert (ROOT / file).is_file()
    assert f"def {function}(" in (ROOT / file).read_text() if function else True


def test_every_folder_of_tests_that_mirrors_nothing_is_explained() -> None:
    mirrored = {path.name for path in (ROOT / "server").iterdir()}
    own = {
        path.name
        for path in (ROOT / "tests").iterdir()
        if (path / "__init__.py").exists() and path.name not in mirrored
    }
    explained = {Path(target).name for target in re.findall(r"\]\(\.\./tests/([\w/]+)\)", DOCUMENT)}
    assert own == explained
