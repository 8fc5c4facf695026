"""A process that seals 1,000 reports with the settings of its environment, then waits.

    python -m tests.reports.sealing_process SEALING_KEY_ID PUBLIC_KEY_IN_HEX

With the console surface it loads the private keys too, as the console does.
"""

from __future__ import annotations

import sys
from uuid import UUID

from server.config import load_settings
from server.reports.service import PrivateKeySource, PublicSealingKey, seal
from server.reports.vocabulary import EnvelopeKind
from server.storage.ids import new_id


def main() -> None:
    settings = load_settings()
    key = PublicSealingKey(UUID(sys.argv[1]), bytes.fromhex(sys.argv[2]))
    source = PrivateKeySource(
        settings.sealing_key_file, settings.sealing_passphrase, settings.sealing_keys
    )
    opened = source.keys() if settings.serves_console else None
    for number in range(1_000):
        seal({"description": str(number)}, new_id(), EnvelopeKind.REPORT, key)
    print("sealed", flush=True)
    sys.stdin.read()
    del opened


if __name__ == "__main__":
    main()
