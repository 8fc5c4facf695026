"""The build: one language, known order, same bytes, within budget."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from widget import build as widget_build
from widget.build import (
    BUNDLES,
    SOURCE,
    BuildError,
    Bundle,
    Weight,
    build,
    bundled,
    main,
    over_budget,
    script,
    weigh,
)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of the widget's sources, to change."""
    copy = tmp_path / "source"
    shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def manifest(built: Path) -> dict[str, Weight]:
    """The weights that the build wrote down."""
    written = json.loads((built / "manifest.json").read_text())
    return {name: Weight(**weight) for name, weight in written.items()}


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


def test_budgets_hold(built: Path) -> None:
    weights = manifest(built)
    assert weights["v1.js"].brotli <= 2048
    assert weights["solver.js"].brotli <= 1280
    assert over_budget(weights) == []


def test_the_same_sources_give_the_same_bytes_and_leave_the_files_alone(built: Path) -> None:
    """In another process, whose hashes of strings are others."""

    def content() -> dict[Path, tuple[bytes, int]]:
        files = [path for path in built.rglob("*") if path.is_file()]
        return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}

    before = content()
    again = "import pathlib, sys, widget.build as b; b.build(target_dir=pathlib.Path(sys.argv[1]))"
    subprocess.run(
        [sys.executable, "-c", again, built],
        check=True,
        cwd=SOURCE.parent,
        env=os.environ | {"PYTHONHASHSEED": "20251122"},
    )
    assert content() == before


def test_the_manifest_weighs_every_file(built: Path) -> None:
    scripts = {path.name for path in built.iterdir() if path.suffix in {".js", ".css"}}
    assert {"v1.js", "solver.js"} <= scripts
    assert manifest(built) == {name: weigh((built / name).read_bytes()) for name in scripts}
    weight = weigh(b"a" * 1000)
    assert weight.bytes == 1000
    assert weight.brotli < 20
    assert weight.sha256 == hashlib.sha256(b"a" * 1000).hexdigest()


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
    assert built == b"(function(){var a='1.2.3';window.second=a})()"


def test_what_only_the_reader_needs_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "a.js").write_text(
        "var LONGEST_WAIT = 500; // ms\n"
        "var a = true;\nvar b = 'one' +\n  ' two';\nf(LONGEST_WAIT, a, b, 'LONGER_WAIT');\n"
    )
    built = bundled(tmp_path, Bundle("x.js", "x", ("a.js",)), "1")
    assert built == b"(function(){var b=!0,a='one two';f(500,b,a,'LONGER_WAIT')})()"


def test_parts_that_are_not_listed_are_joined_in_the_order_of_their_names(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "2.css").write_text("b { color: blue; }\n/* why */\n")
    (tmp_path / "x" / "1.css").write_text("a { color: red; }\n")
    assert bundled(tmp_path, Bundle("x.css", "x"), "1") == b"a{color:red}b{color:blue}"


def test_one_byte_over_the_budget_is_too_heavy(
    built: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = manifest(built)
    monkeypatch.setattr(widget_build, "build", lambda: weights)
    weights["v1.js"] = replace(weights["v1.js"], brotli=2048)
    assert main(["--sizes"]) == 0
    assert "over" not in capsys.readouterr().out

    weights["v1.js"] = replace(weights["v1.js"], brotli=2049)
    assert main(["--sizes"]) == 1
    assert re.search(r"^v1\.js .* 2049 +2048  over$", capsys.readouterr().out, re.MULTILINE)


def test_a_build_that_fails_says_why_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(widget_build, "build", lambda: script(["let a;"], "x.js", "1"))
    assert main([]) == 1
    assert re.fullmatch(r"x\.js is not ECMAScript 5: .*\n", capsys.readouterr().err)


def test_nothing_in_the_partners_page_writes_html_or_runs_text(built: Path) -> None:
    """And nothing that engines of 2014 lack: the parser knows syntax only."""
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc|\beval\b|Function\b|"
        r"localStorage|sessionStorage|\bcookie\b|XMLHttpRequest|fetch|sendBeacon|"
        r"Promise|Symbol|\bURL\b|closest|Object\.assign|startsWith|includes|console|'\*'|\"\*\""
    )
    for name in ("v1.js", "solver.js"):
        script = (built / name).read_text()
        assert not forbidden.search(script)
        made = set(re.findall(r"createElement\((.*?)\)", script))
        assert made <= {"'a'", "'iframe'", "'dialog'", "'button'"}


def test_every_part_says_what_it_is_for() -> None:
    for bundle in BUNDLES:
        for part in bundle.parts:
            assert (SOURCE / bundle.folder / part).read_text().startswith("/* ")
