"""Compares what a document shows with what really came.

`…` stands for anything: within a line or a string for some characters, on a line of its own or
as the last item of a list for any more, and as the name of a field for further fields. A value
that differs each time is told by its field's name: it must have the right form, and be the same
wherever the document shows the same.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

ANYTHING = "…"

_INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00"
#: Fields whose value differs each time, with the form of the value.
CHANGING = {
    "reference": r"[0-9A-HJKMNP-TV-Z]{12}[0-9A-HJKMNP-TV-Z*~$=U]",
    "receipt": r"[0-9]{20}",
    "received_at": _INSTANT,
    "updated_at": _INSTANT,
}
_STATUS_LINE = re.compile(r"^HTTP \d{3}$", re.MULTILINE)


@dataclass
class Comparison:
    """Remembers over a whole document which shown value stood for which real one."""

    real_by_shown: dict[tuple[str, str], str] = field(default_factory=dict)
    shown_by_real: dict[tuple[str, str], str] = field(default_factory=dict)

    def differences(self, shown: str, real: str) -> list[str]:
        """What parts the two, in words; nothing when they agree.

        Output that ends in a line `HTTP <status>` is compared as JSON before that line.
        """
        status = _STATUS_LINE.search(shown)
        if status is None:
            return _lines_apart(shown.splitlines(), real.splitlines())
        really = _STATUS_LINE.search(real)
        if really is None or really[0] != status[0]:
            return [f"{status[0]} is shown, but the answer was:\n{real}"]
        body, real_body = shown[: status.start()], real[: really.start()]
        return list(self._apart(json.loads(body), json.loads(real_body), "answer"))

    def _apart(self, shown: Any, real: Any, place: str) -> list[str]:
        if shown == ANYTHING:
            return []
        if isinstance(shown, dict) and isinstance(real, dict):
            return self._fields_apart(shown, real, place)
        if isinstance(shown, list) and isinstance(real, list):
            return self._items_apart(shown, real, place)
        name = place.rpartition(".")[2]
        if name in CHANGING and isinstance(shown, str) and isinstance(real, str):
            return self._changing_apart(name, shown, real, place)
        if isinstance(shown, str) and isinstance(real, str) and _pattern(shown).fullmatch(real):
            return []
        if shown == real and type(shown) is type(real):
            return []
        return [f"{place}: {shown!r} is shown, {real!r} came"]

    def _fields_apart(self, shown: dict[str, Any], real: dict[str, Any], place: str) -> list[str]:
        missing = shown.keys() - real.keys() - {ANYTHING}
        further = set() if ANYTHING in shown else real.keys() - shown.keys()
        found = [f"{place}.{name} is shown, but did not come" for name in sorted(missing)]
        found += [f"{place}.{name} came, but is not shown" for name in sorted(further)]
        for name in shown.keys() & real.keys():
            found += self._apart(shown[name], real[name], f"{place}.{name}")
        return found

    def _items_apart(self, shown: list[Any], real: list[Any], place: str) -> list[str]:
        known = shown[:-1] if shown and shown[-1] == ANYTHING else shown
        if len(real) < len(known) or (len(real) > len(known) and known is shown):
            return [f"{place}: {len(known)} items are shown, {len(real)} came"]
        found = []
        for number, item in enumerate(known):
            found += self._apart(item, real[number], f"{place}[{number}]")
        return found

    def _changing_apart(self, name: str, shown: str, real: str, place: str) -> list[str]:
        for which, value in (("shown", shown), ("that came", real)):
            if not re.fullmatch(CHANGING[name], value):
                return [f"{place}: the value {which} has another form: {value}"]
        before = self.real_by_shown.setdefault((name, shown), real)
        first = self.shown_by_real.setdefault((name, real), shown)
        if (before, first) == (real, shown):
            return []
        return [f"{place}: {first} stood for {before}, now {shown} for {real}"]


def _lines_apart(shown: list[str], real: list[str]) -> list[str]:
    """`…` alone on a line stands for any number of lines."""
    pattern = "".join(
        r"(?:.*\n)*" if line.strip() == ANYTHING else _pattern(line.rstrip()).pattern + r"[ ]*\n"
        for line in shown
    )
    if re.fullmatch(pattern, "".join(f"{line}\n" for line in real)):
        return []
    return ["shown:", *shown, "came:", *real]


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text).replace(re.escape(ANYTHING), ".*"))
