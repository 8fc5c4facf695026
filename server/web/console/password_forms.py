"""The forms of passwords and codes. Anything may be typed and pasted; nothing is trimmed."""

from __future__ import annotations

from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from server.staff.passwords import MOST
from server.web.console.forms import ConsoleForm, PlainText, stripped

_MOST_OF_A_CODE = 60


def _code(label: str) -> StringField:
    return StringField(
        label,
        filters=[stripped],
        validators=[
            DataRequired("Code: type the six digits that your app shows"),
            Length(max=_MOST_OF_A_CODE, message="Code: this is too long"),
        ],
        render_kw={"autocomplete": "one-time-code", "spellcheck": "false"},
    )


def _password(label: str, autocomplete: str) -> PasswordField:
    return PasswordField(
        label,
        validators=[InputRequired(f"{label}: type it")],
        render_kw={"autocomplete": autocomplete, "maxlength": 4 * MOST},
    )


class SignInForm(ConsoleForm):
    """E-mail address, password and code, always together."""

    email = StringField(
        "E-mail address",
        filters=[stripped],
        validators=[
            DataRequired("E-mail address: type it"),
            Length(max=255, message="E-mail address: this is too long"),
            PlainText(255),
        ],
        render_kw={"autocomplete": "username", "type": "email", "spellcheck": "false"},
    )
    password = _password("Password", "current-password")
    code = _code("Code")


class ConfirmForm(ConsoleForm):
    """Password and code of the member who is signed in."""

    password = _password("Password", "current-password")
    code = _code("Code")


class NewPasswordForm(ConsoleForm):
    """Another password."""

    password = _password("New password", "new-password")
    again = _password("New password once more", "new-password")

    def validate(self, extra_validators: object = None) -> bool:
        fine = bool(super().validate(extra_validators))
        if self.password.data and self.again.data and self.password.data != self.again.data:
            self.refuse("New password once more: the two are not the same", "again")
            fine = False
        return fine


class NewAuthenticatorForm(ConsoleForm):
    """A code that shows that the app has the secret, which comes back signed."""

    secret = HiddenField()
    code = _code("Code that the app shows")


class SetPasswordForm(NewPasswordForm):
    """Password and authenticator app together."""

    secret = HiddenField()
    code = _code("Code that the app shows")


class PasskeyNameForm(ConsoleForm):
    """What the member calls a passkey."""

    name = StringField("Name", filters=[stripped], validators=[PlainText(60)])
