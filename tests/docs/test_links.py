"""Every link from one document to another, to a file or to a heading leads somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.tree import ROOT
from tests.docs.markdown import anchors, document, links, markdown_files

DOCUMENTS = [str(path) for path in markdown_files()]


def leads_nowhere(name: str, target: str) -> bool:
    """Whether a link of the document `name` misses; links to other hosts are not followed."""
    if "://" in target or target.startswith("mailto:"):
        return False
    place, _, heading = target.partition("#")
    file = (ROOT / name).parent / place if place else ROOT / name
    if not file.exists():
        return True
    return bool(heading) and heading not in anchors(file.read_text(encoding="utf-8"))


def test_there_are_documents() -> None:
    assert len(DOCUMENTS) > 15


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_links_of_a_document_lead_somewhere(name: str) -> None:
    assert [target for target in links(document(name)) if leads_nowhere(name, target)] == []


@pytest.mark.parametrize("target", ["nothing.md", "architecture.md#nothing", "#nothing"])
def test_a_link_to_nothing_is_seen(target: str) -> None:
    assert leads_nowhere("docs/api.md", target)


def test_readme_points_to_the_document_of_each_reader() -> None:
    assert {str(Path(target)) for target in links(document("README.md"))} >= {
        "docs/api.md",
        "docs/architecture.md",
        "docs/analysts/console.md",
        "docs/operators/commands.md",
        "docs/partners/embed.md",
    }
