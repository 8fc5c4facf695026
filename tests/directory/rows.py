"""A row of a directory file, valid unless a test changes it."""

from __future__ import annotations

from typing import Any


def a_row(**changes: Any) -> dict[str, Any]:
    """A hotline of Ghana with a verified link; `changes` replace fields, `...` removes one."""
    row: dict[str, Any] = {
        "country_code": "GH",
        "country": "Ghana",
        "kind": "inhope_hotline",
        "name": "Example Hotline",
        "url": "https://hotline.example/report",
        "languages": ["en"],
        "verified": "url",
        "source": "seen on the hotline's own page",
    }
    return {field: value for field, value in (row | changes).items() if value is not ...}
