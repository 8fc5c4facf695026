"""One installation behind the shipped nginx for all tests that want one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.stack import Stack, installation
from tests.services.sealing import SealingFiles

FULL = os.environ.get("FULL") == "1"
#: slowhttptest names no host: the public surface is what answers it, on 127.0.0.2.
CHANGES = {
    " http2 default_server;": " http2;",
    "http2;\n    server_name report": "http2 default_server;\n    server_name report",
}
#: It comes from one address, where in earnest there would be many.
MANY_ATTACKERS = {"limit_conn portals_connections 200;": "limit_conn portals_connections 60000;"}


@pytest.fixture(scope="session")
def stack(
    tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path, sealing_files: SealingFiles
) -> Iterator[Stack]:
    changes = CHANGES | (MANY_ATTACKERS if FULL else {})
    folder = tmp_path_factory.mktemp("stack")
    with installation(folder, migrated_sqlite, sealing_files, changes=changes) as running:
        yield running
