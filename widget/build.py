"""Builds the widget with Python alone: joins, minifies and checks its parts, weighs the result.

`python -m widget.build` writes `static/widget/`; `--sizes` also prints each file and its budget.
The output is a function of the sources and the version: the same input gives the same bytes.
"""

import argparse
import base64
import hashlib
import json
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import brotli
import rcssmin
import rjsmin
from calmjs.parse.exceptions import ECMASyntaxError
from calmjs.parse.parsers.es5 import parse as parse_es5
from calmjs.parse.unparsers.es5 import minify_print

SOURCE = Path(__file__).parent
PROJECT = SOURCE.parent
TARGET = PROJECT / "static" / "widget"

VERSION_PLACEHOLDER = "__VERSION__"


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
            "origin.js",
            "connection.js",
            "size.js",
            "leave.js",
            "inline.js",
            "adopt.js",
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
            "mistakes.js",
            "start.js",
        ),
    ),
    Bundle(
        "sender.js",
        "sender",
        ("frame.js", "request.js", "country.js", "answers.js", "challenge.js", "send.js"),
        budget=2048,
    ),
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
    """Write all bundles, `releases.json` and `manifest.json` into `target_dir`.

    `version` is the project's own by default. A bundle without parts, listed or found, is left out.
    Nothing is written unless all of it is good. Returns the weights by name of file.

    Raises:
        BuildError: a part is missing or unlisted, or a script is not ECMAScript 5.
    """
    version = version or project_version()
    built = {
        bundle.name: bundled(source_dir, bundle, version)
        for bundle in BUNDLES
        if bundle.parts or _present(source_dir, bundle)
    }
    weights = {name: weigh(content) for name, content in built.items()}

    target_dir.mkdir(parents=True, exist_ok=True)
    for name, content in built.items():
        _write(target_dir / name, content)
    _write(target_dir / "releases.json", _json(releases(version, built["v1.js"])))
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
    joined = "(function(){'use strict';\n" + "\n".join(sources) + "\n})();\n"
    try:
        tree = parse_es5(joined.replace(VERSION_PLACEHOLDER, version))
        minified = str(rjsmin.jsmin(minify_print(tree, obfuscate=True, drop_semi=True)))
        parse_es5(minified)  # what is shipped is what is checked
    except ECMASyntaxError as error:
        raise BuildError(f"{name} is not ECMAScript 5: {error}") from error
    return minified


def weigh(content: bytes) -> Weight:
    """The weights of one built file."""
    return Weight(
        bytes=len(content),
        brotli=len(brotli.compress(content, quality=11)),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def releases(version: str, loader: bytes) -> dict[str, object]:
    """What `releases.json` says: where the pinned loader is, and its hash (W3C SRI)."""
    digest = base64.b64encode(hashlib.sha384(loader).digest()).decode()
    release = {"loader": f"/widget/{version}/widget.js", "integrity": f"sha384-{digest}"}
    return {"latest": version, "releases": {version: release}}


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
    options = parser.parse_args(arguments)
    try:
        weights = build()
    except BuildError as error:
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
