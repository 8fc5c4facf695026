"""Where to go on after signing in: pages of the console alone, in their plainest spelling."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import request, url_for

_OWN_PAGE = re.compile(r"/console/[A-Za-z0-9/*~$=_-]{0,200}(\?[A-Za-z0-9=&_%+~.-]{0,200})?")


def wanted_page() -> str | None:
    """The page of the console that the request's `next` names, if it is one."""
    wanted = request.values.get("next", "")
    return wanted if _OWN_PAGE.fullmatch(wanted) else None


def go_on() -> str:
    """The address to go to after signing in."""
    return wanted_page() or url_for("console.report_list")


def page_of_request() -> str | None:
    """The page that the member was on: this one, or for a form that was sent the one it is on."""
    if request.method in ("GET", "HEAD"):
        found = request.full_path.rstrip("?")
    else:
        parts = urlsplit(request.referrer or "")
        found = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return found if _OWN_PAGE.fullmatch(found) and found != "/console/" else None
