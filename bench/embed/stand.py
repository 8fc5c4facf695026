"""Sets up what is measured: the portal with its keys on the real server, TLS, and the links."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from bench.embed.link import Gate, Link, loop_in_a_thread
from bench.embed.tls import Authority, open_front
from bench.served import served
from server.config import Settings, load_settings
from server.demo.environment import demo_environment
from server.demo.seed import seed
from server.partners import service as partners
from server.storage.database import Database

ROUND_TRIP_S = 0.8
BIT_S = 50_000
PARTNER, PORTAL = "partner.localhost", "portal.localhost"
Result = TypeVar("Result")


@dataclass(frozen=True)
class Stand:
    """Where to look. Pages: `/inline`, `/logo`, `/heavy`, `/script`."""

    #: The partner's origin behind the slow link, and without any link.
    slow: str
    quick: str
    #: The ends of the slow link: the portal's counts what an embed costs.
    portal_gate: Gate
    #: What to trust, see `visit`.
    pins: list[str]


@contextmanager
def stand() -> Iterator[Stand]:
    """Everything, while the block runs."""
    with tempfile.TemporaryDirectory() as name, loop_in_a_thread() as loop:

        def run(work: Coroutine[Any, Any, Result]) -> Result:
            return asyncio.run_coroutine_threadsafe(work, loop).result()

        folder = Path(name)
        authority = Authority(folder)
        slow, quick = Link(ROUND_TRIP_S, BIT_S), Link(0, None)
        slow_gates = {host: run(slow.open_gate()) for host in (PARTNER, PORTAL)}
        plain_gate = run(quick.open_gate())
        slow_partner = f"https://{PARTNER}:{slow_gates[PARTNER].port}"
        slow_portal = f"https://{PORTAL}:{slow_gates[PORTAL].port}"
        quick_partner, quick_portal = (
            f"http://{host}:{plain_gate.port}" for host in (PARTNER, PORTAL)
        )
        environment = demo_environment(folder, slow_gates[PORTAL].port)
        environment |= {"PORTALS_PUBLIC_URL": slow_portal}
        settings = load_settings(environment)
        seed(settings, folder, 1)
        environment |= {
            "BENCH_KEYS": json.dumps(_issue_keys(settings, (slow_partner, quick_partner))),
            "BENCH_PLACES": json.dumps(
                {
                    slow_partner.partition("//")[2]: slow_portal,
                    quick_partner.partition("//")[2]: quick_portal,
                }
            ),
        }
        with served("bench.embed.site", environment) as site:
            plain_gate.target = site.port
            pins = []
            fronts = []
            for host, gate in slow_gates.items():
                context, pin = authority.context_for(host)
                gate.target, front = run(open_front(context, site.port))
                pins.append(pin)
                fronts.append(front)
            yield Stand(slow_partner, quick_partner, slow_gates[PORTAL], pins)
            for server in fronts:
                loop.call_soon_threadsafe(server.close)
            for link in (slow, quick):
                run(link.close())


def _issue_keys(settings: Settings, origins: tuple[str, ...]) -> dict[str, str]:
    """A key of a partner without a logo, and one of the demo's with its own."""
    database = Database(settings.database_url)
    try:
        with database.transaction() as session:
            partner = partners.add_partner(session, slug="plain", name="Plain", actor="bench")
            partners.publish_branding(
                session,
                partner,
                display_name="Exemple Télécom",
                colour="#a0125c",
                logo=None,
                texts={},
                actor="bench",
            )
            return {
                name: partners.issue_key(
                    session,
                    partners.get_partner(session, slug),
                    partners.get_portal(session, "senegal"),
                    partners.KeyTerms(label="Bench", origins=origins),
                    secrets=settings.intake_secrets,
                    actor="bench",
                ).text
                for name, slug in (("plain", "plain"), ("logo", "telco"))
            }
    finally:
        database.dispose()
