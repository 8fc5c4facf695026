"""The copy on disk of what a process knows: whole or not at all, ours or nobody's, a day long."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from server.storage import snapshot
from server.storage.availability import Availability, BoundedReads, DatabaseAway
from server.storage.database import Database
from server.storage.keyring import IntakeSecrets
from server.storage.last_known import SURVIVES_S, LastKnown
from server.storage.snapshot import Snapshot, SnapshotRefused, seal, unseal

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
SECRETS = IntakeSecrets(1, ((1, OLD),))


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def wall() -> Clock:
    return Clock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "spool" / "last-known.json"


@pytest.fixture
def away(tmp_path: Path) -> Iterator[BoundedReads]:
    """Questions to a database that is known to be away."""
    reads = BoundedReads(Database(f"sqlite:///{tmp_path}/none.db"), Availability(lambda: 0.0))
    reads.availability.failed()
    yield reads
    reads.close()


def values(reads: BoundedReads, wall: Clock) -> LastKnown[str]:
    return LastKnown(reads, lambda session, name: name, clock=wall)


def kept(file: Path, reads: BoundedReads, wall: Clock, secrets: IntakeSecrets = SECRETS) -> Knowing:
    return Knowing(Snapshot(file, secrets, wall=wall), values(reads, wall))


class Knowing:
    """A process with its copy, and one kind of values."""

    def __init__(self, copy: Snapshot, known: LastKnown[str]) -> None:
        self.copy, self.known = copy, known
        copy.keep("words", known, str, str)

    def learn(self, *names: str) -> None:
        for name in names:
            self.known.restore(name, f"{name}!", 0)
        self.copy.write()

    def knows(self, name: str) -> bool:
        try:
            return self.known.get(name) == f"{name}!"
        except DatabaseAway:
            return False


def test_a_later_process_knows_what_this_one_did(
    file: Path, away: BoundedReads, wall: Clock
) -> None:
    kept(file, away, wall).learn("a", "b")
    later = kept(file, away, wall)
    assert later.knows("a")
    assert later.knows("b")
    assert not later.knows("c")


def test_a_day_after_the_reading_it_knows_nothing(
    file: Path, away: BoundedReads, wall: Clock
) -> None:
    """By the clock on the wall, as no other survives a restart. A copy makes nothing younger."""
    kept(file, away, wall).learn("a")
    wall.now += SURVIVES_S / 2
    kept(file, away, wall).copy.write()
    wall.now += SURVIVES_S / 2 - 10
    assert kept(file, away, wall).knows("a")
    wall.now += 10
    assert not kept(file, away, wall).knows("a")


def test_a_copy_from_the_future_is_not_believed(
    file: Path, away: BoundedReads, wall: Clock
) -> None:
    kept(file, away, wall).learn("a")
    wall.now -= 3_600
    assert not kept(file, away, wall).knows("a")


def test_only_who_serves_may_read_it(file: Path, away: BoundedReads, wall: Clock) -> None:
    before = os.umask(0)
    try:
        kept(file, away, wall).learn("a")
    finally:
        os.umask(before)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def damage_of(content: bytes) -> dict[str, bytes]:
    return {
        "one bit": content[:-1] + bytes([content[-1] ^ 1]),
        "another word": content.replace(b"a!", b"b!"),
        "cut off": content[: len(content) // 2],
        "no line": b"",
        "noise": bytes(range(256)),
        "another version": content.replace(b"last-known 1", b"last-known 2"),
        "another generation": content.replace(b"known 1 1", b"known 1 9"),
        "no number": content.replace(b"known 1 1", b"known 1 x"),
        "no tag": content.partition(b"\n")[0][:16] + b"\n" + content.partition(b"\n")[2],
        "too much": b"x" * (snapshot.MAX_BYTES + 1),
    }


def test_what_was_tampered_with_is_refused_and_logged(
    file: Path, away: BoundedReads, wall: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    kept(file, away, wall).learn("a")
    whole = file.read_bytes()
    for damage, content in damage_of(whole).items():
        assert content != whole, damage
        with pytest.raises(SnapshotRefused):
            unseal(content, SECRETS)
        file.write_bytes(content)
        after = kept(file, away, wall)
        assert not after.knows("a"), damage
        assert "is not used" in "".join(capsys.readouterr()), damage
    after.learn("c")  # and the next copy is good again
    assert kept(file, away, wall).knows("c")


def test_another_installations_copy_is_refused(file: Path, away: BoundedReads, wall: Clock) -> None:
    kept(file, away, wall).learn("a")
    assert not kept(file, away, wall, IntakeSecrets(1, ((1, NEW),))).knows("a")


def test_a_rotated_secret_leaves_the_copy_valid(
    file: Path, away: BoundedReads, wall: Clock
) -> None:
    kept(file, away, wall).learn("a")
    rotated = IntakeSecrets(2, ((2, NEW), (1, OLD)))
    assert kept(file, away, wall, rotated).knows("a")
    kept(file, away, wall, rotated).copy.write()
    assert kept(file, away, wall, IntakeSecrets(2, ((2, NEW),))).knows("a")


def test_one_entry_that_nobody_can_read_costs_no_other(
    file: Path, away: BoundedReads, wall: Clock
) -> None:
    file.parent.mkdir()
    parts = {"numbers": [("a", wall.now, "x"), ("b", wall.now, "7")]}
    file.write_bytes(seal(parts, SECRETS))
    numbers: LastKnown[int] = LastKnown(away, lambda session, name: None, clock=wall)
    Snapshot(file, SECRETS, wall=wall).keep("numbers", numbers, str, int)
    assert numbers.get("b") == 7
    with pytest.raises(DatabaseAway):
        numbers.get("a")


def test_processes_that_write_add_to_each_other(
    file: Path, away: BoundedReads, wall: Clock
) -> None:
    first, second = kept(file, away, wall), kept(file, away, wall)
    first.learn("a")
    second.learn("b")
    assert kept(file, away, wall).knows("a")
    assert kept(file, away, wall).knows("b")


WRITE_OFTEN = """
import sys, time
from pathlib import Path
from server.storage.availability import Availability, BoundedReads
from server.storage.database import Database
from tests.storage.test_snapshot import SECRETS, Knowing
from server.storage.last_known import LastKnown
from server.storage.snapshot import Snapshot
reads = BoundedReads(Database("sqlite://"), Availability())
one = Knowing(Snapshot(Path(sys.argv[1]), SECRETS), LastKnown(reads, lambda s, n: n))
for number in range(20):
    one.learn(f"there {number}")
"""


def test_two_processes_that_write_at_once_lose_nothing(
    file: Path, away: BoundedReads, wall: Clock
) -> None:
    wall.now = time.time()
    here = kept(file, away, wall)
    other = subprocess.Popen([sys.executable, "-c", WRITE_OFTEN, file])
    written = 0
    while other.poll() is None:
        here.learn(f"here {(written := written + 1) % 40}")
        with suppress(subprocess.TimeoutExpired):
            other.wait(0.05)  # it shall come to write too
    assert other.returncode == 0
    names = {name for name, *_ in unseal(file.read_bytes(), SECRETS)["words"]}
    assert {f"there {number}" for number in range(20)} <= names
    assert {f"here {number}" for number in range(1, min(written, 40))} <= names


def test_what_is_gone_is_forgotten_in_the_copy_too(file: Path, tmp_path: Path, wall: Clock) -> None:
    there = {"a": "a!"}
    reads = BoundedReads(Database(f"sqlite:///{tmp_path}/some.db"), Availability())
    known: LastKnown[str] = LastKnown(reads, lambda session, name: there.get(name), clock=wall)
    copy = Snapshot(file, SECRETS, wall=wall)
    copy.keep("words", known, str, str)
    assert known.get("a") == "a!"
    copy.write()
    assert b'"a!"' in file.read_bytes()
    there.clear()
    wall.now += 5
    assert known.get("a") is None
    copy.write()
    assert json.loads(file.read_bytes().partition(b"\n")[2]) == {"words": []}
    reads.close()


def test_a_disk_that_fails_is_logged_and_hurts_nobody(
    file: Path, away: BoundedReads, wall: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    file.parent.write_text("a file where the folder should be")
    kept(file, away, wall).learn("a")
    assert "was not written" in "".join(capsys.readouterr())


def test_it_is_written_by_itself_soon_after_a_reading(file: Path, tmp_path: Path) -> None:
    reads = BoundedReads(Database(f"sqlite:///{tmp_path}/some.db"), Availability())
    known: LastKnown[str] = LastKnown(reads, lambda session, name: f"{name}!")
    copy = Snapshot(file, SECRETS, write_s=0.01)
    copy.keep("words", known, str, str)
    known.get("a")
    known.get("b")
    wait_for(file, b'"a!"')
    wait_for(file, b'"b!"')
    reads.close()


def test_the_first_copy_is_written_at_once(file: Path, tmp_path: Path) -> None:
    """A server that is killed a second after its first start knows its keys at the next."""
    reads = BoundedReads(Database(f"sqlite:///{tmp_path}/d.db"), Availability())
    copy = Snapshot(file, SECRETS, write_s=600.0)
    known = LastKnown(reads, lambda session, name: name)
    copy.keep("words", known, str, str)
    known.get("here")
    wait_for(file, b"here")
    reads.close()


def wait_for(file: Path, content: bytes) -> None:
    end = time.monotonic() + 10
    while not (file.exists() and content in file.read_bytes()):
        assert time.monotonic() < end
        time.sleep(0.01)
