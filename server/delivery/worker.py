"""The worker: takes messages and recurring jobs, as one of any number of processes."""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import attrgetter

from server.delivery import leases, recurring
from server.delivery.heartbeat import kept
from server.delivery.jobs import Claim, Jobs, Message, RecurringJob
from server.observability.logs import log_failed_job
from server.storage.database import Database

IDLE_S = 0.5
#: How long to leave a database alone that does not answer.
TROUBLED_S = 5.0


@dataclass(slots=True)
class Done:
    """What was carried out: messages, failures among them, and the names of recurring jobs."""

    messages: int = 0
    failures: int = 0
    jobs: list[str] = field(default_factory=list)
    failed_jobs: list[str] = field(default_factory=list)


class Worker:
    """Carries out what `jobs` names, until it is told to stop."""

    def __init__(self, database: Database, jobs: Jobs, lease: timedelta = leases.LEASE) -> None:
        self.name = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._database = database
        self._jobs = jobs
        self._lease = lease
        self._topics = tuple(jobs.handlers)
        self._recurring = {job.name: job for job in jobs.recurring}
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Let `run` return after what is in hand. May be called by a signal's handler."""
        self._stopping.set()

    def run(self) -> None:
        """Work until `stop`. A database that goes away is waited for; one that was never there
        raises what SQLAlchemy raises."""
        self.introduce()
        while not self._stopping.is_set():
            try:
                idle = not self.turn(Done())
            except Exception as error:
                log_failed_job("worker", error)
                self._stopping.wait(TROUBLED_S)
            else:
                if idle:
                    self._stopping.wait(IDLE_S)

    def run_once(self) -> Done:
        """Carry out every message that is due, then each recurring job once, due or not."""
        self.introduce()
        done = Done()
        try:
            while not self._stopping.is_set() and self._messages(done):
                pass
        finally:
            for name in self._recurring:
                if not self._stopping.is_set():
                    self._job(name, done, early=True)
        return done

    def introduce(self) -> None:
        """Note the recurring jobs in the database, before the first turn."""
        with self._database.transaction() as session:
            recurring.introduce(session, self._recurring, datetime.now(UTC))

    def turn(self, done: Done) -> bool:
        """One batch of messages and the jobs that are due; whether there was anything."""
        busy = False
        try:
            busy = self._messages(done)
        finally:  # whatever is wrong with the messages, no recurring job waits for it
            busy = self._due_jobs(done) or busy
        return busy

    def _due_jobs(self, done: Done) -> bool:
        with self._database.reading() as session:
            names = recurring.due(session, self._recurring, datetime.now(UTC))
        busy = False
        for name in names:
            if not self._stopping.is_set():
                busy = self._job(name, done) or busy
        return busy

    def _messages(self, done: Done) -> bool:
        now = datetime.now(UTC)
        with self._database.reading() as session:
            if not leases.anything_waits(session, self._topics, now):
                return False
        with self._database.transaction() as session:
            claimed = leases.claim(session, self._topics, self.name, now, lease=self._lease)
        ids = [claim.id for claim in claimed]
        with kept(
            self._database,
            self._lease,
            lambda session, until: leases.renew(session, ids, self.name, until),
        ):
            with self._database.reading() as session:
                messages, unreadable = leases.read(session, claimed)
            for claim, error in unreadable:
                self._note_failure(claim, error, done)
            for part in _parts(messages):
                if self._stopping.is_set():
                    self._give_back(part)
                else:
                    self._carry_out(part[0].topic, part, done)
        return bool(claimed)

    def _give_back(self, messages: Sequence[Message]) -> None:
        with self._database.transaction() as session:
            leases.give_back(session, [message.id for message in messages], self.name)

    def _carry_out(self, topic: str, messages: Sequence[Message], done: Done) -> None:
        ids = [message.id for message in messages]
        try:
            with self._database.transaction() as session:
                leases.complete(session, ids, self.name, datetime.now(UTC))
                self._jobs.handlers[topic](session, messages)
        except Exception as error:
            if len(messages) > 1:  # find out which of them it is
                for message in messages:
                    self._carry_out(topic, [message], done)
            elif not isinstance(error, leases.LeaseLost):
                self._note_failure(messages[0], error, done)
        else:
            done.messages += len(messages)

    def _note_failure(self, message: Claim, error: Exception, done: Done) -> None:
        done.failures += 1
        log_failed_job(message.topic, error)
        with self._database.transaction() as session:
            leases.fail(session, message, self.name, type(error).__name__, datetime.now(UTC))

    def _job(self, name: str, done: Done, *, early: bool = False) -> bool:
        with self._database.transaction() as session:
            now = datetime.now(UTC)
            if not recurring.take(session, name, self.name, now, self._lease, early=early):
                return False
        job = self._recurring[name]
        try:
            with kept(
                self._database,
                self._lease,
                lambda session, until: recurring.hold(session, name, self.name, until),
            ):
                job.run(self._database)
        except Exception as error:
            done.failed_jobs.append(name)
            self._note_stumble(job, error)
        else:
            done.jobs.append(name)
            with self._database.transaction() as session:
                recurring.succeed(session, name, self.name, datetime.now(UTC), job.every)
        return True

    def _note_stumble(self, job: RecurringJob, error: Exception) -> None:
        log_failed_job(job.name, error)
        kind = type(error).__name__
        with self._database.transaction() as session:
            recurring.stumble(session, job.name, self.name, datetime.now(UTC), job.every, kind)


def _parts(messages: Sequence[Message]) -> list[list[Message]]:
    """First attempts by topic; what failed before, or killed its worker, alone and last."""
    fresh = sorted((m for m in messages if m.attempts == 1), key=attrgetter("topic"))
    parts = [list(group) for _, group in groupby(fresh, key=attrgetter("topic"))]
    return parts + [[message] for message in messages if message.attempts > 1]
