"""The kit's documents: their headers, and where their stylesheets and script are."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from flask import Response, render_template, url_for

from server.config import bundled
from server.extensions import settings
from server.web import csp
from server.web.locale import LANGUAGES, speaking

_POLICY: csp.Policy = {
    "default-src": (csp.NONE,),
    "script-src": (csp.SELF,),
    "style-src": (csp.SELF,),
    "img-src": ("data:",),
    "connect-src": (csp.SELF,),
    "frame-src": (csp.SELF,),
    "form-action": (csp.NONE,),
    "base-uri": (csp.NONE,),
    "frame-ancestors": (csp.NONE,),
    "require-trusted-types-for": ("'script'",),
}

#: The address is the only key to the page: it is kept out of caches, referrers and indexes.
KIT_HEADERS = MappingProxyType(
    {
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow, noarchive",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "X-Content-Type-Options": "nosniff",
    }
)


def kit_document(template: str, language: str, *, status: int = 200, **context: Any) -> Response:
    """A page of `templates/kit/` in `language`.

    `brand`, a style of ours with checked colours, is the only one that may stand inside.
    """
    brand = context.setdefault("brand", "")
    with speaking(language):
        html = render_template(
            f"kit/{template}",
            language=LANGUAGES[language],
            asset=kit_asset,
            hotline=settings().hotline_name,
            **context,
        )
    response = Response(html, status, mimetype="text/html")
    style = csp.inline_style(brand) if brand else {}
    return dressed(response, csp.policy(_POLICY, style), language)


def dressed(response: Response, policy: str, language: str) -> Response:
    """Give an answer about a kit its headers; returns the same response."""
    response.headers.update(KIT_HEADERS)
    response.headers["Content-Security-Policy"] = policy
    response.headers["Content-Language"] = language
    return response


def closed_policy() -> str:
    """The policy of an answer that is no document."""
    return csp.policy({"default-src": (csp.NONE,), "frame-ancestors": (csp.NONE,)})


def kit_asset(name: str) -> str:
    """The address of `static/kit/<name>` with a digest, so that an upgrade is seen at once."""
    return url_for("static", filename=f"kit/{name}", v=_digest(name))


@lru_cache(maxsize=8)
def _digest(name: str) -> str:
    content = (bundled("static") / "kit" / name).read_bytes()
    return hashlib.sha256(content).hexdigest()[:12]
