"""What the kit gives to copy is what docs/partners/embed.md tells to paste."""

from __future__ import annotations

import pytest

from server.web.kit import snippets
from tests.docs.markdown import blocks, document, section

DOCUMENT = document("docs/partners/embed.md")
WORDS = snippets.Words(
    title="Report child sexual abuse imagery", own_page="Open the form on a page of its own"
)
DIALOG = ("A dialog, or a floating button", 0)


def documented(title: str, number: int) -> str:
    return blocks(section(DOCUMENT, title))[number].text


@pytest.mark.parametrize(
    ("snippet", "place"),
    [
        (snippets.INLINE, ("The snippet", 0)),
        (snippets.UPGRADED_LINK.replace("{mode}", "dialog"), DIALOG),
        (snippets.LINK, ("A page of its own", 0)),
        (snippets.STUB, ("Single-page applications", 0)),
        (snippets.MOUNT, ("Single-page applications", 1)),
        (snippets.POLICY, ("Content security policy", 0)),
    ],
    ids=["inline", "dialog", "link", "stub", "mount", "policy"],
)
def test_a_snippet_of_the_kit_is_the_documented_one(snippet: str, place: tuple[str, int]) -> None:
    filled = snippets.fill(
        snippet,
        server="https://report.example.org",
        key="iwfpk_live_KEY",
        language="en",
        words=WORDS,
    )
    assert filled == documented(*place)


def test_the_floating_button_is_the_dialogs_link_in_another_mode() -> None:
    floating = snippets.UPGRADED_LINK.replace("{mode}", "floating")
    dialog = snippets.UPGRADED_LINK.replace("{mode}", "dialog")
    assert floating == dialog.replace('"dialog"', '"floating"')
