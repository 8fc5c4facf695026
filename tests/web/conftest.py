"""Pages and answers: each test on one of the two databases, in turn; and of each test that needs a
browser one case. All of them with `--all-cases`.

What depends on the database lies below the edge, where every test runs on both.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from zlib import crc32

import pytest

HERE = Path(__file__).parent
KINDS = ("postgresql", "sqlite")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--all-cases"):
        return
    left_out = {item.nodeid for item in items if _is_for_the_other(item)}
    left_out |= _further_cases(item for item in items if item.nodeid not in left_out)
    config.hook.pytest_deselected(items=[each for each in items if each.nodeid in left_out])
    items[:] = [each for each in items if each.nodeid not in left_out]


def _further_cases(items: Iterable[pytest.Item]) -> set[str]:
    """A case in a browser takes a second, and there are hundreds."""
    seen: set[str] = set()
    further = set()
    for item in items:
        if item.path.is_relative_to(HERE) and "browser" in getattr(item, "fixturenames", ()):
            test = item.nodeid.partition("[")[0]
            if test in seen:
                further.add(item.nodeid)
            seen.add(test)
    return further


def _is_for_the_other(item: pytest.Item) -> bool:
    case = getattr(item, "callspec", None)
    kind = case.params.get("database") if case else None
    if kind not in KINDS or not item.path.is_relative_to(HERE):
        return False
    same_test = item.nodeid.replace(str(kind), "")
    return bool(kind != KINDS[crc32(same_test.encode()) % len(KINDS)])
