"""Defang addresses inside what a citizen wrote in their own words."""

from __future__ import annotations

import re

from server.intake.service import defang

_WEB_ADDRESS = re.compile(r"(?i)[a-z][a-z0-9+.-]*://\S*")
_SCHEME = re.compile(r"(?i)(h)tt(?=ps?://)")
#: A name with a top-level label of letters, such as programs turn into links without a scheme.
_BARE_HOST = re.compile(r"(?i)(?<![\w.@/\[-])(?:[\w-]+\.)+[^\W\d_]{2,}(?![\w\]])")


def defang_free_text(text: str) -> str:
    """The text with every web address and every bare host name defanged; the rest untouched.

    A full stop without a space after it (`end.Next`) is bracketed too: better than a link.
    """
    text = _WEB_ADDRESS.sub(lambda match: defang(match[0]), text)
    # Once more for a scheme that is glued to the word before it.
    text = _SCHEME.sub(r"\1xx", text)
    return _BARE_HOST.sub(lambda match: match[0].replace(".", "[.]"), text)
