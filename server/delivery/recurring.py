"""Which recurring job is due, and which worker has it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.delivery.models import PeriodicJob

#: A job that failed waits at least so long, so that it does not fail twice a second.
AFTER_FAILURE = timedelta(seconds=10)


def introduce(session: Session, names: Collection[str], now: datetime) -> None:
    """Note jobs that were not known before; they are due at once."""
    known = set(session.scalars(select(PeriodicJob.name)))
    rows = [{"name": name, "due_at": now} for name in names if name not in known]
    if rows:
        is_postgresql = session.get_bind().dialect.name == "postgresql"
        build: Any = postgresql.insert if is_postgresql else sqlite.insert
        session.execute(build(PeriodicJob).on_conflict_do_nothing(), rows)


def due(session: Session, names: Collection[str], now: datetime) -> list[str]:
    """The jobs that nobody holds and whose time has come, the longest due first. Only reads."""
    query = select(PeriodicJob.name).where(_free(names, now), PeriodicJob.due_at <= now)
    return list(session.scalars(query.order_by(PeriodicJob.due_at)))


def take(
    session: Session,
    name: str,
    worker: str,
    now: datetime,
    lease: timedelta,
    *,
    early: bool = False,
) -> bool:
    """Take a job until `now + lease`; False when another worker has it, or had it just now.

    With `early` it need not be due.
    """
    timely = () if early else (PeriodicJob.due_at <= now,)
    taken = session.execute(
        update(PeriodicJob)
        .where(_free((name,), now), *timely)
        .values(leased_by=worker, lease_until=now + lease)
        .returning(PeriodicJob.name)
        .execution_options(synchronize_session=False)
    )
    return taken.first() is not None


def hold(session: Session, name: str, worker: str, until: datetime) -> None:
    """Renew the lease of a job that takes long."""
    _update(session, name, worker, lease_until=until)


def succeed(session: Session, name: str, worker: str, now: datetime, every: timedelta) -> None:
    """Note that a job was done; it is due again after `every`."""
    _update(
        session,
        name,
        worker,
        **{"lease_until": None, "leased_by": None, "last_error": None},
        last_done_at=now,
        due_at=now + every,
    )


def stumble(
    session: Session, name: str, worker: str, now: datetime, every: timedelta, kind: str
) -> None:
    """Note that a job failed, by the kind of the error; it is due again a little later."""
    _update(
        session,
        name,
        worker,
        **{"lease_until": None, "leased_by": None},
        last_error=kind[:120],
        due_at=now + max(every, AFTER_FAILURE),
    )


def _update(session: Session, name: str, worker: str, **values: Any) -> None:
    session.execute(
        update(PeriodicJob)
        .where(PeriodicJob.name == name, PeriodicJob.leased_by == worker)
        .values(values)
        .execution_options(synchronize_session=False)
    )


def _free(names: Collection[str], now: datetime) -> ColumnElement[bool]:
    unheld = or_(PeriodicJob.lease_until.is_(None), PeriodicJob.lease_until <= now)
    return and_(PeriodicJob.name.in_(names), unheld)
