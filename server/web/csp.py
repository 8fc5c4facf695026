"""Content security policies as data: directives that are merged, then written as one header.

The idea of mergeable policies is warehouse's (`warehouse/csp.py`).
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping

Policy = Mapping[str, tuple[str, ...]]

NONE = "'none'"
SELF = "'self'"
#: Browsers that know hashes ignore it; it is for those that are too old for them.
UNSAFE_INLINE = "'unsafe-inline'"

#: The order in which directives are written: design, section 3.
ORDER = (
    "default-src",
    "script-src",
    "style-src",
    "img-src",
    "font-src",
    "frame-src",
    "connect-src",
    "form-action",
    "base-uri",
    "frame-ancestors",
    "require-trusted-types-for",
    "trusted-types",
)

_SAFE_SOURCE = re.compile(r"[^\s;,]+")

#: What every document for citizens starts from: nothing is loaded, nobody frames it.
CLOSED: Policy = {
    "default-src": (NONE,),
    "img-src": ("data:",),
    "form-action": (SELF,),
    "base-uri": (NONE,),
    "frame-ancestors": (NONE,),
}

#: What the form's script needs beside its own hash: the API, and the solver that it loads late.
SCRIPTED: Policy = {
    "script-src": (SELF,),
    "connect-src": (SELF,),
    "require-trusted-types-for": ("'script'",),
    "trusted-types": ("iwf",),
}

#: Put over the policy of a document that must reach nobody, and submit nothing.
INERT: Policy = {"connect-src": (NONE,), "form-action": (NONE,)}


def merge(*policies: Policy) -> dict[str, tuple[str, ...]]:
    """One policy that allows what any of `policies` allows; `'none'` yields to a real source."""
    merged: dict[str, tuple[str, ...]] = {}
    for policy in policies:
        for directive, sources in policy.items():
            both = dict.fromkeys((*merged.get(directive, ()), *sources))
            real = tuple(source for source in both if source != NONE)
            merged[directive] = real or (NONE,)
    return merged


def inline_script(content: str) -> Policy:
    """Allows one inline script, by its hash."""
    return {"script-src": (UNSAFE_INLINE, digest(content))}


def inline_style(content: str) -> Policy:
    """Allows one inline style element, by its hash."""
    return {"style-src": (UNSAFE_INLINE, digest(content))}


def framed_by(origins: Iterable[str]) -> Policy:
    """Lets pages of these origins (CSP host sources, or `*`) show the document in a frame."""
    return {"frame-ancestors": tuple(origins) or (NONE,)}


def policy(*policies: Policy) -> str:
    """The header's value for what `policies` allow together.

    Raises ValueError for a source that would break out of its directive, and for a directive
    that has no place in `ORDER`.
    """
    merged = merge(*policies)
    parts = []
    for directive in sorted(merged, key=ORDER.index):
        sources = merged[directive]
        for source in sources:
            if not _SAFE_SOURCE.fullmatch(source):
                raise ValueError(f"{source!r} is no source expression")
        parts.append(" ".join((directive, *sources)))
    return "; ".join(parts)


def digest(content: str) -> str:
    """The hash source of an inline element's exact text (CSP Level 3, section 2.3.1)."""
    value = hashlib.sha256(content.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(value).decode('ascii')}'"
