"""Two people edited the same thing: the second sees what they typed and what is stored now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wtforms import Field

from server.web.console.forms import EditForm


@dataclass(frozen=True, slots=True)
class Difference:
    """One field: what the second person typed, and what the first one saved."""

    field: str
    typed: str
    stored: str


def differences(
    form: EditForm, stored: Mapping[str, Any], shown: Callable[[Field, Any], str]
) -> list[Difference]:
    """Where the form differs from what is stored; and the form is made from that from now on.

    Saving the form once more is then a decision, not an accident.
    """
    found = [
        Difference(field.label.text, shown(field, field.data), shown(field, stored[field.name]))
        for field in form
        if field.name in stored and field.name != "revision"
    ]
    form.revision.data, form.revision.raw_data = stored["revision"], None
    return [each for each in found if each.typed.split() != each.stored.split()]
