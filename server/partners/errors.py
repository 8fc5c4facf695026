"""What can be refused when portals, partners and keys are set up."""

from __future__ import annotations


class PartnerError(ValueError):
    """The request cannot be carried out; the message says why and what to do.

    `field` names what a form must mark, where one value alone is the cause.
    """

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class EditConflict(PartnerError):
    """Somebody else changed the same thing since it was read; nothing was written."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} was changed by somebody else meanwhile: "
            "look at it again, then repeat your change"
        )


class BrandingError(PartnerError):
    """A part of the branding is out of bounds; the message says what to change."""
