"""Pages and answers: each test on one of the two databases, in turn; on both with `--all-cases`.

What depends on the database lies below the edge, where every test runs on both.
"""

from __future__ import annotations

from pathlib import Path
from zlib import crc32

import pytest

HERE = Path(__file__).parent
KINDS = ("postgresql", "sqlite")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--all-cases"):
        return
    left_out = {item.nodeid for item in items if _is_for_the_other(item)}
    config.hook.pytest_deselected(items=[each for each in items if each.nodeid in left_out])
    items[:] = [each for each in items if each.nodeid not in left_out]


def _is_for_the_other(item: pytest.Item) -> bool:
    case = getattr(item, "callspec", None)
    kind = case.params.get("database") if case else None
    if kind not in KINDS or not item.path.is_relative_to(HERE):
        return False
    same_test = item.nodeid.replace(str(kind), "")
    return bool(kind != KINDS[crc32(same_test.encode()) % len(KINDS)])
