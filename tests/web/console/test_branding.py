"""The branding editor: draft, publish, roll back, by several managers; nothing typed is lost."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from server.partners.service import IssuedKey
from tests.factories.key import ORIGIN
from tests.web.console.branding_fixtures import Manage, Stored, manage, manager, partner, stored
from tests.web.console.branding_manager import TYPED, Manager, logo, upload
from tests.web.console.visitor import text_of

__all__ = ["manage", "manager", "partner", "stored"]


def test_a_look_from_its_draft_to_the_public(
    manager: Manager, client: FlaskClient, key: IssuedKey, stored: Stored
) -> None:
    assert manager.save(**TYPED, logo=upload(logo())).status_code == 303
    assert "Draft saved" in text_of(manager.page)
    draft, published = stored()
    assert draft is not None
    assert (draft.display_name, draft.colour, published) == ("Teranga", "#0b6152", None)
    assert draft.logo is not None
    manager.press("", then="publish")
    question = text_of(manager.page)
    assert "Who will show it" in question
    assert ORIGIN in question
    assert "Teranga Mobile Teranga" in question, "what it was, what it will be"
    manager.press("/publish")
    assert "Published as look 1" in text_of(manager.page)
    assert stored() == (None, draft)
    shown = client.get(f"/embed/{key.text}?lang=fr").text
    assert "--brand:#0b6152" in shown
    assert "Bonjour à tous" in shown


def test_rolling_back_publishes_the_old_look_again(manager: Manager, stored: Stored) -> None:
    manager.publish(**TYPED)
    manager.publish(display_name="Another")
    manager.press("/roll-back/1")
    assert "Look 1 is published again, as look 3" in text_of(manager.page)
    _, published = stored()
    assert published is not None
    assert published.display_name == "Teranga"


def test_a_discarded_draft_is_gone(manager: Manager, stored: Stored) -> None:
    manager.save(**TYPED)
    manager.press("/discard")
    assert stored() == (None, None)
    assert "Discard the draft" not in manager.page.text


def test_a_colour_that_is_too_light_comes_back_with_one_that_is_not(
    manager: Manager, stored: Stored
) -> None:
    typed = TYPED | {"colour": "#ffcc00"}
    answer = manager.save(**typed, logo=upload(logo()))
    assert answer.status_code == 422
    assert stored() == (None, None), "nothing is saved before it was offered"
    offered = re.search(r"Use (#\w{6}) and save", text_of(answer))
    assert offered
    found = manager.fields(manager.path)
    assert {name: found[name] for name in TYPED} == typed, "nothing typed is lost"
    assert manager.press("", correct="yes").status_code == 303
    draft, _ = stored()
    assert draft is not None
    assert draft.colour == offered[1]
    assert draft.logo is not None, "nor is the file that was chosen"


def test_the_second_of_two_managers_is_told_and_loses_nothing(
    manager: Manager, manage: Manage, stored: Stored
) -> None:
    other = manage()
    manager.save(**TYPED)
    answer = other.save(**(TYPED | {"display_name": "Mine", "intro_fr": "Salut"}))
    assert answer.status_code == 409
    told = text_of(answer)
    assert "somebody else" in told
    assert "Mine Teranga" in told
    assert "Salut Bonjour à tous" in told
    assert stored()[0] is not None
    assert stored()[0].display_name == "Teranga"  # type: ignore[union-attr]
    assert other.fields(other.path)["display_name"] == "Mine"
    assert other.save().status_code == 303, "once more is a decision"
    assert stored()[0].display_name == "Mine"  # type: ignore[union-attr]


def test_a_draft_is_not_published_unseen(manager: Manager, manage: Manage, stored: Stored) -> None:
    manager.press("", then="publish", **TYPED)
    other = manage()
    other.save(display_name="Changed meanwhile")
    manager.press("/publish")
    assert "Nothing was changed" in text_of(manager.page)
    assert stored()[1] is None


def test_a_look_is_not_rolled_back_over_one_that_was_not_seen(
    manager: Manager, manage: Manage, stored: Stored
) -> None:
    for name in ("One", "Two"):
        manager.publish(**(TYPED | {"display_name": name}))
    manager.open()
    manage().publish(display_name="Three")
    manager.press("/roll-back/1")
    assert "Nothing was changed" in text_of(manager.page)
    assert stored()[1].display_name == "Three"  # type: ignore[union-attr]


def test_a_logo_can_be_looked_at_and_removed(manager: Manager, stored: Stored) -> None:
    manager.save(**TYPED, logo=upload(logo()))
    picture = manager.visitor.get(manager.path + "/logo/draft")
    assert picture.mimetype == "image/png"
    assert picture.data == stored()[0].logo  # type: ignore[union-attr]
    assert picture.headers["Cache-Control"] == "no-store"
    manager.save(remove_logo="y")
    assert stored()[0].logo is None  # type: ignore[union-attr]
    for look in ("draft", "1", "x", "9" * 30, "%C2%B2"):
        assert manager.visitor.get(f"{manager.path}/logo/{look}").status_code == 404


def test_the_history_names_who_published(manager: Manager) -> None:
    manager.publish(**TYPED)
    assert re.search(r"Published: look 1, .* by member-\d+@hotline\.example", text_of(manager.page))
