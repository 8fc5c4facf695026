"""The demo that the documents' examples are tried on."""

from __future__ import annotations

import pytest

from tests.browser.demo import Demo


@pytest.fixture(scope="session")
def documented_demo(demo: Demo) -> tuple[Demo, str]:
    """The demo, and where its demo.json is."""
    return demo, str(demo.described)
