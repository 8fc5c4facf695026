"""One installation behind the shipped nginx for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.stack import Stack, installation
from tests.services.sealing import SealingFiles


@pytest.fixture(scope="session")
def stack(
    tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path, sealing_files: SealingFiles
) -> Iterator[Stack]:
    with installation(tmp_path_factory.mktemp("stack"), migrated_sqlite, sealing_files) as running:
        yield running
