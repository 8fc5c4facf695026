"""What a webmaster pastes, filled in: the same forms as in docs/partners/embed.md."""

from __future__ import annotations

import json
from dataclasses import dataclass

from markupsafe import escape

INLINE = """\
<iframe data-iwf src="{server}/embed/{key}?lang={language}" title="{title}"
        width="100%" height="680" frameborder="0" referrerpolicy="origin"></iframe>
<script async src="{server}/widget/v1.js"></script>
<p><a href="{server}/r/{key}?lang={language}" target="_blank" rel="noopener">{own_page}</a></p>
"""
UPGRADED_LINK = """\
<a data-iwf="{mode}" href="{server}/r/{key}?lang={language}" target="_blank" rel="noopener">{title}</a>
<script async src="{server}/widget/v1.js"></script>
"""  # noqa: E501  (as it is pasted)
LINK = """\
<a href="{server}/r/{key}?lang={language}" target="_blank" rel="noopener">{title}</a>
"""
STUB = """\
<script>window.IWFReport = window.IWFReport || function () { (IWFReport.q = IWFReport.q || []).push(arguments); };</script>
<script async src="{server}/widget/v1.js"></script>
"""  # noqa: E501
MOUNT = """\
<div id="report"></div>
<script>IWFReport('mount', '#report', {src: "{server}/embed/{key}?lang={language}", title: {quoted}});</script>
"""  # noqa: E501
OPEN = """\
IWFReport('open', {src: "{server}/r/{key}?lang={language}", title: {quoted}});
"""
POLICY = "frame-src {server}; script-src {server}\n"


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a snippet in the language of the page that it is pasted into."""

    title: str
    own_page: str


def fill(snippet: str, *, server: str, key: str, language: str, words: Words) -> str:
    """`snippet` for one server (`https://host`), key and language; the words are escaped for
    where they stand."""
    texts = {
        "{server}": server,
        "{key}": key,
        "{language}": language,
        "{title}": str(escape(words.title)),
        "{own_page}": str(escape(words.own_page)),
        "{quoted}": _script_text(words.title),
    }
    for mark, text in texts.items():
        snippet = snippet.replace(mark, text)
    return snippet


def _script_text(text: str) -> str:
    """A text as a literal of a script inside a page: nothing in it can end the script."""
    return json.dumps(text, ensure_ascii=False).replace("<", "\\u003c")
