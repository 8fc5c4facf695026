"""The vocabulary in words that a citizen understands; translated where they are asked for."""

from __future__ import annotations

from flask_babel import LazyString, lazy_gettext

from server.reports.vocabulary import (
    Access,
    AlreadyReportedTo,
    HowFound,
    MediaKind,
    OutOfRemit,
    PublicStatus,
    ReportType,
    SeenAt,
    SiteKind,
)

_ = lazy_gettext

_LABELS: dict[str, dict[str, LazyString]] = {
    "report_type": {
        ReportType.CHILD_SEXUAL_ABUSE_IMAGERY: _("Photos or videos of child sexual abuse"),
        ReportType.NON_PHOTOGRAPHIC: _("Drawings, cartoons or computer-made pictures of it"),
        ReportType.LINK_OR_ADVERT: _("A link or an advert that leads to it"),
        ReportType.NOT_SURE: _("I am not sure"),
    },
    "out_of_remit": {
        OutOfRemit.ADULT_CONTENT: _("Sexual content that shows only adults"),
        OutOfRemit.GROOMING_OR_CONTACT: _("Someone is talking to a child in a sexual way"),
        OutOfRemit.PICTURE_OF_MYSELF: _("A sexual picture of me, and I am under 18"),
        OutOfRemit.SOMETHING_ELSE: _("Something else"),
    },
    "site_kind": {
        SiteKind.WEBSITE: _("Website"),
        SiteKind.SOCIAL: _("Social media"),
        SiteKind.MESSAGING: _("Chat or messages"),
        SiteKind.FORUM: _("Forum"),
        SiteKind.IMAGE_BOARD: _("Image board"),
        SiteKind.IMAGE_HOST: _("Picture sharing site"),
        SiteKind.FILE_HOST: _("File sharing site"),
        SiteKind.VIDEO: _("Video site"),
        SiteKind.SEARCH_RESULT: _("Search results"),
        SiteKind.BLOG: _("Blog"),
        SiteKind.LINK_LIST: _("List of links"),
        SiteKind.GAME: _("Game"),
        SiteKind.OTHER: _("Other"),
        SiteKind.UNKNOWN: _("I do not know"),
    },
    "media_kind": {
        MediaKind.IMAGE: _("Pictures"),
        MediaKind.VIDEO: _("Video"),
        MediaKind.LIVESTREAM: _("Live video"),
        MediaKind.TEXT: _("Text"),
        MediaKind.OTHER: _("Other"),
        MediaKind.UNKNOWN: _("I do not know"),
    },
    "how_found": {
        HowFound.STUMBLED: _("By accident"),
        HowFound.SEARCH: _("In search results"),
        HowFound.SENT_TO_ME: _("Someone sent it to me"),
        HowFound.ADVERT_OR_POPUP: _("An advert or a pop-up"),
        HowFound.OTHER: _("Other"),
        HowFound.PREFER_NOT_TO_SAY: _("I would rather not say"),
    },
    "seen_at": {
        SeenAt.TODAY: _("Today"),
        SeenAt.THIS_WEEK: _("This week"),
        SeenAt.THIS_MONTH: _("This month"),
        SeenAt.EARLIER: _("Earlier"),
        SeenAt.UNKNOWN: _("I do not know"),
    },
    "access": {
        Access.OPEN: _("Anyone can open it"),
        Access.LOGIN: _("You must sign in"),
        Access.PASSWORD: _("It needs a password"),
        Access.REFERRER_NEEDED: _("Only from another page"),
        Access.PAID: _("You must pay"),
        Access.TOR: _("Only with Tor"),
        Access.GONE: _("It is gone now"),
    },
    "already_reported_to": {
        AlreadyReportedTo.PLATFORM: _("The site or app"),
        AlreadyReportedTo.POLICE: _("The police"),
        AlreadyReportedTo.OTHER_HOTLINE: _("Another hotline"),
        AlreadyReportedTo.NONE: _("Nobody yet"),
    },
}

_STATUSES: dict[PublicStatus, LazyString] = {
    PublicStatus.RECEIVED: _("We have your report. Nobody has looked at it yet."),
    PublicStatus.BEING_ASSESSED: _("A trained person is looking at your report."),
    PublicStatus.ACTION_TAKEN: _(
        "We looked at it and acted, to get it removed or to tell those who can. Thank you."
    ),
    PublicStatus.NO_ACTION: _("We looked at it. It is not something that we can act on."),
    PublicStatus.CANNOT_ASSESS: _(
        "We could not look at it: it was gone, or we could not find or open it."
    ),
    PublicStatus.EXPIRED: _("This report is closed and its details have been deleted."),
}

#: Said of every report that is looked at or closed, where a portal does not tell what came of it.
_WITHOUT_OUTCOME = _(
    "Trained people look at your report, or have done so. Here we do not say what came of it."
)

FIELDS = tuple(_LABELS)


def choices(field: str) -> list[tuple[str, str]]:
    """Values of a vocabulary field with their labels in the current language, in order."""
    return [(str(value), str(text)) for value, text in _LABELS[field].items()]


def label(field: str, value: str) -> str:
    """One value's label in the current language; a value that is not in the vocabulary itself."""
    text = _LABELS[field].get(value)
    return value if text is None else str(text)


def status_text(status: str, shows_outcome: bool = True) -> str:
    """What a public status means, in the current language. Raises ValueError for another word.

    Without `shows_outcome`, `being_assessed` may as well be over, and the text says so.
    """
    if status == PublicStatus.BEING_ASSESSED and not shows_outcome:
        return str(_WITHOUT_OUTCOME)
    return str(_STATUSES[PublicStatus(status)])
