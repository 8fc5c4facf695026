"""Sending through the real form in a page: one report whatever happens, and the proof of work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Frame, Route, expect

from server.intake import challenge as challenges
from server.storage.keyring import parse_intake_secrets
from tests.browser.citizen import ADDRESS, Citizen
from tests.browser.conftest import Embed
from tests.browser.embedded import Embedded
from tests.browser.polling import come_in

FORWARD = "button[value=check]"
REPORTS, CHALLENGES = "**/api/v1/reports", "**/api/v1/challenges"
MODES = pytest.mark.parametrize("mode", ["inline", "dialog"])


def shown(host: Embedded, mode: str = "inline") -> Frame:
    host.open((host.inline() if mode == "inline" else host.link(mode)) + host.loader)
    if mode == "dialog":
        host.page.locator("a[data-iwf]").click()
    return host.managed_form()


def fill_in(form: Frame) -> None:
    """As far as the last step."""
    come_in(form)
    for step in range(1, 5):
        if step == 2:
            form.locator("[name=report_type][value=not_sure]").check()
        if step == 3:
            form.locator("#addresses").fill(ADDRESS)
        form.locator(FORWARD).click()
    expect(form.locator("#review")).to_contain_text(ADDRESS)


@MODES
def test_b29_pressing_send_twice_is_one_report(embed: Embed, mode: str) -> None:
    host = embed()
    form = shown(host, mode)
    fill_in(form)
    form.locator(FORWARD).dblclick()
    expect(form.locator("#receipt")).not_to_be_empty()
    assert len(host.reports()) == 1


def challenge_of(host: Embedded, key: str) -> Any:
    """A challenge as the server gives it for this key."""
    answer = host.watch.context.request.post(
        f"{host.demo.public_url}/api/v1/challenges", data={"key": key}
    )
    assert answer.ok
    return answer.json()


def forged(host: Embedded) -> Any:
    challenge = challenge_of(host, host.key)
    signature = challenge["signature"]
    challenge["signature"] = ("1" if signature[0] == "0" else "0") + signature[1:]
    return challenge


def foreign(host: Embedded) -> Any:
    return challenge_of(host, host.demo.partners["telco"].key)


def expired(host: Embedded) -> Any:
    secrets = parse_intake_secrets(host.demo.environment["PORTALS_INTAKE_SECRETS"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(challenges, "LIFETIME", -challenges.LIFETIME)
        return challenges.create_challenge(secrets, host.key)


def spent(host: Embedded) -> Any:
    challenge = challenge_of(host, host.key)
    host.page.route(CHALLENGES, lambda route: route.fulfill(json=challenge))
    Citizen(shown(host)).report_with_script()
    host.page.unroute(CHALLENGES)
    assert [each.lane for each in host.reports()] == ["normal"]
    return challenge


@pytest.mark.parametrize("bad", [expired, spent])
@pytest.mark.parametrize("always", [False, True], ids=["once", "each time"])
def test_b30_an_old_or_used_challenge_is_replaced_in_silence(
    embed: Embed, bad: Callable[[Embedded], Any], always: bool
) -> None:
    host = embed()
    challenge, before = bad(host), len(host.reports())
    given: list[Route] = []
    refused: list[Any] = []

    def give(route: Route) -> None:
        given.append(route)
        if always or len(given) == 1:
            route.fulfill(json=challenge)
        else:
            route.continue_()

    host.page.route(CHALLENGES, give)
    host.page.on("response", lambda answer: refused.append(answer) if answer.status == 422 else 0)
    form = shown(host)
    Citizen(
        form, lambda name: expect(form.locator(".summary,.error")).to_have_count(0)
    ).report_with_script()
    expect(form.locator("[role=status]")).to_be_hidden()
    assert refused
    assert all("challenge" in answer.json()["type"] for answer in refused)
    assert len(given) == 2
    (report,) = host.reports()[before:]
    assert report.lane == ("low" if always else "normal")


@pytest.mark.parametrize("bad", [forged, foreign])
def test_b30_a_forged_or_foreign_challenge_is_refused_and_the_citizen_is_not(
    embed: Embed, bad: Callable[[Embedded], Any]
) -> None:
    """The refused report is not kept; the plain form shows the answers once more and is taken."""
    host = embed()
    challenge = bad(host)
    host.page.route(CHALLENGES, lambda route: route.fulfill(json=challenge))
    form = shown(host)
    fill_in(form)
    with host.page.expect_response(REPORTS) as refused:
        form.locator(FORWARD).click()
    assert refused.value.status == 403
    send = form.locator("button[value=send]")
    expect(form.locator("dl").first).to_contain_text(ADDRESS)
    expect(send).to_be_visible()
    assert host.reports() == []
    send.click()
    expect(form.locator("#receipt")).not_to_be_empty()
    assert len(host.reports()) == 1


@pytest.mark.parametrize(
    "blocked", [CHALLENGES, "**/solver.js*", "slow"], ids=["no challenge", "no solver", "too slow"]
)
def test_b30_without_proof_of_work_it_is_taken_into_the_low_lane(
    embed: Embed, blocked: str
) -> None:
    host = embed()
    if blocked == "slow":
        host.page.route(CHALLENGES, lambda route: None)
        host.page.clock.install()
    else:
        host.page.route(blocked, lambda route: route.abort())
    form = shown(host)
    fill_in(form)
    form.locator(FORWARD).click()
    if blocked == "slow":
        for _ in range(24):
            host.page.clock.run_for(500)
            host.page.wait_for_timeout(50)
    expect(form.locator("#receipt")).not_to_be_empty()
    assert [each.lane for each in host.reports()] == ["low"]
