"""The demo's settings: made once, kept in its data folder, so that a second start is the same."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from server.storage.keyring import new_secret

FILE = "environment.json"


def demo_environment(data: Path, port: int) -> dict[str, str]:
    """The `PORTALS_*` settings of the demo in `data`; makes the folder and its secrets if new."""
    data.mkdir(parents=True, exist_ok=True)
    kept = data / FILE
    if kept.exists():
        made: dict[str, str] = json.loads(kept.read_text())
        if "PORTALS_AUDIT_SECRET" not in made:  # a demo of the first version
            made["PORTALS_AUDIT_SECRET"] = new_secret()
            kept.write_text(json.dumps(made, indent=1))
    else:
        made = {
            "PORTALS_INTAKE_SECRETS": f"1:{new_secret()}",
            "PORTALS_CONSOLE_SECRET": new_secret(),
            "PORTALS_SEALING_PASSPHRASE": secrets.token_urlsafe(24),
            "PORTALS_AUDIT_SECRET": new_secret(),
        }
        with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(made, file, indent=1)
    address = f"http://localhost:{port}"
    return made | {
        "PORTALS_DATABASE_URL": f"sqlite:///{data / 'portals.db'}",
        "PORTALS_PUBLIC_URL": address,
        "PORTALS_CONSOLE_URL": address,
        "PORTALS_SEALING_KEY_FILE": str(data / "sealing-keys.json"),
        "PORTALS_SPOOL": str(data.resolve() / "spool"),
        "PORTALS_AUDIT_ANCHOR": str(data / "audit-checkpoints.jsonl"),
    }
