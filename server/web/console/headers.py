"""The headers of every console answer, errors and redirects too (design, section 3)."""

from __future__ import annotations

from types import MappingProxyType

from flask import Response, g, request

from server.web import csp
from server.web.console.blueprint import blueprint, is_console

_POLICY: csp.Policy = {
    "default-src": (csp.NONE,),
    "style-src": (csp.SELF,),
    "script-src": (csp.SELF,),
    "img-src": (csp.SELF,),
    "font-src": (csp.SELF,),
    "form-action": (csp.SELF,),
    "base-uri": (csp.NONE,),
    "frame-ancestors": (csp.NONE,),
    "require-trusted-types-for": ("'script'",),
}

CONSOLE_HEADERS = MappingProxyType(
    {
        "Content-Security-Policy": csp.policy(_POLICY),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        # Not no-referrer: on https Flask-WTF compares the Referer of a POST with the host.
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "X-Robots-Tag": "noindex, nofollow",
    }
)


def allow_frames_of(*origins: str) -> None:
    """Let the page that answers this request, and no other, show frames of `origins`."""
    g.console_frames = origins


@blueprint.after_app_request
def set_console_headers(response: Response) -> Response:
    """Goes by the path, since an address that no view serves has no blueprint."""
    if is_console(request.path):
        response.headers.update(CONSOLE_HEADERS)
        if frames := g.get("console_frames"):
            policy = csp.policy(_POLICY, {"frame-src": frames})
            response.headers["Content-Security-Policy"] = policy
    return response
