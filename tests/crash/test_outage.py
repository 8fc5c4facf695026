"""P5: an outage of the database costs no citizen anything, and every report is there once later.

The outage lasts 20 s by `make test-crash`, five minutes with FULL=1: then at about 100 reports a
second, as eight programs that send all they can would fill the spool within that time, which then
says so (P6). In the suite tests/reports/test_writer.py takes the database away from one process.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from tests.crash.ledger import Citizens, Ledger
from tests.crash.scale import by_test_crash, scale
from tests.crash.site import Site
from tests.services.postgres import restart_cluster, start_cluster

OUTAGE_S = scale(20, 20, 300)
PAUSE_S = scale(0, 0, 60) / 1_000


@by_test_crash
@pytest.mark.parametrize("kind", ["stopped", "hanging"])
def test_an_outage_costs_no_citizen_anything(tmp_path, sealing_files, kind):
    cluster = start_cluster(durable=True)
    try:
        with Site(tmp_path, cluster.create_database("portals"), sealing_files) as site:
            ledger = Ledger(site.folder / "ledger.jsonl")
            citizens = Citizens(ledger, site.port, site.key, pause_s=PAUSE_S)
            with citizens.reporting():
                citizens.wait_for(20)
                before = len(ledger.answers)
                if kind == "stopped":
                    cluster.stop(crash=True)
                    time.sleep(OUTAGE_S)
                    waiting = site.command("spool", "status")["waiting"]
                    cluster = restart_cluster(cluster.folder, durable=True)
                else:
                    processes = signalled(cluster.process_id, signal.SIGSTOP)
                    time.sleep(OUTAGE_S)
                    waiting = site.command("spool", "status")["waiting"]
                    signalled(cluster.process_id, signal.SIGCONT, processes)
                during = len(ledger.answers) - before
                started = time.monotonic()
                citizens.wait_for(len(ledger.answers) + 20)
            site.drain()
            print(
                f"{kind} for {OUTAGE_S} s: {during} reports meanwhile, {waiting} in the spool at "
                f"its end, drained {time.monotonic() - started:.0f} s after; "
                f"statuses {ledger.statuses}"
            )
            assert set(ledger.statuses) == {201}
            assert waiting > 0
            assert not ledger.contradictions
            assert Counter(site.stored()) == Counter(ledger.references())
    finally:
        cluster.remove()


def signalled(postmaster: int, number: signal.Signals, also: list[int] | None = None) -> list[int]:
    """Signal all processes of the server; which they were."""
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    processes = [postmaster, *map(int, children), *(also or [])]
    for process in dict.fromkeys(processes):
        with suppress(ProcessLookupError):
            os.kill(process, number)
    return processes
