"""The page on monitoring names every metric and every text that there is, and no other."""

from __future__ import annotations

import re

from server.observability import exposition, metrics
from server.web.health import AWAY, TROUBLES
from tests.docs.markdown import document

PAGE = "docs/operators/monitoring.md"


def test_the_page_names_every_metric():
    there = {family.name for family in metrics.COUNTERS} | {*exposition.GAUGES, exposition.BUILD}
    assert set(re.findall(r"portals_[a-z_]+", document(PAGE))) == there


def test_the_page_names_every_label():
    rows = re.findall(r"^\| `(portals_\w+)` \| ([^|]*) \|", document(PAGE), re.MULTILINE)
    said = {name: re.findall(r"`(\w+)`", labels) for name, labels in rows}
    for family in metrics.COUNTERS:
        assert said[family.name] == [label for label, _ in family.labels]


def test_the_page_has_the_texts_of_readiness():
    for trouble in (AWAY, *TROUBLES.values()):
        assert trouble.partition(":")[0] in document(PAGE)
