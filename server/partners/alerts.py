"""What a manager should look at: keys that fell silent, show up elsewhere, or expire soon."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.partners.lookup import get_attributions
from server.partners.models import PartnerKey
from server.partners.resolved_key import ResolvedKey, Standing
from server.partners.sighted_origin import OTHER_ORIGINS, sighted_origin
from server.partners.sightings import SightingCount
from server.partners.sightings_read import recent_sightings
from server.partners.vocabulary import KeyMode, KeyState

SILENT_DAYS = 3
USUAL_DAYS = 14
SEEN_ON_DAYS = 3
UNLISTED_DAYS = 7
EXPIRY_DAYS = 30


class AlertKind(StrEnum):
    """Why a key is to be looked at; the most urgent first."""

    SILENT = "silent"
    UNLISTED = "unlisted"
    EXPIRING = "expiring"


@dataclass(frozen=True, slots=True)
class KeyAlert:
    """One reason to look at one key.

    `origins` are those where it was seen last (silent) or is refused (unlisted), the most
    frequent first; `day` when it was seen last or expires; `seen` how often it was refused.
    """

    kind: AlertKind
    key: ResolvedKey
    day: date
    origins: tuple[str, ...] = ()
    seen: int = 0


def find_alerts(
    session: Session, now: datetime, key_ids: Collection[UUID] | None = None
) -> list[KeyAlert]:
    """The alerts of all live keys, or of some: those that fell silent first, then by partner."""
    query = select(PartnerKey.id).where(
        PartnerKey.mode == KeyMode.LIVE,
        PartnerKey.state == KeyState.ACTIVE,
        PartnerKey.secret_hmac.is_(None),
    )
    if key_ids is not None:
        query = query.where(PartnerKey.id.in_(key_ids))
    ids = session.scalars(query).all()
    since = now.date() - timedelta(days=SILENT_DAYS + USUAL_DAYS)
    seen = recent_sightings(session, ids, since)
    found = [
        alert
        for key in get_attributions(session, ids).values()
        for alert in alerts_of(key, seen.get(key.id, ()), now)
    ]
    return sorted(found, key=_urgency)


def alerts_of(
    key: ResolvedKey, sightings: Sequence[SightingCount], now: datetime
) -> list[KeyAlert]:
    """The alerts of a key with its sightings of the last 17 days; none unless it is live and open.

    Silent: seen where it is allowed on 3 or more of 14 days, then not at all for 3. Unlisted:
    refused within 7 days on a page that is not on its list by now. Expiring: within 30 days.
    """
    if key.mode is not KeyMode.LIVE or key.standing(now) is not Standing.OPEN:
        return []
    found = (_silent(key, sightings, now), _unlisted(key, sightings, now), _expiring(key, now))
    return [alert for alert in found if alert is not None]


def _silent(key: ResolvedKey, sightings: Iterable[SightingCount], now: datetime) -> KeyAlert | None:
    shown = [each for each in sightings if each.allowed]
    quiet_from = now.date() - timedelta(days=SILENT_DAYS - 1)
    usual_from = quiet_from - timedelta(days=USUAL_DAYS)
    before = [each for each in shown if usual_from <= each.day < quiet_from]
    days = {each.day for each in before}
    if len(days) < SEEN_ON_DAYS or any(each.day >= quiet_from for each in shown):
        return None
    return KeyAlert(AlertKind.SILENT, key, max(days), _most_frequent(before))


def _unlisted(
    key: ResolvedKey, sightings: Iterable[SightingCount], now: datetime
) -> KeyAlert | None:
    since = now.date() - timedelta(days=UNLISTED_DAYS)
    refused = [
        each
        for each in sightings
        # A page that was put on the list since is no longer news.
        if not each.allowed
        and each.day > since
        and each.origin != OTHER_ORIGINS
        and not sighted_origin(each.origin, key.origins)[1]
    ]
    if not refused:
        return None
    seen = sum(each.seen for each in refused)
    day = max(each.day for each in refused)
    return KeyAlert(AlertKind.UNLISTED, key, day, _most_frequent(refused), seen)


def _expiring(key: ResolvedKey, now: datetime) -> KeyAlert | None:
    if key.expires_at is None or key.expires_at > now + timedelta(days=EXPIRY_DAYS):
        return None
    return KeyAlert(AlertKind.EXPIRING, key, key.expires_at.date())


def _most_frequent(sightings: Iterable[SightingCount]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    for each in (one for one in sightings if one.origin != OTHER_ORIGINS):
        seen[each.origin] = seen.get(each.origin, 0) + each.seen
    return tuple(sorted(seen, key=lambda origin: (-seen[origin], origin)))


def _urgency(alert: KeyAlert) -> tuple[int, str, str, UUID]:
    order = list(AlertKind).index(alert.kind)
    return (order, alert.key.partner_name, alert.key.label, alert.key.id)
