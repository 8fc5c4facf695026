"""The words of the vocabulary: whole, and in every language."""

from __future__ import annotations

import pytest
from flask import Flask

from server.reports import vocabulary
from server.reports.vocabulary import PublicStatus
from server.web.labels import FIELDS, choices, label, status_text
from server.web.locale import LANGUAGES, chosen, direction, speaking, spoken
from tests.architecture.application import application

ENUMS = {
    "report_type": vocabulary.ReportType,
    "out_of_remit": vocabulary.OutOfRemit,
    "site_kind": vocabulary.SiteKind,
    "media_kind": vocabulary.MediaKind,
    "how_found": vocabulary.HowFound,
    "seen_at": vocabulary.SeenAt,
    "access": vocabulary.Access,
    "already_reported_to": vocabulary.AlreadyReportedTo,
}


@pytest.fixture(scope="module")
def app() -> Flask:
    return application("public")


def test_every_value_of_every_field_has_a_label(app: Flask) -> None:
    assert set(FIELDS) == set(ENUMS)
    with app.test_request_context():
        for field, enum in ENUMS.items():
            assert [value for value, _ in choices(field)] == [item.value for item in enum]


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_labels_and_statuses_are_spoken_in_each_language(app: Flask, language: str) -> None:
    with app.test_request_context():
        english = [text for field in FIELDS for _, text in choices(field)]
        english += [status_text(status) for status in PublicStatus]
        with speaking(language):
            own = [text for field in FIELDS for _, text in choices(field)]
            own += [status_text(status) for status in PublicStatus]
    same = [text for text, other in zip(english, own, strict=True) if text == other]
    assert set(same) <= {"Forum", "Blog"}, same


def test_a_value_that_nobody_knows_is_shown_as_it_is(app: Flask) -> None:
    with app.test_request_context():
        assert label("access", "teleport") == "teleport"


def test_a_language_is_never_guessed_and_never_missing() -> None:
    assert chosen("ar") == "ar"
    assert chosen("xx") == chosen(None) == "en"
    assert chosen("en", ["fr", "ar"], "ar") == "ar"
    assert chosen(None, ["tlh"], "tlh") == "en"
    assert [language.code for language in spoken(["ar", "tlh", "fr"])] == ["ar", "fr"]
    assert (direction("ar"), direction("fr"), direction("tlh")) == ("rtl", "ltr", "ltr")
