"""The portals' public pages. The files beside it hang their views on it; `views` gathers them."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("portal", __name__, template_folder="templates")
