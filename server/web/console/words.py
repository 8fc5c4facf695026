"""The console's English words for vocabulary values, and for moments in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from babel import Locale

from server.partners.service import KeyMode
from server.reports.vocabulary import Lane, PublicStatus

_ENGLISH = Locale("en")

#: Values whose words are not just the value without its underscores.
_WORDS = {
    "non_photographic": "Non-photographic",
    "advert_or_popup": "Advert or pop-up",
    "assumed_https": "https:// assumed",
    "refanged": "Was defanged when sent",
    "credentials_removed": "Credentials removed",
    "spaces_encoded": "Spaces encoded",
    "tor": "Tor only",
    "none": "Nobody else",
    "gone": "Gone when seen last",
    "open": "Open to anyone",
    "login": "Needs a login",
    "password": "Needs a password",
    "referrer_needed": "Only from a referring page",
    "paid": "Paid access",
}

#: How a badge looks, by what it says. The text always says it too.
LANE_TONES = {
    Lane.TRUSTED: "good",
    Lane.NORMAL: "plain",
    Lane.LOW: "muted",
    Lane.QUARANTINE: "alert",
}
STATUS_TONES = {
    PublicStatus.RECEIVED: "new",
    PublicStatus.BEING_ASSESSED: "busy",
    PublicStatus.ACTION_TAKEN: "good",
    PublicStatus.NO_ACTION: "plain",
    PublicStatus.CANNOT_ASSESS: "plain",
    PublicStatus.EXPIRED: "muted",
}


@dataclass(frozen=True, slots=True)
class Badge:
    """A short state in words, with the tone that colours it."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant as a page shows it, always in UTC; `exact` leaves saying so to the column."""

    machine: str
    exact: str
    to_the_second: str
    relative: str


def plain_words(value: str) -> str:
    """`child_sexual_abuse_imagery` becomes `Child sexual abuse imagery`."""
    return _WORDS.get(value) or value.replace("_", " ").capitalize()


def lane_badge(lane: Lane) -> Badge:
    return Badge(plain_words(lane), LANE_TONES[lane])


def status_badge(status: PublicStatus) -> Badge:
    return Badge(plain_words(status), STATUS_TONES[status])


def mode_word(mode: KeyMode) -> str:
    return "Test" if mode is KeyMode.TEST else "Live"


def language_name(code: str) -> str:
    """The language's name, or its code when CLDR has no name for it."""
    return str(_ENGLISH.languages.get(code, code))


def territory_name(code: str | None) -> str | None:
    """The territory's name, or its code when CLDR has no name for it."""
    return None if code is None else str(_ENGLISH.territories.get(code, code))


def moment(at: datetime, now: datetime) -> Moment:
    """An aware instant with its distance from `now`."""
    at = at.astimezone(UTC)
    return Moment(
        machine=at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        exact=f"{at.day} {at:%b %Y, %H:%M}",
        to_the_second=f"{at.day} {at:%b %Y, %H:%M:%S} UTC",
        relative=_distance(now - at),
    )


def _distance(age: timedelta) -> str:
    seconds = age.total_seconds()
    for size, one, many in (
        (86_400, "1 day ago", "{} days ago"),
        (3_600, "1 hour ago", "{} hours ago"),
        (60, "1 minute ago", "{} minutes ago"),
    ):
        count = int(seconds // size)
        if count >= 1:
            return one if count == 1 else many.format(count)
    return "just now"
