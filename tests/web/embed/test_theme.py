"""`?theme=light|dark`: settled in the style that the server sends, kept wherever the form goes."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from server.partners.key_format import mint_key
from server.partners.service import IssuedKey, KeyMode
from server.web.embed.address import Theme
from server.web.embed.assets import DARK_GROUND, frame_style, in_theme
from tests.web.embed.served_form import Open
from tests.web.embed.visitor import TYPED, Visitor

Form = tuple[FlaskClient, IssuedKey]
LIGHT, DARK = "rgb(255, 255, 255)", "rgb(21, 25, 29)"

CSS = (
    "a{b:c}@media (prefers-color-scheme:dark){:root{--bg:#000}@media (min-width:1em){d{e:f}}}"
    "g{color-scheme:light dark}@media print{h{i:j}}@media (prefers-color-scheme:dark){k{l:m}}n{o:p}"
)


def test_rules_for_the_dark_are_always_on_or_gone() -> None:
    assert in_theme(CSS, "dark") == (
        "a{b:c}:root{--bg:#000}@media (min-width:1em){d{e:f}}"
        "g{color-scheme:dark}@media print{h{i:j}}k{l:m}n{o:p}"
    )
    assert in_theme(CSS, "light") == ("a{b:c}g{color-scheme:light}@media print{h{i:j}}n{o:p}")


@pytest.mark.parametrize(
    "css",
    [
        "@media (prefers-color-scheme:light){a{b:c}}",
        "@media (min-width:1em) and (prefers-color-scheme:dark){a{b:c}}",
        "@media (prefers-color-scheme:dark){a{b:c}",
    ],
)
def test_a_style_that_no_theme_can_settle_is_refused(css: str) -> None:
    with pytest.raises(ValueError, match="style"):
        in_theme(css, "dark")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_our_own_style_can_be_settled(theme: Theme) -> None:
    css = frame_style("#1d4f76", theme)
    assert "prefers-color-scheme" not in css
    assert (f"--bg:{DARK_GROUND}" in css) is (theme == "dark")
    assert css.count("{") == css.count("}")


@pytest.mark.parametrize("query", ["", "&theme=", "&theme=auto", "&theme=Dark", "&theme=dark%20"])
def test_without_a_theme_the_citizens_setting_counts(unsent_form: Form, query: str) -> None:
    client, key = unsent_form
    html = client.get(f"/embed/{key.text}?lang=en{query}").text
    assert html == client.get(f"/embed/{key.text}?lang=en").text
    assert "prefers-color-scheme" in html
    assert "theme" not in re.sub(r"<(style|script).*?</\1>", "", html)


@pytest.mark.parametrize("place", ["embed", "r"])
def test_every_page_of_the_form_keeps_the_theme(unsent_form: Form, place: str) -> None:
    client, key = unsent_form
    visitor = Visitor(client, f"/{place}/{key.text}?lang=en&campaign=spring&theme=dark")
    for stage in ("", "check", "change"):
        if stage:
            visitor.press(stage, **TYPED)
        assert "prefers-color-scheme" not in visitor.response.text, stage
        assert f"--bg:{DARK_GROUND}" in visitor.response.text, stage
        links = visitor.document.links
        assert "?lang=ar&campaign=spring&theme=dark" in links or stage == "check"
        assert any(link.startswith("/status?") and "theme=dark" in link for link in links)


def test_the_page_of_receipts_and_its_way_back_keep_it(unsent_form: Form) -> None:
    client, key = unsent_form
    for response in (
        client.get(f"/status?lang=en&key={key.text}&theme=dark"),
        client.post(f"/status?lang=en&key={key.text}&theme=dark", data={"receipt": "1"}),
    ):
        assert "prefers-color-scheme" not in response.text
        assert f"/embed/{key.text}?lang=en&amp;theme=dark" in response.text
        assert f"?lang=ar&amp;key={key.text}&amp;theme=dark" in response.text


def test_the_page_for_an_unknown_key_keeps_it(unsent_form: Form) -> None:
    client, _ = unsent_form
    html = client.get(f"/embed/{mint_key('iwfpk', KeyMode.LIVE).text}?theme=light").text
    assert "prefers-color-scheme" not in html
    assert DARK_GROUND not in html


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("theme", "ground"), [("light", LIGHT), ("dark", DARK), ("", {"light": LIGHT, "dark": DARK})]
)
def test_a_browser_shows_it_and_the_policy_allows_it(
    opened: Open, scheme: str, theme: str, ground: str | dict[str, str]
) -> None:
    opened.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    form = opened.in_a_page(query=f"lang=en&theme={theme}")
    shown = form.evaluate("getComputedStyle(document.body).backgroundColor")
    assert shown == (ground[scheme] if isinstance(ground, dict) else ground)
    assert opened.complaints == []
