"""The headers of every document that a citizen is given (design, section 3), errors too."""

from __future__ import annotations

from flask import Response

PUBLIC_HEADERS: dict[str, str] = {
    # With `no-referrer` the frame's own POST would say `Origin: null` in every engine.
    "Referrer-Policy": "strict-origin",
    # Both on every document: a host under COEP blocks the frame after submitting otherwise.
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Encoding",
}

#: The form holds nothing of one citizen, so caches may keep it; a revocation is through in 2 min.
CACHE_FORM = "public, max-age=60, s-maxage=60, stale-if-error=604800"
#: The page that stands in for a form: short, so that a new or resumed key shows at once.
CACHE_SAFE_PAGE = "public, max-age=10"
#: Whatever holds a citizen's words.
CACHE_NEVER = "no-store"
#: So soon it is worth trying again after a 503 or a 429, in seconds.
RETRY_AFTER = "60"


def dress(response: Response, *, csp: str, cache: str) -> Response:
    """Give a document for citizens its headers; returns the same response."""
    response.headers.update(PUBLIC_HEADERS)
    response.headers["Content-Security-Policy"] = csp
    response.headers["Cache-Control"] = cache
    return response
