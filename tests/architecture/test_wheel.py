"""The wheel is whole: what a checkout serves, an installation serves too."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, project_files

BUNDLED = ("static", "translations", "examples", "deploy")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from the tree, without the network, unpacked into a folder of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as packed:
        packed.extractall(folder / "unpacked")
    return folder / "unpacked"


def test_every_file_of_the_product_is_in_the_wheel(wheel: Path) -> None:
    wanted = [Path(path) for path in project_files("server", "widget")] + [
        "server/_bundled" / path for path in project_files(*BUNDLED)
    ]
    assert len(wanted) > 100
    assert [str(path) for path in wanted if not (wheel / path).is_file()] == []


def test_what_is_compiled_is_in_the_wheel(wheel: Path) -> None:
    catalogues = [path for path in project_files("translations") if path.suffix == ".po"]
    assert catalogues
    wanted = [
        "static/widget/v1.js",
        "static/widget/0.1.0/widget.js",
        *(path.with_suffix(".mo") for path in catalogues),
    ]
    missing = [str(path) for path in wanted if not (wheel / "server/_bundled" / path).is_file()]
    assert not missing, f"run `make compile` first: {missing}"


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    assert {path.name for path in wheel.iterdir() if path.suffix != ".dist-info"} == {
        "server",
        "widget",
    }
    assert not [path for path in wheel.rglob("*") if path.name in ("__pycache__", "var", ".env")]


def test_an_installation_finds_its_own_files(wheel: Path) -> None:
    question = (
        "import server.app, server.cli; from server.config import bundled;"
        f"print(*(bundled(name) for name in {BUNDLED}), sep='\\n')"
    )
    answer = subprocess.run(
        [sys.executable, "-P", "-c", question],
        cwd=wheel.parent,
        env={"PYTHONPATH": str(wheel)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert answer == [str(wheel / "server/_bundled" / name) for name in BUNDLED]
