"""P1: no report is lost, and none doubled, after 201, whatever is killed under load.

In the suite a few kills, on SQLite; `make test-crash` 20 and 2,000 acknowledged reports on each
database; FULL=1 200 and 20,000.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psycopg

from tests.crash.ledger import Citizens, Ledger
from tests.crash.scale import by_test_crash, scale
from tests.crash.site import Site
from tests.services.postgres import Cluster, restart_cluster, start_cluster

KILLS = scale(2, 20, 200)
ACKNOWLEDGED = scale(60, 2_000, 20_000)
#: Each is killed once, in this order, then any of them.
OURS = ["worker", "server"]
ALL = ["postmaster", "worker", "backend", "server"]


def kill(process: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def kill_worker(site: Site, chance: random.Random) -> None:
    if workers := site.workers():
        kill(chance.choice(workers))


def kill_backend(cluster: Cluster) -> None:
    """One of the database's own processes, which stores reports: all of them start anew then."""
    try:
        with psycopg.connect(cluster.url_for("postgres"), autocommit=True) as connection:
            rows = connection.execute(
                "SELECT pid FROM pg_stat_activity "
                "WHERE datname = 'portals' AND query LIKE '%spent_challenges%'"
            ).fetchall()
    except psycopg.OperationalError:
        return  # it is starting anew already
    for (process,) in rows[:1]:
        kill(process)


def kill_postmaster(cluster: Cluster) -> Cluster:
    """The first process of the database, and with it all others, as they notice; then start it."""
    children = Path(f"/proc/{cluster.process_id}/task/{cluster.process_id}/children")
    processes = [int(each) for each in children.read_text().split()]
    kill(cluster.process_id)
    os.waitpid(cluster.process_id, 0)
    for each in processes:
        kill(each)
    time.sleep(0.2)
    return restart_cluster(cluster.folder, durable=True)


def run(site: Site, cluster: Cluster | None, parts: list[str]) -> tuple[Ledger, Counter[str]]:
    """Kill while citizens report: which parts how often, and what was acknowledged."""
    chance = random.Random(1)
    ledger = Ledger(site.folder / "ledger.jsonl")
    citizens = Citizens(ledger, site.port, site.key)
    done: Counter[str] = Counter()
    with citizens.reporting():
        for number in range(KILLS):
            # Between two kills some are acknowledged: else there is nothing to lose.
            citizens.wait_for(ACKNOWLEDGED * (number + 1) // (KILLS + 1))
            part = parts[number] if number < len(parts) else chance.choice(parts)
            match part:
                case "worker":
                    kill_worker(site, chance)
                case "server":
                    kill(site.server.pid)
                case "backend" if cluster:
                    kill_backend(cluster)
                case "postmaster" if cluster:
                    cluster = kill_postmaster(cluster)
            done[part] += 1
        citizens.wait_for(ACKNOWLEDGED)
    return ledger, done


def check(site: Site, ledger: Ledger, done: Counter[str]) -> None:
    site.drain()
    stored = Counter(site.stored())
    acknowledged = ledger.references()
    lost = [each for each in acknowledged if each not in stored]
    print(
        f"{site.database.engine.dialect.name}: killed {dict(done)}; acknowledged "
        f"{len(acknowledged)}, lost {len(lost)}, "
        f"doubled {sum(stored.values()) - len(acknowledged)}; "
        f"statuses {dict(sorted(ledger.statuses.items()))}"
    )
    assert not lost
    assert not ledger.contradictions
    # Citizens end with an answer: what is stored was acknowledged, once.
    assert sum(stored.values()) == len(acknowledged)
    reports, envelopes, messages = site.whole()
    assert reports == envelopes == messages


def test_nothing_is_lost_on_sqlite(tmp_path, sealing_files):
    with Site(tmp_path, f"sqlite:///{tmp_path / 'portals.db'}", sealing_files) as site:
        ledger, done = run(site, None, OURS)
        check(site, ledger, done)
        assert set(ledger.statuses) <= {0, 201}


@by_test_crash
def test_nothing_is_lost_on_postgresql(tmp_path, sealing_files):
    cluster = start_cluster(durable=True)
    try:
        url = cluster.create_database("portals")
        with Site(tmp_path, url, sealing_files) as site:
            ledger, done = run(site, cluster, ALL)
            check(site, ledger, done)
            assert set(ledger.statuses) <= {0, 201}
    finally:
        postmaster = int((cluster.folder / "data/postmaster.pid").read_text().split()[0])
        Cluster(cluster.folder, postmaster).remove()
