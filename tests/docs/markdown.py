"""Reads the documents: their fenced blocks, headings, tables and links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.tree import ROOT, project_files

_FENCE = re.compile(r"^```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(?P<title>.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the line of the document where it begins."""

    kind: str
    text: str
    line: int


@dataclass(frozen=True)
class Step:
    """Commands that a reader pastes, and what the document shows below them, if anything."""

    command: str
    shown: Block | None
    line: int


def document(name: str) -> str:
    """The text of a document, by its path below the project's root."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(text: str) -> list[Block]:
    """All fenced blocks in order."""
    return [
        Block(match["kind"], match["text"], text.count("\n", 0, match.start()) + 1)
        for match in _FENCE.finditer(text)
    ]


def steps(text: str, title: str | None = None) -> list[Step]:
    """The ```bash blocks, which tests run, each with the ```text or ```json block that follows.

    All of the document, or what stands under the heading `title`. Blocks of other kinds (```sh,
    ```nginx, …) are only to be read.
    """
    found: list[Step] = []
    for block in blocks(text if title is None else _only(text, title)):
        if block.kind == "bash":
            found.append(Step(block.text, None, block.line))
        elif block.kind in ("text", "json") and found and found[-1].shown is None:
            found[-1] = Step(found[-1].command, block, found[-1].line)
    return found


def section(text: str, title: str) -> str:
    """What stands under a heading, up to the next heading of its level or above."""
    return _only(text, title).lstrip("\n")


def anchors(text: str) -> set[str]:
    """The names under which the headings can be linked, as code hosts make them."""
    titles = (match["title"] for match in _HEADING.finditer(_without_blocks(text)))
    plain = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title) for title in titles)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in plain}


def links(text: str) -> list[str]:
    """The targets of all links and pictures outside fenced blocks."""
    return [match["target"] for match in _LINK.finditer(_without_blocks(text))]


def markdown_files() -> Iterator[Path]:
    """Every document of the project, relative to its root."""
    return (path for path in project_files() if path.suffix == ".md")


def _only(text: str, title: str) -> str:
    """A section with empty lines for all that stands before it, so that line numbers stay."""
    start = re.search(rf"^(#+) +{re.escape(title)}$", text, re.MULTILINE)
    if start is None:
        raise LookupError(f"there is no heading {title!r}")
    rest = text[start.end() :]
    end = re.search(rf"^#{{1,{len(start[1])}}} ", _without_blocks(rest), re.MULTILINE)
    return "\n" * text.count("\n", 0, start.end()) + (rest[: end.start()] if end else rest)


def _without_blocks(text: str) -> str:
    """The same length, so that positions stay; what stood in blocks is blank."""
    return _FENCE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
