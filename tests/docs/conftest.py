"""The demo that the documents' examples are tried on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.demo import Demo, served_demo


@pytest.fixture(scope="session")
def documented_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Demo, str]]:
    """A demo for all documents of a worker, and where its demo.json is."""
    folder = tmp_path_factory.mktemp("documented")
    with served_demo(folder) as demo:
        yield demo, str(folder / "demo" / "demo.json")
