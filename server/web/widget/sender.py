"""The part of the form's script that comes late, with all that the script may say before it."""

from __future__ import annotations

from flask import current_app, json
from flask_babel import gettext as _

from server.intake.service import Notice
from server.web.embed.review import notice_text
from server.web.locale import speaking
from server.web.widget.files import BuiltFile, built_file, file_of

NAME = "sender.js"
EXTENSION = "portals.sender"


def sender(language: str) -> BuiltFile:
    """`sender.js` that speaks `language`, one of ours; made once for an application."""
    made: dict[str, BuiltFile] = current_app.extensions.setdefault(EXTENSION, {})
    if language not in made:
        made[language] = _make(language)
    return made[language]


def sender_path(language: str) -> str:
    """Where the frame loads it from: a new content has a new address."""
    return f"/widget/{sender(language).digest}/{language}/{NAME}"


def words() -> dict[str, str]:
    """All that the script may say, in the language that is being spoken."""
    return {
        "sending": _("Sending …"),
        "retry": _("The connection is bad. We keep trying; your answers are safe."),
        "offline": _("There is no connection. Your answers are still here: try again later."),
        "trouble": _("This does not work now. Your answers are still here: try again later."),
        "check": _("Please check your answers"),
        "choose": _("Choose one."),
        "address": _("Write the address where you saw it."),
        "many": _("Give at least one address, and at most 20."),
        "country": _("Choose a country from the list."),
        # By the type of the field.
        "email": _("This is no email address. Write it as name@example.org, or leave it out."),
        "date": _("This is no date. Write it as 2026-01-31."),
        "change": _("Change"),
        "https": notice_text(Notice.ASSUMED_HTTPS),
        "refanged": notice_text(Notice.REFANGED),
        "credentials": notice_text(Notice.CREDENTIALS_REMOVED),
        "emergency": _("112 or your local emergency number"),
    }


def _make(language: str) -> BuiltFile:
    with speaking(language):
        text = json.dumps(words(), ensure_ascii=False, separators=(",", ":"), sort_keys=False)
    # The two line ends of Unicode may stand in JSON, but not in a string of ECMAScript 5.
    text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    script = built_file(NAME)
    content = f"window.iwfWords={text};\n".encode() + script.content
    return file_of(content, script.media_type)
