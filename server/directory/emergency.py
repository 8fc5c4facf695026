"""The number to call when a child is in danger now, by territory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_DATA: dict[str, Any] = json.loads(
    Path(__file__).with_name("data").joinpath("emergency.json").read_text("utf-8")
)

EMERGENCY_NUMBERS: dict[str, str] = {
    code: entry["number"] for code, entry in _DATA["numbers"].items()
}


def emergency_number(code: str) -> str | None:
    """The police's emergency number, such as `17` or `112 / 999`; the first is to be tried first.

    None when the project is not certain of it: a wrong number is worse than none, so callers then
    speak of the local emergency number. Sources stand in `data/emergency.json`.
    """
    return EMERGENCY_NUMBERS.get(code)
