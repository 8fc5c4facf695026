"""The product as `portals demo` serves it: public pages, console, and partners' pages elsewhere."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from click.testing import CliRunner

from server.cli import main
from server.config import load_settings
from server.partners import service as partners
from server.storage.database import Database

ROOT = Path(__file__).resolve().parents[2]
PORTALS = [sys.executable, "-c", "from server.cli import main; main()"]
PATIENCE_S = 120
# Ends the demo when its input is closed: by us, or by the kernel when we were killed.
GUARD = 'exec 3<&0; "$@" </dev/null & read -r _ <&3; kill -TERM $!; wait $!'


@dataclass(frozen=True)
class Partner:
    """One of the demo's partners, as demo.json names it."""

    slug: str
    portal: str
    origin: str
    key: str
    test_key: str
    secret_key: str


@dataclass(frozen=True)
class Example:
    """One of the further example pages, as demo.json names it. Its key is a test key."""

    name: str
    origin: str
    key: str


@dataclass(frozen=True)
class Demo:
    """A demo that is being served, as `described` says."""

    described: Path
    public_url: str
    console_url: str
    partners: Mapping[str, Partner]
    examples: Mapping[str, Example]
    environment: Mapping[str, str]
    #: The only hosts that a page of the demo may ask for anything.
    hosts: frozenset[str]

    def portals(self, *words: str) -> str:
        """Run another `portals` command on this demo; what it prints."""
        done = CliRunner(env=self.environment).invoke(main, words, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    def issue_key(self, partner: str, *, origin: str, test: bool = False) -> str:
        """A further key of a partner, for pages of `origin` only."""
        settings = load_settings(dict(self.environment))
        database = Database(settings.database_url)
        mode = partners.KeyMode.TEST if test else partners.KeyMode.LIVE
        with database.transaction() as session:
            issued = partners.issue_key(
                session,
                partners.get_partner(session, partner),
                partners.get_portal(session, self.partners[partner].portal),
                partners.KeyTerms(label="test", origins=(origin,), mode=mode),
                secrets=settings.intake_secrets,
                actor="system",
            )
        database.dispose()
        return issued.text


@contextmanager
def served_demo(folder: Path) -> Iterator[Demo]:
    """Serve a new demo on free ports, with its data in `folder`, until the block ends."""
    port, partner_port = _free_ports()
    data = folder / "demo"
    places = ["--data", str(data), "--port", str(port), "--partner-port", str(partner_port)]
    with (folder / "log").open("w") as log:
        guard = subprocess.Popen(
            ["sh", "-c", GUARD, "guard", *PORTALS, "demo", *places],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        described = _wait(data / "demo.json", partner_port, folder / "log")
        demo_partners = {
            each["slug"]: Partner(**{name: each[name] for name in Partner.__annotations__})
            for each in described["partners"]
        }
        examples = {each["name"]: Example(**each) for each in described["examples"]}
        addresses = [described["public_url"], described["console_url"]]
        addresses += [each.origin for each in (*demo_partners.values(), *examples.values())]
        yield Demo(
            described=data / "demo.json",
            public_url=described["public_url"],
            console_url=described["console_url"],
            partners=demo_partners,
            examples=examples,
            environment=described["environment"],
            hosts=frozenset(urlsplit(address).netloc for address in addresses),
        )
    finally:
        guard.communicate(timeout=PATIENCE_S)


def _wait(described: Path, partner_port: int, log: Path) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            content = json.loads(described.read_text())
            urlopen(content["public_url"] + "/readyz", timeout=5).close()
            # Browsers know that *.localhost is this machine; Python's resolver may not.
            socket.create_connection(("127.0.0.1", partner_port), timeout=5).close()
        except (FileNotFoundError, json.JSONDecodeError, URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
        else:
            return content
    raise RuntimeError(f"the demo did not come up:\n{log.read_text()[-3_000:]}")


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        for each in (one, other):
            each.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]
