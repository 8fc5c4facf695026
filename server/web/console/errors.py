"""Errors in the console's look. Who is not signed in is sent to the sign-in page instead."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from server.web.access import ConfirmationNeeded
from server.web.console.own_pages import page_of_request
from server.web.console.page import framed, signed_in
from server.web.headers import RETRY_AFTER


@dataclass(frozen=True, slots=True)
class Explanation:
    """What happened, and what to do next."""

    title: str
    text: str


_STALE_FORM = Explanation(
    "This form is no longer valid",
    "It was open too long, or your browser kept no cookie for this address. Go back, load the "
    "page again and repeat what you did. Nothing was changed.",
)
_EXPLANATIONS = {
    400: Explanation("That request was not understood", "Go back and try again."),
    403: Explanation(
        "Your role does not include this",
        "An administrator can change your roles. Nothing was changed.",
    ),
    404: Explanation(
        "There is nothing at this address",
        "Check the address, or look for what you want by the menu. A report's reference has 12 "
        "letters and digits and one check character.",
    ),
    405: Explanation("That cannot be done here", "Go back to the list and try again from there."),
    413: Explanation(
        "That is too large for us",
        "Go back: what you typed is still there. A file may have up to 2 MiB.",
    ),
    429: Explanation(
        "Too many sign-ins from your network",
        "Wait a minute, then go back and try again. Nothing is wrong with your account.",
    ),
    500: Explanation(
        "Something went wrong on our side",
        "Try again in a minute. If it stays, tell the operator when it happened.",
    ),
}


def console_error(error: HTTPException) -> ResponseReturnValue:
    """The page for an error, or the way to the sign-in page for 401."""
    code = error.code or 500
    if code < 400 and error.response is not None:
        return error.response
    if isinstance(error, ConfirmationNeeded):
        return redirect(url_for("console.confirm_who", next=page_of_request()), 303)
    if code == 401:
        return _to_sign_in()
    explanation = _EXPLANATIONS.get(code, _EXPLANATIONS[500 if code >= 500 else 400])
    if isinstance(error, CSRFError):
        explanation = _STALE_FORM
    # After a failure of the server the account is not asked for: that might fail again.
    reader = signed_in() if code < 500 else None
    headers = {"Retry-After": RETRY_AFTER} if code == 429 else {}
    return framed("error.html", reader, code=code, explanation=explanation), code, headers


def _to_sign_in() -> ResponseReturnValue:
    ended = g.get("session_ended")
    why = ended.value if ended else None
    return redirect(url_for("console.sign_in_help", why=why, next=page_of_request()), 303)
