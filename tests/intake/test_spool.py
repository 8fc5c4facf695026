"""The spool keeps what it acknowledged, once, and never says that it kept what it did not."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context

import pytest

from server.intake.errors import SpoolFailed, SpoolFull
from server.intake.spool import Spool
from server.intake.spool_file import Spooled, decode
from server.reports.vocabulary import Lane
from tests.factories.new_report import new_report, sealed_part

ONE = {"idempotency_hash": bytes(32), "body_tag": b"\1" * 32}
MIB = 1_048_576


def low(**changes):
    return new_report(lane=Lane.LOW, **changes)


def spool_in(folder, max_bytes=100 * MIB, max_reports=10_000):
    return Spool(folder, max_bytes=max_bytes, max_reports=max_reports)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data" / "spool"


@pytest.fixture
def spool(folder):
    return spool_in(folder)


def files(folder):
    return sorted(folder.glob("??/*.report"))


def waiting(folder):
    """As a process sees it that begins now."""
    return spool_in(folder).state().waiting


def test_a_report_that_was_put_lies_there_with_all_its_fields(spool, folder):
    report = new_report(campaign="posters", unverified_key="iwfpk_live_x")
    assert spool.put(report) == report.received_at
    (path,) = files(folder)
    assert decode(path.read_bytes()) == report


def test_only_the_owner_may_look(spool, folder):
    old = os.umask(0)
    try:
        spool.put(new_report())
    finally:
        os.umask(old)
    (path,) = files(folder)
    modes = [each.stat().st_mode & 0o777 for each in (path, path.parent, folder, folder.parent)]
    assert modes == [0o600, 0o700, 0o700, 0o700]


def test_a_retry_gets_the_moment_of_the_first_time_also_from_another_process(spool, folder):
    first = new_report(**ONE)
    spool.put(first)
    later = new_report(**ONE, received_at=first.received_at + timedelta(minutes=1))
    assert spool_in(folder).put(later) == first.received_at
    assert len(files(folder)) == 1


def test_a_waiting_submission_is_found(spool):
    report = new_report(**ONE, secret_generation=3)
    spool.put(report)
    assert spool.find(**ONE) == Spooled(3, report.received_at)
    assert spool.find(bytes(32), b"\2" * 32) is None


def test_nothing_is_found_in_a_spool_that_was_never_used(spool, folder):
    assert spool.find(**ONE) is None
    assert spool.state().waiting == 0
    assert not folder.exists()


def test_another_body_under_the_same_idempotency_key_is_kept_too(spool, folder):
    spool.put(new_report(**ONE))
    spool.put(new_report(**ONE | {"body_tag": b"\2" * 32}))
    assert len(files(folder)) == 2


def test_64_at_once_of_one_submission_are_one_file_and_one_answer(spool, folder):
    reports = [new_report(**ONE) for _ in range(64)]
    with ThreadPoolExecutor(16) as pool:
        answers = set(pool.map(spool.put, reports))
    assert len(answers) == 1
    (path,) = files(folder)
    assert {decode(path.read_bytes()).received_at} == answers
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def put_many(folder):
    spool = spool_in(folder)
    names = [{"idempotency_hash": bytes([n] * 32), "body_tag": bytes(32)} for n in range(20)]
    return [spool.put(new_report(**name)) for name in names]


def test_processes_that_put_the_same_submissions_give_the_same_answers(folder):
    with ProcessPoolExecutor(3, get_context("fork")) as processes:
        first, second, third = processes.map(put_many, [folder] * 3)
    assert first == second == third
    assert waiting(folder) == 20


def test_a_damaged_file_makes_room_for_the_retry_and_is_set_apart(spool, folder):
    spool.put(new_report(**ONE))
    (path,) = files(folder)
    path.write_bytes(path.read_bytes()[:-1])
    assert spool.find(**ONE) is None
    retry = new_report(**ONE)
    assert spool.put(retry) == retry.received_at
    assert decode(files(folder)[0].read_bytes()) == retry
    assert len(list((folder / "set-apart").iterdir())) == spool.state().set_apart == 1
    assert spool_in(folder).state().set_apart == 1


def test_a_file_that_is_written_is_not_seen_before_it_is_whole(spool, folder, monkeypatch):
    seen = []
    fsync = os.fsync

    def watching(descriptor):
        seen.append(len(files(folder)))
        fsync(descriptor)

    spool.put(new_report(**ONE))  # makes the folders
    monkeypatch.setattr(os, "fsync", watching)
    spool.put(new_report(idempotency_hash=bytes(32)))
    assert seen == [1, 2]  # the file's own, then its folder's


@pytest.mark.parametrize("failing", [1, 2])
def test_a_failed_fsync_is_no_acknowledgement(spool, folder, monkeypatch, failing):
    spool.put(new_report(**ONE))
    calls = []
    fsync = os.fsync

    def fails_once(descriptor):
        calls.append(descriptor)
        if len(calls) == failing:
            raise OSError(5, "Input/output error")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", fails_once)
    with pytest.raises(SpoolFailed, match="Input/output error"):
        spool.put(new_report(idempotency_hash=bytes(32)))
    assert len(calls) == failing  # and is not tried again
    assert not list(folder.glob("??/.*"))


def test_a_folder_that_was_taken_away_is_made_again(spool, folder):
    spool.put(new_report(**ONE))
    folder.rename(folder.with_name("gone"))
    spool.put(new_report(**ONE))
    assert len(files(folder)) == 1


def test_a_file_where_the_folder_should_be_is_a_failure(folder):
    folder.parent.mkdir()
    folder.touch()
    with pytest.raises(SpoolFailed):
        spool_in(folder).put(new_report())


def test_a_flood_without_proof_leaves_a_quarter_for_those_who_did_the_work(folder):
    spool = spool_in(folder, max_reports=4)
    for _ in range(3):
        spool.put(low())
    with pytest.raises(SpoolFull):
        spool.put(low())
    spool.put(new_report(lane=Lane.NORMAL))
    with pytest.raises(SpoolFull):
        spool.put(new_report(lane=Lane.NORMAL))


def test_more_than_so_many_reports_find_it_full(folder):
    spool = spool_in(folder, max_reports=3)
    for _ in range(3):
        spool.put(new_report())
    with pytest.raises(SpoolFull):
        spool.put(new_report())
    assert spool.state().is_full
    with pytest.raises(SpoolFull):
        spool_in(folder, max_reports=3).put(new_report())


def test_the_retry_of_a_report_that_waits_is_answered_when_it_is_full(folder):
    spool = spool_in(folder, max_reports=1)
    first = new_report(**ONE)
    spool.put(first)
    assert spool.put(new_report(**ONE)) == first.received_at


def test_many_at_once_do_not_pass_the_limit(folder):
    spool = spool_in(folder, max_reports=10)

    def taken(report):
        try:
            spool.put(report)
        except SpoolFull:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        took = list(pool.map(taken, [new_report() for _ in range(40)]))
    assert took.count(True) == len(files(folder)) == 10


def test_the_limit_of_bytes_counts_what_the_disk_hands_out(folder):
    spool = spool_in(folder, max_bytes=3 * 4_096)
    for _ in range(3):
        spool.put(new_report())
    assert spool.state().bytes == 3 * 4_096
    with pytest.raises(SpoolFull):
        spool.put(new_report())


def test_another_process_is_counted_some_seconds_later(folder):
    now = [0.0]
    spool = spool_in(folder)
    spool._stock._clock = lambda: now[0]
    assert spool.state().waiting == 0
    spool_in(folder).put(new_report())
    now[0] += 60
    assert spool.state().waiting == 1


def test_what_a_killed_process_left_unfinished_goes_and_what_is_being_written_stays(folder):
    spool_in(folder).put(new_report(**ONE))
    shard = files(folder)[0].parent
    left, fresh = shard / ".1-a.tmp", shard / ".2-b.tmp"
    left.touch()
    fresh.touch()
    hour_ago = time.time() - 3_600
    os.utime(left, (hour_ago, hour_ago))
    assert waiting(folder) == 1
    assert not left.exists()
    assert fresh.exists()


def test_the_state_says_since_when_the_oldest_waits(spool, folder):
    spool.put(new_report())
    at = datetime(2026, 11, 22, 9, tzinfo=UTC)
    os.utime(files(folder)[0], (at.timestamp(), at.timestamp()))
    spool.put(new_report())
    assert spool_in(folder).state().oldest_at == at


def test_the_oldest_come_first(spool, folder):
    for _ in range(3):
        spool.put(new_report())
    for age, path in enumerate(files(folder)):
        os.utime(path, (1_000 - age, 1_000 - age))
    assert [entry.path for entry in spool.oldest(2)] == files(folder)[:0:-1]


def test_one_at_a_time_may_take_reports_away(spool, folder):
    with spool.exclusively() as first, spool_in(folder).exclusively() as second:
        assert (first, second) == (True, False)
    with spool.exclusively() as again:
        assert again


def put_with_a_limit_of_file_size(folder):
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))
    spool_in(folder).put(new_report())


def test_a_file_that_the_system_cuts_short_is_no_acknowledgement(folder):
    with ProcessPoolExecutor(1, get_context("fork")) as child:
        put = child.submit(put_with_a_limit_of_file_size, folder)
        with pytest.raises(SpoolFailed, match="File too large"):
            put.result()
    assert [path.name for path in folder.rglob("*") if path.is_file()] == ["drain.lock"]


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 1 MiB, where this user may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    options = ["-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(["mount", *options], capture_output=True).returncode:
        pytest.skip("needs to mount a file system")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_on_a_full_disk_whatever_was_acknowledged_is_there_and_nothing_else(small_disk):
    spool = spool_in(small_disk / "spool")
    kept, reasons = [], []
    while len(reasons) < 20:
        report = new_report(parts=(sealed_part(size=4_112 if len(kept) % 3 else 16_400),))
        try:
            spool.put(report)
            kept.append(report.id)
        except SpoolFailed as error:
            reasons.append(str(error))
    paths = files(small_disk / "spool")
    assert sorted(decode(path.read_bytes()).id for path in paths) == sorted(kept)
    assert len(kept) > 20
    assert set(reasons) == {"No space left on device"}
    assert not list(small_disk.rglob("*.tmp"))
