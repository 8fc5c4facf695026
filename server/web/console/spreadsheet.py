"""CSV that no spreadsheet takes for a formula (OWASP, "CSV injection"; promise P15)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

#: What a cell that a spreadsheet calculates begins with, full-width variants too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20", "|", "%")


def csv_line(cells: Iterable[str | int]) -> str:
    """One line: texts in quotes and harmless, numbers as they are."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow([safe_cell(cell) if isinstance(cell, str) else cell for cell in cells])
    return out.getvalue()


def safe_cell(text: str) -> str:
    """The text, after an apostrophe where a spreadsheet would calculate; spaces hide nothing."""
    begins = text.lstrip(" \u00a0\u3000\ufeff\0")
    return f"'{text}" if begins.startswith(_FORMULA) else text
