"""Failed sign-ins slow down who fails, and nobody else.

Each browser that signed in to an account before has a bucket of its own for that account, all
other browsers share one (the device cookies of OWASP). So whoever guesses from elsewhere slows
down the strangers, not the member at their own browser. Passkeys and links ask nothing here.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.staff.errors import TooManyFailures
from server.staff.models import SignInThrottle

#: So many attempts in a row may fail before the next one has to wait. NIST SP 800-63B-4, 3.2.2,
#: asks for fewer than 100 in a row; an hour between two makes 24 a day.
FREE_ATTEMPTS = 5
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
#: After so long without an attempt a bucket is empty again.
FORGOTTEN_AFTER = timedelta(hours=24)


def wait_after(failures: int) -> timedelta:
    """How long after the last of `failures` failed attempts in a row the next one is looked at."""
    if failures < FREE_ATTEMPTS:
        return timedelta(0)
    doublings = min(failures - FREE_ATTEMPTS, 16)
    return min(FIRST_WAIT * int(2**doublings), LONGEST_WAIT)


def bucket_of(address: str, device: str | None) -> str:
    """The bucket of attempts on an account from a browser: by the secret of its device cookie, or
    by the address for all strangers. At most 80 characters, whether there is an account or not."""
    kind, name = ("known", device) if device else ("strangers", address)
    return f"{kind}:{hashlib.sha256(name.encode()).hexdigest()}"


def take_attempt(session: Session, bucket: str) -> None:
    """Count an attempt as failed before it is looked at, so that parallel ones count too.

    Raises TooManyFailures while the bucket has to wait; that does not make the wait longer.
    """
    now = datetime.now(UTC)
    _ensure(session, bucket, now)
    row = session.scalars(
        select(SignInThrottle).where(SignInThrottle.bucket == bucket).with_for_update()
    ).one()
    session.refresh(row)
    if now - row.last_at >= FORGOTTEN_AFTER:
        row.failures = 0
    left = row.last_at + wait_after(row.failures) - now
    if row.failures and left > timedelta(0):
        raise TooManyFailures(left)
    row.failures += 1
    row.last_at = now
    session.flush()


def note_failure(session: Session, bucket: str) -> None:
    """The attempt was looked at and failed: the wait counts from now. It is written for accounts
    that do not exist as well, so that they cost the same."""
    session.execute(
        update(SignInThrottle)
        .where(SignInThrottle.bucket == bucket)
        .values(last_at=datetime.now(UTC))
    )


def clear_failures(session: Session, bucket: str) -> None:
    """The attempt was good: empty its bucket."""
    session.execute(delete(SignInThrottle).where(SignInThrottle.bucket == bucket))


def forget_old_throttles(session: Session, now: datetime) -> int:
    """Drop the buckets that nobody used for a day (FORGOTTEN_AFTER); returns how many.

    Guessing strangers fill one for each address that they make up.
    """
    dropped = session.scalars(
        delete(SignInThrottle)
        .where(SignInThrottle.last_at < now - FORGOTTEN_AFTER)
        .returning(SignInThrottle.bucket)
        .execution_options(synchronize_session=False)
    )
    return len(dropped.all())


def _ensure(session: Session, bucket: str, now: datetime) -> None:
    kind = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    row = kind.insert(SignInThrottle).values(bucket=bucket, failures=0, last_at=now)
    session.execute(row.on_conflict_do_nothing())
