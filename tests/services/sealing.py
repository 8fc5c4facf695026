"""A pair of sealing keys for tests, made once a run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from server.reports.models import SealingKey
from server.reports.private_keys import add_private_key
from server.reports.sealing import SUITE
from server.reports.service import generate_key_pair
from server.storage.ids import new_id

PASSPHRASE = "a passphrase for tests only"


@dataclass(frozen=True)
class SealingFiles:
    """A pair of keys made once: the file of the private half, and what its row holds."""

    private_keys: Path
    key_id: UUID
    public_key: bytes


@pytest.fixture(scope="session")
def sealing_files(tmp_path_factory: pytest.TempPathFactory) -> SealingFiles:
    """Made once a run, as the passphrase's slow derivation would slow every test down."""
    private, public = generate_key_pair()
    files = SealingFiles(tmp_path_factory.mktemp("sealing") / "keys.json", new_id(), public)
    add_private_key(files.private_keys, PASSPHRASE, files.key_id, private)
    return files


def active_key(files: SealingFiles) -> SealingKey:
    """The row of an active sealing key whose private half is in the file."""
    now = datetime.now(UTC)
    return SealingKey(
        id=files.key_id,
        generation=1,
        suite=SUITE,
        public_key=files.public_key,
        recovery_copy=b"",
        created_at=now,
        activated_at=now,
    )
