"""Through whom a report came: partner, portal, key, campaign, origin."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.partners.service import get_attributions
from server.reports.service import UNATTRIBUTED, Report
from server.web.console.words import language_name, plain_words, territory_name


@dataclass(frozen=True, slots=True)
class Attribution:
    """In words. `origin` is one that the key allows; `claimed_origin` is the client's word."""

    partner: str
    portal: str
    key_label: str
    key_text: str
    key_state: str
    campaign: str | None
    origin: str | None
    claimed_origin: str | None
    language: str
    language_code: str
    territory: str | None


def attribution_of(session: Session, report: Report, claimed_origin: str | None) -> Attribution:
    """The attribution of a report, whatever became of its key since."""
    key = get_attributions(session, {report.key_id}).get(report.key_id)
    return Attribution(
        partner=key.partner_name if key else "Unknown partner",
        portal=key.portal_name if key else "Unknown portal",
        key_label=key.label if key else "Unknown key",
        key_text=key.text if key else _unknown_key(report),
        key_state=plain_words(key.state) if key else "Unknown",
        campaign=report.campaign,
        origin=report.origin,
        claimed_origin=claimed_origin,
        language=language_name(report.language),
        language_code=report.language,
        territory=territory_name(report.territory),
    )


def _unknown_key(report: Report) -> str:
    if report.key_id == UNATTRIBUTED:
        return "came while keys could not be looked up; nobody knows the key that it named"
    return str(report.key_id)
