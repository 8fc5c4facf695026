"""Builds the widget with Python alone: joins, minifies and checks its parts, weighs the result.

`python -m widget.build` writes `static/widget/`; `--sizes` also prints each file and its budget;
`--release` keeps the loader for good as the project's version (see `released.py`).
The output is a function of the sources and the version: the same input gives the same bytes.
"""

import argparse
import hashlib
import json
import re
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import brotli
import rcssmin
import rjsmin
from calmjs.parse import asttypes
from calmjs.parse.exceptions import ECMASyntaxError
from calmjs.parse.parsers.es5 import parse as parse_es5
from calmjs.parse.unparsers.es5 import minify_print

from widget.released import LOADER, RELEASES, Release, ReleaseError, kept_releases, record_release

SOURCE = Path(__file__).parent
PROJECT = SOURCE.parent
TARGET = PROJECT / "static" / "widget"

VERSION_PLACEHOLDER = "__VERSION__"

_NAMED_NUMBER = re.compile(r"^var ([A-Z][A-Z_]*) = (\d+);", re.MULTILINE)
_LITERALS_IN_A_ROW = re.compile(r"' \+\s*'")


@dataclass(frozen=True)
class Bundle:
    """A built file: `parts` of `folder` in the order in which they read; all when none is named."""

    name: str
    folder: str
    parts: tuple[str, ...] = ()
    budget: int | None = None
    """Bytes after brotli at quality 11. None: the whole document has one, and its own test."""


BUNDLES = (
    Bundle(
        "v1.js",
        "loader",
        (
            # Of the orders tried the lightest, by 18 bytes: only that start.js is last matters.
            "adopt.js",
            "events.js",
            "api.js",
            "page.js",
            "leave.js",
            "frame.js",
            "fallback.js",
            "origin.js",
            "dialog.js",
            "inline.js",
            "link.js",
            "connection.js",
            "size.js",
            "start.js",
        ),
        budget=2048,
    ),
    Bundle(
        "solver.js",
        "solver",
        ("sha256.js", "hex.js", "sliced.js", "native.js", "solve.js"),
        budget=1280,
    ),
    Bundle(
        "frame.js",
        "frame",
        (
            "dom.js",
            "host.js",
            "leave.js",
            "receipt.js",
            "load.js",
            "steps.js",
            "prefill.js",
            "start.js",
        ),
    ),
    Bundle(
        "sender.js",
        "sender",
        (
            "frame.js",
            "request.js",
            "country.js",
            "mistakes.js",
            "answers.js",
            "challenge.js",
            "send.js",
        ),
        budget=3072,
    ),
    Bundle("preview.js", "preview"),
    Bundle("frame.css", "frame"),
)


@dataclass(frozen=True)
class Weight:
    """What a built file weighs in bytes, plain and after brotli 11, and its hash."""

    bytes: int
    brotli: int
    sha256: str


class BuildError(Exception):
    """The sources cannot be shipped; the message names the file and the reason."""


def build(
    source_dir: Path = SOURCE, target_dir: Path = TARGET, version: str | None = None
) -> dict[str, Weight]:
    """Write all bundles, kept releases, `releases.json` and `manifest.json` into `target_dir`.

    `version` is the project's own by default. A bundle without parts, listed or found, is left out.
    Nothing is written unless all of it is good. Returns the weights by name of file.

    Raises:
        BuildError: a part is missing or unlisted, a script is not ECMAScript 5, or the loader
            calls itself a release that it is not.
        ReleaseError: a kept release was changed.
    """
    version = version or project_version()
    kept = kept_releases(source_dir / RELEASES.name)
    built = {
        bundle.name: bundled(source_dir, bundle, version)
        for bundle in BUNDLES
        if bundle.parts or _present(source_dir, bundle)
    }
    if version in kept and kept[version].loader != built["v1.js"]:
        raise BuildError(
            f"v1.js is not {version} as released: give pyproject.toml the next version, for "
            "instance with .dev0 behind it"
        )
    weights = {name: weigh(content) for name, content in built.items()}

    target_dir.mkdir(parents=True, exist_ok=True)
    for name, content in built.items():
        _write(target_dir / name, content)
    _write(target_dir / "releases.json", _json(releases(kept)))
    for release in kept.values():
        (target_dir / release.version).mkdir(exist_ok=True)
        _write(target_dir / release.version / LOADER, release.loader)
    _write(target_dir / "manifest.json", _json({n: vars(w) for n, w in weights.items()}))
    return weights


def project_version(project: Path = PROJECT) -> str:
    """The version in `pyproject.toml`."""
    with (project / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def bundled(source_dir: Path, bundle: Bundle, version: str) -> bytes:
    """The minified content of one bundle.

    Raises:
        BuildError: see `build`.
    """
    sources = [path.read_text(encoding="utf-8") for path in _parts(source_dir, bundle)]
    if bundle.name.endswith(".css"):
        return str(rcssmin.cssmin("\n".join(sources))).encode()
    return script(sources, bundle.name, version).encode()


def script(sources: list[str], name: str, version: str) -> str:
    """One minified strict function expression of all `sources`, which share its scope.

    Local names are shortened (a sixth of the compressed size); properties and globals are not.

    Raises:
        BuildError: the script is not ECMAScript 5, the language of phones of 2014.
    """
    joined = "(function(){\n" + inlined("\n".join(sources)) + "\n})();\n"
    try:
        tree = parse_es5(joined.replace(VERSION_PLACEHOLDER, version))
        shorten(tree)
        minified = str(rjsmin.jsmin(minify_print(tree, obfuscate=True, drop_semi=True)))
        parse_es5(minified)  # what is shipped is what is checked
    except ECMASyntaxError as error:
        raise BuildError(f"{name} is not ECMAScript 5: {error}") from error
    return minified


def inlined(code: str) -> str:
    """`code` with its named numbers written out, and string literals in a row made one.

    A named number is a line `var NAME = 12;`, for the reader: its name costs, and says nothing to
    a browser.
    """
    for name, number in _NAMED_NUMBER.findall(code):
        code = re.sub(rf"\b{name}\b", number, code.replace(f"var {name} = {number};", ""))
    return _LITERALS_IN_A_ROW.sub("", code)


def shorten(node: asttypes.Node) -> None:
    """In place and all the way down: declarations in a row become one, `true` becomes `!0`."""
    if isinstance(node, asttypes.Boolean):
        node.value = {"true": "!0", "false": "!1"}[node.value]
    for name in ("_children_list", "elements"):
        statements = getattr(node, name, None)
        if isinstance(statements, list):
            setattr(node, name, _joined(statements))
    for child in node.children():
        if isinstance(child, asttypes.Node):
            shorten(child)


def _joined(statements: list[asttypes.Node]) -> list[asttypes.Node]:
    joined: list[asttypes.Node] = []
    for statement in statements:
        last = joined[-1] if joined else None
        if isinstance(last, asttypes.VarStatement) and isinstance(statement, asttypes.VarStatement):
            last._children_list += statement.children()
        else:
            joined.append(statement)
    return joined


def weigh(content: bytes) -> Weight:
    """The weights of one built file."""
    return Weight(
        bytes=len(content),
        brotli=len(brotli.compress(content, quality=11)),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def releases(kept: dict[str, Release]) -> dict[str, object]:
    """What `releases.json` says: where each pinned loader is, and its hash (W3C SRI)."""
    return {
        "latest": list(kept)[-1] if kept else None,
        "releases": {
            version: {"loader": f"/widget/{version}/{LOADER}", "integrity": release.integrity}
            for version, release in kept.items()
        },
    }


def over_budget(weights: dict[str, Weight]) -> list[str]:
    """The names of the files that weigh more than their budget."""
    return [
        bundle.name
        for bundle in BUNDLES
        if bundle.budget and bundle.name in weights and weights[bundle.name].brotli > bundle.budget
    ]


def size_table(weights: dict[str, Weight]) -> str:
    """The weights as a table for a person."""
    lines = [f"{'file':<12}{'bytes':>8}{'brotli':>8}{'budget':>8}"]
    for bundle in BUNDLES:
        if weight := weights.get(bundle.name):
            line = f"{bundle.name:<12}{weight.bytes:>8}{weight.brotli:>8}{bundle.budget or '-':>8}"
            lines.append(line + ("  over" if over_budget({bundle.name: weight}) else ""))
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Build; exit status 1 when the sources are wrong, or with `--sizes` too heavy."""
    parser = argparse.ArgumentParser(prog="python -m widget.build", description="Build the widget.")
    parser.add_argument("--sizes", action="store_true", help="print sizes; fail over the budget")
    parser.add_argument("--release", action="store_true", help="keep the loader as a release")
    options = parser.parse_args(arguments)
    try:
        weights = build()
        if options.release:
            release = record_release(project_version(), (TARGET / "v1.js").read_bytes())
            print(f"{release.version} {release.integrity}")
            build()
    except (BuildError, ReleaseError) as error:
        print(error, file=sys.stderr)
        return 1
    if options.sizes:
        print(size_table(weights))
        return 1 if over_budget(weights) else 0
    return 0


def _parts(source_dir: Path, bundle: Bundle) -> list[Path]:
    present = _present(source_dir, bundle)
    listed = bundle.parts or tuple(sorted(present))
    if odd := present.symmetric_difference(listed):
        raise BuildError(f"{bundle.folder}/: {', '.join(sorted(odd))} is missing or not listed")
    return [source_dir / bundle.folder / name for name in listed]


def _present(source_dir: Path, bundle: Bundle) -> set[str]:
    folder = source_dir / bundle.folder
    return {path.name for path in folder.glob("*" + Path(bundle.name).suffix)}


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and untouched when nothing changed: a running server may be reading."""
    if path.is_file() and path.read_bytes() == content:
        return
    draft = path.with_name(f".{path.name}.{id(content):x}")
    draft.write_bytes(content)
    draft.replace(path)


if __name__ == "__main__":
    sys.exit(main())
