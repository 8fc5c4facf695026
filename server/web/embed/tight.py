"""Takes the layout of a template's source out of the page: indentation is not for phones."""

from __future__ import annotations

import re

from jinja2.ext import Extension

#: Templates of the documents that have a budget of bytes.
AREAS = ("embed/", "portal/")

_BREAK = r"\s*\n\s*"
_BETWEEN_TAGS = re.compile(rf"(?<=>){_BREAK}(?=<)")
_AROUND_BLOCKS = re.compile(rf"{_BREAK}(?={{[%#])|(?<=[%#]}}){_BREAK}")
_ANYWHERE = re.compile(_BREAK)


class Tight(Extension):
    """Removes line breaks between tags and beside `{% %}`; any other becomes one space.

    It works on the source of templates alone: what is put in at run time stays as it is.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return tighten(source) if name and name.startswith(AREAS) else source


def tighten(source: str) -> str:
    """`source` on one line."""
    for pattern, replacement in ((_BETWEEN_TAGS, ""), (_AROUND_BLOCKS, ""), (_ANYWHERE, " ")):
        source = pattern.sub(replacement, source)
    return source.strip()
