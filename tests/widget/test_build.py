"""The build: one language, known order, same bytes, within budget."""

import base64
import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest

from widget import build as widget_build
from widget.build import (
    BUNDLES,
    SOURCE,
    BuildError,
    Bundle,
    build,
    bundled,
    main,
    over_budget,
    project_version,
    script,
    size_table,
)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of the widget's sources, to change."""
    copy = tmp_path / "source"
    shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


@pytest.mark.parametrize(
    "newer",
    [
        "let a = 1;",
        "const a = 1;",
        "var f = () => 1;",
        "var s = `x`;",
        "class A {}",
        "var o = {f() {}};",
        "for (var a of []) {}",
        "f(...a);",
        "var b = a?.b;",
        "async function f() {}",
    ],
)
def test_a_newer_language_is_refused(newer: str) -> None:
    with pytest.raises(BuildError, match=r"^x\.js is not ECMAScript 5"):
        script(["var before = 1;", newer], "x.js", "1")


def test_one_let_and_nothing_is_written(source: Path, tmp_path: Path) -> None:
    with (source / "loader" / "size.js").open("a") as file:
        file.write("let a = 1;")
    with pytest.raises(BuildError, match=r"^v1\.js is not ECMAScript 5"):
        build(source, tmp_path / "target")
    assert not (tmp_path / "target").exists()


def test_budgets_hold(tmp_path: Path) -> None:
    weights = build(SOURCE, tmp_path)
    assert weights["v1.js"].brotli <= 2048
    assert weights["solver.js"].brotli <= 1280
    assert over_budget(weights) == []


def test_the_same_sources_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    build(SOURCE, first)
    build(SOURCE, second)
    names = sorted(path.name for path in first.iterdir())
    assert {"v1.js", "solver.js", "releases.json", "manifest.json"} <= set(names)
    assert names == sorted(path.name for path in second.iterdir())
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_a_rebuild_leaves_an_unchanged_file_alone(tmp_path: Path) -> None:
    build(SOURCE, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    build(SOURCE, tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_the_release_names_its_version_and_hash(built: Path) -> None:
    version = project_version()
    loader = (built / "v1.js").read_bytes()
    assert f"'{version}'".encode() in loader
    digest = base64.b64encode(hashlib.sha384(loader).digest()).decode()
    assert json.loads((built / "releases.json").read_text()) == {
        "latest": version,
        "releases": {
            version: {"loader": f"/widget/{version}/widget.js", "integrity": f"sha384-{digest}"}
        },
    }


def test_the_manifest_weighs_every_file(built: Path) -> None:
    manifest = json.loads((built / "manifest.json").read_text())
    scripts = {path.name for path in built.iterdir() if path.suffix in {".js", ".css"}}
    assert set(manifest) == scripts
    for name, weight in manifest.items():
        content = (built / name).read_bytes()
        assert weight["bytes"] == len(content)
        assert weight["sha256"] == hashlib.sha256(content).hexdigest()


def test_a_part_that_is_not_listed_is_no_silent_loss(source: Path, tmp_path: Path) -> None:
    (source / "solver" / "faster.js").write_text("var a = 1;")
    with pytest.raises(BuildError, match=r"solver/: faster\.js is missing or not listed"):
        build(source, tmp_path / "target")


def test_a_missing_part_is_named(source: Path, tmp_path: Path) -> None:
    (source / "loader" / "leave.js").unlink()
    with pytest.raises(BuildError, match=r"loader/: leave\.js is missing or not listed"):
        build(source, tmp_path / "target")


def test_parts_are_joined_in_the_order_in_which_they_are_listed(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "a.js").write_text("window.second = first; // comment\n")
    (tmp_path / "x" / "b.js").write_text("var first = '__VERSION__'\n")
    built = bundled(tmp_path, Bundle("x.js", "x", ("b.js", "a.js")), "1.2.3")
    assert built == b"(function(){'use strict';var a='1.2.3';window.second=a})()"


def test_parts_that_are_not_listed_are_joined_in_the_order_of_their_names(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "2.css").write_text("b { color: blue; }\n/* why */\n")
    (tmp_path / "x" / "1.css").write_text("a { color: red; }\n")
    assert bundled(tmp_path, Bundle("x.css", "x"), "1") == b"a{color:red}b{color:blue}"


def test_a_heavy_file_is_over_budget(source: Path, tmp_path: Path) -> None:
    ballast = "".join(hashlib.sha256(bytes([n])).hexdigest() for n in range(80))
    (source / "loader" / "leave.js").write_text(f"function leave() {{ return '{ballast}'; }}")
    weights = build(source, tmp_path / "target")
    assert over_budget(weights) == ["v1.js"]
    assert re.search(r"v1\.js .* 2048  over$", size_table(weights), re.MULTILINE)


def test_sizes_are_printed_and_held(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(widget_build, "build", lambda: build(SOURCE, tmp_path))
    assert main(["--sizes"]) == 0
    assert "solver.js" in capsys.readouterr().out


def test_nothing_in_the_partners_page_writes_html_or_runs_text(built: Path) -> None:
    """And nothing that engines of 2014 lack: the parser knows syntax only."""
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc|\beval\b|Function\b|"
        r"createElement|localStorage|sessionStorage|\bcookie\b|XMLHttpRequest|fetch|sendBeacon|"
        r"Promise|Symbol|\bURL\b|closest|Object\.assign|startsWith|includes|console|'\*'|\"\*\""
    )
    for name in ("v1.js", "solver.js"):
        assert not forbidden.search((built / name).read_text())


def test_every_part_says_what_it_is_for() -> None:
    for bundle in BUNDLES:
        for part in bundle.parts:
            assert (SOURCE / bundle.folder / part).read_text().startswith("/* ")
