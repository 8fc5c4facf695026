"""Every text that a citizen reads stands in every catalogue, whole and with its placeholders."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.pofile import read_po

from server.web.locale import FALLBACK, LANGUAGES
from tests.architecture.tree import ROOT

TRANSLATED = [code for code in LANGUAGES if code != FALLBACK]
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def catalogue(path: Path, locale: str | None = None) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def template() -> Catalog:
    return catalogue(ROOT / "translations/messages.pot")


def translations(locale: str) -> Catalog:
    return catalogue(ROOT / f"translations/{locale}/LC_MESSAGES/messages.po", locale)


def texts(catalog: Catalog) -> set[tuple[str | None, str | tuple[str, ...]]]:
    return {(message.context, message.id) for message in catalog if message.id}


def forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def test_the_template_holds_the_texts_of_the_sources(tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.pot"
    subprocess.run(
        [
            *(sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract"),
            *("--mapping-file=babel.cfg", "--keywords=lazy_gettext", f"--output-file={fresh}", "."),
        ],
        cwd=ROOT,
        check=True,
    )
    assert texts(catalogue(fresh)) == texts(template()), "run `make messages`"


@pytest.mark.parametrize("locale", TRANSLATED)
def test_a_catalogue_has_exactly_the_texts_of_the_template(locale: str) -> None:
    assert texts(translations(locale)) == texts(template()), "run `make messages`"


@pytest.mark.parametrize("locale", TRANSLATED)
def test_every_text_is_translated(locale: str) -> None:
    unfinished = [
        str(message.id)
        for message in translations(locale)
        if message.id and (message.fuzzy or not all(part.strip() for part in forms(message.string)))
    ]
    assert not unfinished, f"{len(unfinished)} texts wait in translations/{locale}: {unfinished}"


@pytest.mark.parametrize("locale", TRANSLATED)
def test_translations_keep_the_placeholders(locale: str) -> None:
    wrong = []
    for message in translations(locale):
        if not message.id:
            continue
        given = {name for part in forms(message.id) for name in PLACEHOLDER.findall(part)}
        for part in forms(message.string):
            kept = set(PLACEHOLDER.findall(part))
            # A plural form may say the number in words: "a day", "two days".
            if kept != given and not (message.pluralizable and kept < given):
                wrong.append(f"{message.id!r}: {part!r}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("locale", TRANSLATED)
def test_a_catalogue_has_every_plural_form_of_its_language(locale: str) -> None:
    catalog = translations(locale)
    assert all(
        len(forms(message.string)) == catalog.num_plurals
        for message in catalog
        if message.id and message.pluralizable
    )
