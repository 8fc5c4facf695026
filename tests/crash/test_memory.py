"""P8: after 1,000 reports over HTTP no process of the public surface holds the private key.

By `make test-crash`; the suite looks into a process that sealed as many without being served, and
into one that holds the key (tests/reports/test_intake_cannot_read.py).
"""

from __future__ import annotations

import pytest

from server.reports.private_keys import load_private_keys
from tests.crash.crowd import SIZE, Crowd
from tests.crash.scale import scale
from tests.crash.site import Site
from tests.crash.test_replays import submission
from tests.services.memory import memory_holds
from tests.services.sealing import PASSPHRASE

ROUNDS = scale(0, 16, 160)
PIECE = 16


@pytest.mark.skipif(not ROUNDS, reason="by make test-crash: it takes 20 s")
def test_no_process_of_the_public_surface_holds_a_piece_of_the_private_key(tmp_path, sealing_files):
    private = load_private_keys(sealing_files.private_keys, PASSPHRASE).find(sealing_files.key_id)
    assert private
    pieces = [private[at : at + PIECE] for at in range(0, len(private), PIECE)]
    with Site(tmp_path, f"sqlite:///{tmp_path / 'portals.db'}", sealing_files) as site:
        with Crowd(site) as crowd:
            for _ in range(ROUNDS):
                answers = crowd.send([submission(site) for _ in range(SIZE)])
                assert {answer.status for answer in answers} == {201}
            workers = site.workers()
            found = [memory_holds(each, pieces) for each in (site.server.pid, *workers)]
            # The search finds what is there: the public key, with which each of them sealed.
            control = [memory_holds(each, [sealing_files.public_key]) for each in workers]
        print(f"{ROUNDS * SIZE} reports, {len(found)} processes: private key in {sum(found)}")
    assert found == [False, False, False]
    assert control == [True, True]
