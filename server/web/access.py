"""Who may call a view. Every view says so through `requires` or `anyone`; a test looks for both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, abort, g
from flask_login import current_user
from werkzeug.exceptions import HTTPException

from server.staff.permissions import Permission, permissions_of

_MARK = "declared_access"
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Access:
    """What a view declares: the permission it needs, or the reason why anyone may call it."""

    permission: Permission | None
    reason: str
    fresh: bool = False


def anyone(reason: str) -> Callable[[View], View]:
    """Mark a view, a method of a MethodView or a whole view class as open to anyone.

    `reason` says why in a few words; an empty one raises ValueError when the module is loaded.
    """
    if not reason.strip():
        raise ValueError("say why anyone may call this view")

    def mark(view: View) -> View:
        setattr(view, _MARK, Access(None, reason))
        return view

    return mark


class ConfirmationNeeded(HTTPException):
    """The member is signed in, but must prove once more who they are (ASVS 5.0, 7.5.3)."""

    code = 401
    description = "Sign in once more to go on."


def requires(permission: str, *, fresh: bool = False) -> Callable[[View], View]:
    """Let only staff in who have `permission` now; asked again at every request.

    Nobody signed in: 401 (the console turns it into its sign-in page). Signed in without the
    permission: 403. With `fresh`, signed in too long ago: ConfirmationNeeded, which the console
    turns into the page that asks again. A permission that the table does not know raises
    ValueError at load.
    """
    needed = Permission(permission)

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                abort(401)
            if not may(needed):
                abort(403)
            if fresh and not g.get("is_fresh", False):
                raise ConfirmationNeeded
            return view(*args, **kwargs)

        how = ", signed in freshly" if fresh else ""
        setattr(guarded, _MARK, Access(needed, f"staff with {needed}{how}", fresh))
        return guarded  # type: ignore[return-value]

    return guard


def may(permission: Permission) -> bool:
    """Whether the member of staff who is signed in has this permission now."""
    return permission in permissions_of(role.name for role in current_user.roles)


def declared_access(app: Flask, endpoint: str, method: str) -> Access | None:
    """What the view behind `endpoint` declares for an HTTP method; None if it says nothing."""
    view = app.view_functions[endpoint]
    view_class = getattr(view, "view_class", None)
    handler = getattr(view_class, method.lower(), None)
    for declared in (handler, view_class, view):
        if isinstance(access := getattr(declared, _MARK, None), Access):
            return access
    return None
