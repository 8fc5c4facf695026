"""docs/operators/commands.md shows what the commands really print: they are run, in its order."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.docs.markdown import Step, document, steps
from tests.docs.portals_service import portals_on_path
from tests.docs.session import check_transcript

DOCUMENT = document("docs/operators/commands.md")
SQLITE = "sqlite:////var/lib/portals/portals.db"


def run(transcript: list[Step], folder: Path, database_url: str | None = None) -> None:
    """Run the steps with folders below `folder` in place of the system's."""
    with portals_on_path(folder) as programs:
        path = [str(programs), str(Path(sys.executable).parent), os.environ["PATH"]]
        places = {
            "/etc/portals": str(folder / "etc"),
            "/var/lib/portals": str(folder / "data"),
        }
        check_transcript(
            transcript,
            folder=folder,
            environment={"PATH": os.pathsep.join(path), "LC_ALL": "C.UTF-8", "HOME": str(folder)},
            places={SQLITE: database_url, **places} if database_url else places,
        )


def test_all_of_it_on_sqlite(tmp_path: Path) -> None:
    transcript = steps(DOCUMENT)
    assert len(transcript) > 15
    run(transcript, tmp_path)


def test_the_first_installation_on_postgresql(tmp_path: Path, postgres_cluster) -> None:
    transcript = steps(DOCUMENT, "First installation")
    assert len(transcript) == 6
    database_url = postgres_cluster.create_database("portals_documented")
    try:
        run(transcript, tmp_path, database_url)
    finally:
        postgres_cluster.drop_database("portals_documented")
