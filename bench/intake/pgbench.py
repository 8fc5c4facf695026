"""What PostgreSQL can do: pgbench inserts one row of a sealed report's size, durably."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.services.postgres import Cluster, find_programs

DATABASE = "floor"
SECONDS = 1
_TABLE = """
CREATE TABLE floor (
    id uuid PRIMARY KEY, received_at timestamptz NOT NULL, sealed bytea NOT NULL
)
"""
#: 1,024 bytes padded content, with what its sealing adds.
_INSERT = (
    "INSERT INTO floor VALUES (gen_random_uuid(), now(), decode(repeat('5a', 2208), 'hex'));\n"
)


@dataclass(frozen=True)
class PgBench:
    """pgbench against a table of its own in a running cluster."""

    program: Path
    cluster: Cluster
    script: Path

    @classmethod
    def prepared(cls, cluster: Cluster, folder: Path) -> PgBench:
        """Make its table and script; raises FileNotFoundError where pgbench is missing."""
        program = find_programs() / "pgbench"
        if not program.exists():
            found = shutil.which("pgbench")
            if found is None:
                raise FileNotFoundError("pgbench")
            program = Path(found)
        with psycopg.connect(cluster.create_database(DATABASE)) as connection:
            connection.execute(_TABLE)
        script = folder / "insert.sql"
        script.write_text(_INSERT)
        return cls(program, cluster, script)

    def inserts_per_second(self, clients: int) -> float:
        """Durable inserts a second of so many clients, prepared, one a transaction."""
        said = subprocess.run(  # noqa: S603  (a program of PostgreSQL)
            [
                *(self.program, "--no-vacuum", "--protocol", "prepared", "--file", self.script),
                *("--client", str(clients), "--jobs", "2", "--time", str(SECONDS)),
                self.cluster.url_for(DATABASE),
            ],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        found = re.search(r"tps = ([\d.]+)", said)
        if found is None:
            raise RuntimeError(said)
        return float(found[1])
