"""The values that a report's fields may have (design, section 3), and a report's states."""

from __future__ import annotations

from enum import StrEnum


class ReportType(StrEnum):
    CHILD_SEXUAL_ABUSE_IMAGERY = "child_sexual_abuse_imagery"
    NON_PHOTOGRAPHIC = "non_photographic"
    LINK_OR_ADVERT = "link_or_advert"
    NOT_SURE = "not_sure"


class SiteKind(StrEnum):
    WEBSITE = "website"
    SOCIAL = "social"
    MESSAGING = "messaging"
    FORUM = "forum"
    IMAGE_BOARD = "image_board"
    IMAGE_HOST = "image_host"
    FILE_HOST = "file_host"
    VIDEO = "video"
    SEARCH_RESULT = "search_result"
    BLOG = "blog"
    LINK_LIST = "link_list"
    GAME = "game"
    OTHER = "other"
    UNKNOWN = "unknown"


class MediaKind(StrEnum):
    IMAGE = "image"
    VIDEO = "video"
    LIVESTREAM = "livestream"
    TEXT = "text"
    OTHER = "other"
    UNKNOWN = "unknown"


class HowFound(StrEnum):
    STUMBLED = "stumbled"
    SEARCH = "search"
    SENT_TO_ME = "sent_to_me"
    ADVERT_OR_POPUP = "advert_or_popup"
    OTHER = "other"
    PREFER_NOT_TO_SAY = "prefer_not_to_say"


class SeenAt(StrEnum):
    TODAY = "today"
    THIS_WEEK = "this_week"
    THIS_MONTH = "this_month"
    EARLIER = "earlier"
    UNKNOWN = "unknown"


class Access(StrEnum):
    OPEN = "open"
    LOGIN = "login"
    PASSWORD = "password"  # noqa: S105  (a way to reach a page)
    REFERRER_NEEDED = "referrer_needed"
    PAID = "paid"
    TOR = "tor"
    GONE = "gone"


class AlreadyReportedTo(StrEnum):
    PLATFORM = "platform"
    POLICE = "police"
    OTHER_HOTLINE = "other_hotline"
    NONE = "none"


class OutOfRemit(StrEnum):
    """Choices of the form that end with a signpost. They never reach the API, nothing is kept."""

    ADULT_CONTENT = "adult_content"
    GROOMING_OR_CONTACT = "grooming_or_contact"
    PICTURE_OF_MYSELF = "picture_of_myself"
    SOMETHING_ELSE = "something_else"


class ReportState(StrEnum):
    """Internal states (domain, "Assessment")."""

    NEW = "new"
    ASSIGNED = "assigned"
    NEEDS_SECOND_OPINION = "needs_second_opinion"
    ASSESSED = "assessed"
    NOTICE_SENT = "notice_sent"
    MONITORING = "monitoring"
    REMOVED = "removed"
    CLOSED = "closed"
    DUPLICATE = "duplicate"
    REOPENED = "reopened"


class PublicStatus(StrEnum):
    """What a citizen may learn with the receipt."""

    RECEIVED = "received"
    BEING_ASSESSED = "being_assessed"
    ACTION_TAKEN = "action_taken"
    NO_ACTION = "no_action"
    CANNOT_ASSESS = "cannot_assess"
    EXPIRED = "expired"


class Lane(StrEnum):
    """How soon a report is looked at. Doubt lowers the lane; it never refuses a citizen."""

    TRUSTED = "trusted"
    NORMAL = "normal"
    LOW = "low"
    QUARANTINE = "quarantine"


class EnvelopeKind(StrEnum):
    REPORT = "report"
    CONTACT = "contact"
