"""What the campaigns of a test key play in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from server.partners.service import KeyMode
from server.web import rehearsal
from tests.factories.key import KeyFactory
from tests.web.embed.served_form import FormSite, Open, forward, go_to
from tests.widget.site import HOST


@pytest.fixture
def trial(opened: Open, form_site: FormSite) -> Open:
    """The form under a test key."""
    with form_site.database.transaction() as session:
        key = KeyFactory(
            session=session,
            secrets=form_site.settings.intake_secrets,
            origins=(opened.site.origin(HOST),),
            mode=KeyMode.TEST,
        )
    opened.key = key.text
    return opened


def test_slow_reaches_the_challenge_and_ends_at_the_receipt(
    trial: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsal, "SLOW_S", 0.5)
    asked: list[tuple[str, object]] = []
    trial.page.on("request", lambda sent: asked.append((sent.url, sent.post_data_json)))
    form = trial.in_a_page(query="lang=en&campaign=slow")
    go_to(form, 5)
    forward(form).click()
    expect(form.locator("#thanks")).to_be_visible()
    bodies = [body for url, body in asked if url.endswith("/challenges")]
    assert bodies
    assert all(body == {"key": trial.key, "campaign": "slow"} for body in bodies)
    (report,) = trial.reports()
    assert report.mode is KeyMode.TEST


def test_a_challenge_names_no_campaign_when_the_address_names_none(trial: Open) -> None:
    form = trial.in_a_page()
    with trial.page.expect_request("**/challenges") as asked:
        go_to(form, 3)
    assert asked.value.post_data_json == {"key": trial.key}


def test_blocked_is_refused_by_the_browser(trial: Open) -> None:
    trial.in_a_page(query="lang=en&campaign=blocked")
    trial.page.wait_for_timeout(300)
    assert any("frame-ancestors 'none'" in text for text in trial.complaints)
    assert trial.by_itself("lang=en&campaign=blocked").locator("form").is_visible()
