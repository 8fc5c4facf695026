"""A process that re-seals one envelope a batch, and says so after each commit.

python -m tests.reports.doomed_resealing DATABASE_URL < private keys as text
"""

from __future__ import annotations

import sys

from server.reports.service import parse_private_keys, reseal_envelopes
from server.storage.database import Database


def main() -> None:
    private_keys = parse_private_keys(sys.stdin.readline())
    database = Database(sys.argv[1])
    for done in reseal_envelopes(database, private_keys, batch=1, actor="command:test"):
        print(done.moved, flush=True)


if __name__ == "__main__":
    main()
