"""Portals and partners are set up with clear refusals."""

from __future__ import annotations

import pytest

from server.partners import service
from server.partners.service import PartnerError
from tests.factories.partner import PartnerFactory
from tests.factories.portal import PortalFactory


@pytest.mark.parametrize("slug", ["", "Ünï", "a b", "-a", "a--b", "x" * 41, "../etc"])
def test_a_slug_is_plain(session, slug):
    with pytest.raises(PartnerError, match="no slug"):
        PortalFactory(session=session, slug=slug)
    with pytest.raises(PartnerError, match="no slug"):
        PartnerFactory(session=session, slug=slug)


def test_a_slug_is_taken_once(session):
    PortalFactory(session=session, slug="senegal")
    PartnerFactory(session=session, slug="telco")
    with pytest.raises(PartnerError, match="already"):
        PortalFactory(session=session, slug="senegal")
    with pytest.raises(PartnerError, match="already"):
        PartnerFactory(session=session, slug="telco")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"territories": ()}, "two capital letters"),
        ({"territories": ("sn",)}, "two capital letters"),
        ({"languages": ()}, "codes such as"),
        ({"languages": ("French",)}, "codes such as"),
    ],
)
def test_a_portal_needs_territories_and_languages(session, change, reason):
    with pytest.raises(PartnerError, match=reason):
        PortalFactory(session=session, **change)


def test_the_portal_of_a_territory_is_found(session):
    portal = PortalFactory(session=session, territories=("SN", "GM"))
    assert service.portal_serving(session, "GM") is portal
    assert service.portal_serving(session, "MA") is None
