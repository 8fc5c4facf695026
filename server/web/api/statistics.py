"""A partner's own counts, for whoever holds one of its secret keys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError, fields, post_load
from werkzeug.exceptions import Unauthorized

from server.extensions import keys, reads
from server.partners.service import KeyMode, ResolvedKey
from server.statistics.service import (
    NO_VALUE,
    THRESHOLD,
    Grouping,
    PartnerCounts,
    closed_until,
    no_counts,
    partner_counts,
)
from server.web.access import anyone
from server.web.api.problems import problem
from server.web.api.schemas import ApiSchema
from server.web.api.tokens import bearer_token
from server.web.api.views import blueprint, refuses
from server.web.lookups import STATISTICS

MAX_DAYS = 400
DEFAULT_DAYS = 30
#: Years before this have no statistics; the last ones of the calendar cannot be reckoned with.
_FIRST, _LAST = date(2000, 1, 1), date(2999, 12, 31)


class Day(fields.Date):
    """An ISO 8601 calendar date of this millennium."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", metadata={"type": "string", "format": "date"}, **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> date:
        try:
            day = date.fromisoformat(value)
        except (TypeError, ValueError):
            raise ValidationError("This is no date. Write it as 2026-01-31.") from None
        if not _FIRST <= day <= _LAST:
            raise ValidationError(f"Give a day from {_FIRST} to {_LAST}.")
        return day


class StatisticsQuerySchema(ApiSchema):
    """Loads with both days set: the last 30 that are over, unless the query names others."""

    start = Day(data_key="from")
    end = Day(data_key="to")
    group_by = fields.Enum(Grouping, by_value=True, load_default=Grouping.DAY)

    @post_load
    def complete(self, query: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        last = closed_until(Grouping.DAY, datetime.now(UTC))
        end = query.get("end") or max(last, query.get("start", _FIRST))
        start = query.get("start") or end - timedelta(days=DEFAULT_DAYS - 1)
        if end < start:
            raise ValidationError({"to": ["This is before the first day."]})
        if (end - start).days >= MAX_DAYS:
            raise ValidationError({"from": [f"Ask for at most {MAX_DAYS} days."]})
        return query | {"start": start, "end": end}


class StatisticsCellSchema(Schema):
    start = fields.Date(data_key="from", required=True)
    end = fields.Date(data_key="to", required=True)
    value = fields.String(required=True, allow_none=True)
    reports = fields.Integer(required=True, allow_none=True)


class StatisticsSchema(Schema):
    group_by = fields.Enum(Grouping, by_value=True, required=True)
    start = fields.Date(data_key="from", required=True)
    end = fields.Date(data_key="to", required=True)
    until = fields.Date(required=True)
    mode = fields.Enum(KeyMode, by_value=True, required=True)
    smallest_shown = fields.Integer(required=True)
    total_shown = fields.Integer(required=True)
    cells = fields.List(fields.Nested(StatisticsCellSchema), required=True)


@blueprint.get("/statistics")
@anyone("a secret key is checked here, and opens its own partner's counts only")
@STATISTICS
@refuses("unauthorized", "invalid-fields", "too-many-requests", "not-ready")
@blueprint.doc(security=[{"secretKey": []}])
@blueprint.arguments(StatisticsQuerySchema, location="query")
@blueprint.response(200, StatisticsSchema)
def statistics(query: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Counts of the secret key's partner and portal, of days and months that are over.

    What is under 5 is not shown. `until` is the last day of which anything is told; a range after
    it is empty.
    """
    key = keys().find_secret(bearer_token(request.environ) or "")
    if key is None:
        raise problem(Unauthorized, "unauthorized")
    chosen = (query["group_by"], query["start"], query["end"])
    if key.mode is KeyMode.TEST:
        counts = no_counts(*chosen)
    else:
        counts = reads().read(
            lambda session: partner_counts(
                session, *chosen, partner_id=key.partner_id, portal_id=key.portal_id
            )
        )
    return _representation(counts, key), 200, {"Cache-Control": "private, no-store"}


def _representation(counts: PartnerCounts, key: ResolvedKey) -> dict[str, Any]:
    return {
        "group_by": counts.grouping,
        "start": counts.start,
        "end": counts.end,
        "until": counts.until,
        "mode": key.mode,
        "smallest_shown": THRESHOLD,
        "total_shown": counts.total,
        "cells": [
            {
                "start": cell.start,
                "end": cell.end,
                "value": None if cell.value == NO_VALUE else cell.value,
                "reports": cell.reports,
            }
            for cell in counts.cells
        ],
    }
