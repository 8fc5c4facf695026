"""Defanged text: a reported address that no program takes for a link (promise P16)."""

from __future__ import annotations

import re

_SCHEMES = re.compile(r"(?i)\b(h)tt(ps?)(:)(?=//)")


def defang(url: str) -> str:
    """`https://a.example/x` becomes `hxxps://a[.]example/x`; dots in the path stay.

    Total: any text comes back with every `http(s)://` broken and the dots of its first
    authority bracketed. Idempotent.
    """
    text = _SCHEMES.sub(lambda m: m[1] + "xx" + m[2] + m[3], url)
    start = text.find("://")
    start = 0 if start < 0 else start + 3
    end = next((i for i in range(start, len(text)) if text[i] in "/?#\\"), len(text))
    authority = re.sub(r"(?<!\[)\.(?!\])", "[.]", text[start:end])
    return text[:start] + authority + text[end:]
