"""The forms that add and rename a partner."""

from __future__ import annotations

from wtforms import StringField

from server.web.console.forms import ConsoleForm, EditForm, PlainText, stripped

MAX_NAME = 120
MAX_SLUG = 40


class PartnerForm(ConsoleForm):
    """A new partner."""

    name = StringField("Name", filters=[stripped], validators=[PlainText(MAX_NAME)])
    slug = StringField("Short name", filters=[stripped], validators=[PlainText(MAX_SLUG)])


class PartnerEditForm(EditForm):
    """Another name for a partner."""

    name = StringField("Name", filters=[stripped], validators=[PlainText(MAX_NAME)])
