"""The public addresses and who may call them, as routes.json holds them.

`python -m tests.architecture.routes` writes routes.json anew; review what changes in it.
"""

from __future__ import annotations

import json
from pathlib import Path

from flask import Flask

from server.web.access import declared_access
from tests.architecture.application import application

CONTRACT = Path(__file__).with_name("routes.json")
SURFACES = ("public", "console")
UNDECLARED = "nobody said who"

Routes = dict[str, dict[str, str]]


def routes_of(app: Flask) -> Routes:
    """Address to method to who may call it. What Flask answers by itself is left out."""
    found: Routes = {}
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            access = declared_access(app, rule.endpoint, method)
            if access is None:
                said = UNDECLARED
            elif access.permission is None:
                said = f"anyone: {access.reason}"
            else:
                said = access.reason
            found.setdefault(rule.rule, {})[method] = said
    return dict(sorted(found.items()))


def current_routes() -> dict[str, Routes]:
    return {surface: routes_of(application(surface)) for surface in SURFACES}


if __name__ == "__main__":
    CONTRACT.write_text(
        json.dumps(current_routes(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
