"""What the API reads and answers. One report schema serves the API and the form."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validate

from server.directory.service import TERRITORIES
from server.intake.service import Submission
from server.reports.vocabulary import (
    Access,
    AlreadyReportedTo,
    HowFound,
    MediaKind,
    PublicStatus,
    ReportType,
    SeenAt,
    SiteKind,
)
from server.web.api.fields import (
    PLAIN_ERRORS,
    Email,
    PastDate,
    Place,
    ReportedAddress,
    ShortList,
    Text,
)

MAX_PLACES = 20


class ApiSchema(Schema):
    """Unknown fields are refused; messages come out as plain text in the speaker's language."""

    class Meta:
        unknown = RAISE

    error_messages = {
        "unknown": lazy_gettext("Unknown field."),
        "type": lazy_gettext("This must be an object."),
    }

    def handle_error(self, error: ValidationError, data: Any, *, many: bool, **kwargs: Any) -> None:
        raise ValidationError(_plain(error.messages))


def _choice(enum: type[Any], **kwargs: Any) -> fields.Enum[Any]:
    return fields.Enum(
        enum,
        by_value=True,
        error_messages={
            "required": lazy_gettext("Choose one."),
            "null": lazy_gettext("Choose one."),
            "unknown": lazy_gettext("Choose one of the answers."),
        },
        **kwargs,
    )


class ContactSchema(ApiSchema):
    email = Email(required=True)


class ReportSchema(ApiSchema):
    """A report (design, section 3). Loads as a Submission."""

    key = Text(100, required=True)
    language = Text(35, required=True)
    report_type = _choice(ReportType, required=True)
    addresses = ShortList(
        Place(),
        required=True,
        validate=validate.Length(
            1,
            MAX_PLACES,
            error=lazy_gettext("Give at least one address, and at most 20."),
        ),
        error_messages={
            "required": lazy_gettext("Give at least one address, and at most 20."),
            "null": lazy_gettext("Give at least one address, and at most 20."),
            "invalid": lazy_gettext("Give at least one address, and at most 20."),
        },
    )
    territory = Text(2)
    site_kind = _choice(SiteKind)
    media_kind = _choice(MediaKind)
    how_found = _choice(HowFound)
    seen_at = _choice(SeenAt)
    seen_on = PastDate()
    access = _choice(Access)
    access_note = Text(300)
    referrer_url = ReportedAddress()
    platform_user = Text(200)
    description = Text(1_000)
    already_reported_to = ShortList(
        _choice(AlreadyReportedTo),
        validate=validate.Length(
            max=len(AlreadyReportedTo), error=lazy_gettext("Choose one of the answers.")
        ),
        error_messages={
            "null": lazy_gettext("Choose one of the answers."),
            "invalid": lazy_gettext("Choose one of the answers."),
        },
    )
    contact = fields.Nested(ContactSchema, error_messages=PLAIN_ERRORS)
    campaign = Text(64)
    embed_origin = Text(300)
    challenge = fields.String(
        validate=validate.Length(max=4_096, error=lazy_gettext("This must be text.")),
        error_messages=PLAIN_ERRORS,
    )

    @post_load
    def to_submission(self, data: dict[str, Any], **_kwargs: Any) -> Submission:
        territory = data.get("territory")
        if territory is not None and territory not in TERRITORIES:
            raise ValidationError({"territory": [_("Choose a country from the list.")]})
        places = data.pop("addresses")
        contact = data.pop("contact", None)
        reported_to = data.pop("already_reported_to", ())
        return Submission(
            **data,
            addresses=tuple(dict.fromkeys(places)),
            contact_email=contact["email"] if contact else None,
            already_reported_to=tuple(dict.fromkeys(reported_to)),
        )


class AcceptedSchema(Schema):
    reference = fields.String(required=True)
    receipt = fields.String(required=True)
    status = fields.Enum(PublicStatus, by_value=True, required=True)
    received_at = fields.AwareDateTime(required=True)


class ChallengeRequestSchema(ApiSchema):
    key = Text(100, required=True)
    campaign = Text(64)


class ReceiptSchema(ApiSchema):
    receipt = Text(64, required=True)
    language = Text(35)


class ReceiptStatusSchema(Schema):
    reference = fields.String(required=True)
    status = fields.Enum(PublicStatus, by_value=True, required=True)
    status_text = fields.String(required=True)
    updated_at = fields.AwareDateTime(required=True)


class PortalQuerySchema(ApiSchema):
    key = Text(100, required=True)
    lang = Text(35)


class LanguageQuerySchema(ApiSchema):
    lang = Text(35)


class ProblemSchema(Schema):
    """RFC 9457."""

    type = fields.Url(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.Dict(keys=fields.String())


def _plain(messages: Any) -> Any:
    """Lazy texts as plain ones, now, while the speaker's language is set."""
    if isinstance(messages, dict):
        return {key: _plain(value) for key, value in messages.items()}
    if isinstance(messages, list):
        return [str(item) for item in messages]
    return [str(messages)]
