"""What can be refused when portals, partners and keys are set up."""

from __future__ import annotations


class PartnerError(ValueError):
    """The request cannot be carried out; the message says why and what to do."""
