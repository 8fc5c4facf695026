"""P4: the same submission, however often and wherever it arrives, is one report with one answer.

Two workers share 64 connections that send at once. In the suite a few keys on SQLite; by `make
test-crash` 50 on each database; with FULL=1 1,000 on PostgreSQL.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice, repeat

import altcha
import pytest
import time_machine

from server.config import load_settings
from server.intake.challenge import Difficulty, create_challenge
from server.intake.service import new_idempotency_key
from tests.crash.crowd import BROKEN, SIZE, Answer, Crowd, Sent
from tests.crash.scale import scale
from tests.crash.site import Site
from tests.factories.report import report_body
from tests.services.postgres import Cluster, restart_cluster, start_cluster

KEYS = scale(2, 50, 1_000)
CONTESTED = scale(1, 20, 100)
CHALLENGES = scale(1, 10, 50)
KILLS = scale(1, 3, 10)
#: A server whose worker dies twice within 5.5 s ends (docs/operators/serving.md): not tried here.
BETWEEN_KILLS_S = 6.0
#: How many are on their way when a worker is killed: one a connection, the first of each worker.
RETRIED = scale(6, SIZE, SIZE)
#: Work for the solver of this test only: the server looks at the solution alike.
QUICK = Difficulty(cost=1, counter_from=1, counter_to=3)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"][: scale(1, 2, 2)])
def site(request, tmp_path_factory, sealing_files) -> Iterator[Site]:
    """Both workers of a site have begun when a test does."""
    folder = tmp_path_factory.mktemp("site")
    cluster = start_cluster(durable=True) if request.param == "postgresql" else None
    url = cluster.create_database("portals") if cluster else f"sqlite:///{folder / 'portals.db'}"
    try:
        with Site(folder, url, sealing_files) as site:
            site.cluster = cluster
            yield site
    finally:
        if cluster:
            postmaster = int((cluster.folder / "data/postmaster.pid").read_text().split()[0])
            Cluster(cluster.folder, postmaster).remove()


def submission(site: Site, **changes: str) -> Sent:
    key = new_idempotency_key()
    body = report_body(site.key, description=f"Sent under {key}.", **changes)
    return Sent(key, json.dumps(body).encode())


def changed(sent: Sent) -> Sent:
    body = json.loads(sent.body)
    return Sent(sent.idempotency_key, json.dumps(body | {"description": "Another."}).encode())


def the_one(answers: list[Answer]) -> Answer:
    """The answer that all of them got: a report was taken."""
    assert len(set(answers)) == 1, Counter(answers)
    assert answers[0].status == 201, answers[0]
    return answers[0]


def reference(answer: Answer) -> str:
    return str(json.loads(answer.said)["reference"])


def stored_once(site: Site, answers: list[Answer]) -> None:
    """All that was promised lies in the database, each once, and whole."""
    wait_until_drained(site)
    stored = Counter(site.stored())
    assert {stored[reference(answer)] for answer in answers} == {1}
    assert len({answer.said for answer in answers}) == len(answers)
    reports, envelopes, messages = site.whole()
    assert reports == envelopes == messages


def waiting(site: Site) -> int:
    return len(list(site.spool.glob("*/*.report")))


def wait_until_drained(site: Site) -> None:
    """By the servers themselves."""
    end = time.monotonic() + 60
    while waiting(site):
        assert time.monotonic() < end, "the spool was not drained"
        time.sleep(0.05)
    assert not list(site.spool.glob("set-apart/*"))


def taken(site: Site, act: Callable[[], list[Answer]], what: str) -> list[Answer]:
    """What came of it: exactly so many reports more as submissions were answered with 201."""
    before, started = site.whole()[0], time.monotonic()
    answers = act()
    stored_once(site, answers)
    more = site.whole()[0] - before
    print(
        f"{site.database.engine.dialect.name}: {what}: {len(answers)} submissions, {more} rows, "
        f"{time.monotonic() - started:.0f} s"
    )
    assert more == len(answers)
    return answers


def test_a_submission_that_arrives_64_times_at_once_is_one_report(site):
    keys = min(KEYS, 50) if site.cluster is None else KEYS
    with Crowd(site) as crowd:

        def act() -> list[Answer]:
            return [the_one(crowd.send(repeat(submission(site), SIZE))) for _ in range(keys)]

        taken(site, act, f"{SIZE} at once")


def test_a_changed_body_under_a_key_is_a_conflict_whoever_comes_first(site):
    def act() -> list[Answer]:
        first = submission(site)
        answers = crowd.send(islice(cycle([first, changed(first)]), SIZE))
        by_body = set(answers[::2]), set(answers[1::2])
        assert [len(each) for each in by_body] == [1, 1], by_body
        won, lost = sorted((each.pop() for each in by_body), key=lambda answer: answer.status)
        assert (won.status, lost.status) == (201, 409)
        assert lost.problem == "idempotency-conflict"
        return [won]

    with Crowd(site) as crowd:
        taken(site, lambda: [act()[0] for _ in range(CONTESTED)], "two bodies, 32 of each at once")


def test_a_retry_after_its_worker_was_killed_gets_the_same_answer_from_the_other(site):
    def act() -> list[Answer]:
        requests = [submission(site) for _ in range(RETRIED)]
        with Crowd(site) as crowd:
            with_the_first = crowd.holders[0]
            first = crowd.send(
                requests, meanwhile=lambda: os.kill(crowd.holders[0], signal.SIGKILL)
            )
            for holder, answer in zip(crowd.holders, first, strict=False):
                assert answer.status in ({BROKEN, 201} if holder == with_the_first else {201})
            living = [n for n in crowd.four_of_each() if crowd.holders[n] != with_the_first]
            again = [the_one(crowd.send(repeat(sent), over=living)) for sent in requests]
        # To some the worker that was killed had answered already.
        for before, after in zip(first, again, strict=True):
            assert before in (Answer(BROKEN, ""), after)
        return again

    def all_acts() -> Iterator[Answer]:
        for number in range(KILLS):
            if number:
                time.sleep(BETWEEN_KILLS_S)
            yield from act()

    taken(site, lambda: list(all_acts()), f"{KILLS} workers killed")


@pytest.mark.parametrize("site", ["postgresql"][: scale(0, 1, 1)], indirect=True)
def test_a_retry_gets_the_same_answer_from_database_to_spool_and_back(site):
    """Half are known to the database when it goes away, half come meanwhile; eight at once."""
    known = [submission(site) for _ in range(KEYS // 2)]
    new = [submission(site) for _ in range(KEYS - len(known))]

    with Crowd(site) as crowd:
        eight = crowd.four_of_each()

        def ask(submissions: list[Sent]) -> list[Answer]:
            return [the_one(crowd.send(repeat(sent), over=eight)) for sent in submissions]

        def act() -> list[Answer]:
            first = ask(known)
            site.cluster.stop(crash=True)
            assert ask(known) == first
            first += ask(new)
            assert ask(new) == first[len(known) :]
            assert waiting(site) == KEYS
            site.cluster = restart_cluster(site.cluster.folder, durable=True)
            assert ask(known + new) == first  # while it drains
            wait_until_drained(site)
            assert ask(known + new) == first
            assert {
                answer.status
                for sent in known + new
                for answer in crowd.send(repeat(changed(sent)), over=eight[3:5])
            } == {409}
            return first

        taken(site, act, "database, spool, and back")


def test_a_solved_challenge_is_good_for_one_of_64_reports(site):
    settings = load_settings(site.environment)

    def act() -> list[Answer]:
        with time_machine.travel(datetime.now(UTC) - timedelta(minutes=1)):
            challenge = altcha.Challenge.from_dict(
                create_challenge(settings.intake_secrets, site.key, QUICK)
            )
        proof = altcha.Payload(challenge, altcha.solve_challenge(challenge)).to_base64()
        requests = [submission(site, challenge=proof) for _ in range(SIZE)]
        answers = crowd.send(requests)
        assert Counter(answer.status for answer in answers) == {201: 1, 422: SIZE - 1}
        refused = {answer.problem for answer in answers if answer.status == 422}
        assert refused == {"challenge-spent"}
        # And again, each with its own: the one gets its receipt, and the others nothing.
        assert crowd.send(requests) == answers
        return [answer for answer in answers if answer.status == 201]

    with Crowd(site) as crowd:
        taken(site, lambda: [act()[0] for _ in range(CHALLENGES)], "one challenge")
