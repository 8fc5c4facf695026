"""The console's blueprint. The files beside it hang their views on it; `views` gathers them."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("console", __name__, url_prefix="/console", template_folder="templates")


def is_console(path: str) -> bool:
    """Whether a request path belongs to the console, routed or not."""
    return path == "/console" or path.startswith("/console/")
