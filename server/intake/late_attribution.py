"""Attribute a report whose key could not be looked up when it came; or say that nobody knows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from server.partners.service import ResolvedKey, Standing, origin_allowed
from server.reports.service import NewReport
from server.reports.vocabulary import Lane

Resolve = Callable[[str], ResolvedKey | None]


def attributed(report: NewReport, resolve: Resolve) -> NewReport:
    """The report with its key's portal, partner, campaign and language.

    A key that is unknown, or took no reports when this one came, gives no attribution: the report
    was acknowledged, so it is kept, in quarantine. Raises what `resolve` raises.
    """
    if report.unverified_key is None:
        return report
    key = resolve(report.unverified_key)
    if key is None or not _took_reports(key, report):
        return replace(report, lane=Lane.QUARANTINE, origin=None, unverified_key=None)
    return replace(
        report,
        mode=key.mode,
        portal_id=key.portal_id,
        partner_id=key.partner_id,
        key_id=key.id,
        campaign=report.campaign or key.campaign,
        origin=report.origin if origin_allowed(report.origin, key.origins) else None,
        language=key.language(report.language),
        unverified_key=None,
    )


def _took_reports(key: ResolvedKey, report: NewReport) -> bool:
    return key.standing(report.received_at) in (Standing.OPEN, Standing.LATELY_CEASED)
