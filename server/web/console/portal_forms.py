"""The forms that add and edit a portal. Their language fields follow the product's catalogues."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import (
    BooleanField,
    Field,
    Form,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired

from server.directory.service import continent_name, territories, territory_name
from server.partners.service import PORTAL_TEXTS, Continent, PortalTerms, Reach
from server.web.console.forms import ConsoleForm, EditForm, PlainText, Ticks, stripped
from server.web.console.key_forms import WholeNumber
from server.web.console.portal_words import REACH_WORDS
from server.web.console.words import language_name
from server.web.locale import LANGUAGES

MAX_NAME = 120
MAX_SLUG = 40
NOT_OFFERED = "0"


class Countries(Ticks):
    """Countries to tick, by their codes."""

    def pre_validate(self, form: Form) -> None:
        known = {choice.value for choice in self.iter_choices()}
        unknown = [code for code in self.data or () if code not in known]
        if unknown:
            raise ValidationError(
                f"{', '.join(unknown)[:60]}: no country of the list; tick those that you mean"
            )


class Group(Field):  # type: ignore[misc]
    """Several fields under one name: it holds no value, only what is wrong with all of them."""

    def _value(self) -> str:
        return ""


class _Terms:
    """What a new portal and an edited one share, but for the fields of each language."""

    name = StringField("Name", filters=[stripped], validators=[PlainText(MAX_NAME)])
    reach = RadioField(
        "Whom is it for?",
        choices=[SelectChoice(value.value, words) for value, words in REACH_WORDS.items()],
        default=Reach.COUNTRIES.value,
    )
    territories = Countries("Countries")
    continent = SelectField("Where the rule holds")
    languages = Group("Languages")
    default_partner = SelectField("Default partner")
    shows_outcomes = BooleanField("Tell reporters what came of their report", default=True)
    retention_days = WholeNumber(
        "Days that a closed report is kept",
        default=365,
        validators=[InputRequired("Say how many days, 30 to 3,650")],
    )


def _languages() -> dict[str, Field]:
    """Of each catalogue its place in the portal, and the portal's own words in it."""
    count = len(LANGUAGES)
    places = [(NOT_OFFERED, "not offered"), ("1", "1, default")]
    places += [(str(place), str(place)) for place in range(2, count + 1)]
    fields: dict[str, Field] = {}
    for code in LANGUAGES:
        name = language_name(code)
        fields[f"place_{code}"] = SelectField(
            f"{name}: place", choices=[SelectChoice(*each) for each in places], default=NOT_OFFERED
        )
        for kind in PORTAL_TEXTS:
            fields[f"{kind}_{code}"] = TextAreaField(f"{kind.capitalize()} text, {name}")
    return fields


_Languages = type("_Languages", (), _languages())


class PortalForm(ConsoleForm, _Terms, _Languages):  # type: ignore[misc,valid-type]
    """A new portal."""

    slug = StringField("Short name", filters=[stripped], validators=[PlainText(MAX_SLUG)])


class PortalEditForm(EditForm, _Terms, _Languages):  # type: ignore[misc,valid-type]
    """Other terms for a portal."""


def offer_choices(form: Any, partners: Iterable[Any]) -> None:
    """Let the form choose among all countries, continents and partners."""
    form.territories.choices = [SelectChoice(code, name) for code, name in territories("en")]
    form.continent.choices = [
        SelectChoice("", "Worldwide"),
        *(SelectChoice(each.value, continent_name(each, "en")) for each in Continent),
    ]
    form.default_partner.choices = [
        SelectChoice("", "None yet"),
        *(SelectChoice(partner.slug, f"{partner.name} ({partner.slug})") for partner in partners),
    ]


def terms_of_form(form: Any) -> PortalTerms:
    """What was typed. A language that has a place twice is refused at the languages."""
    return PortalTerms(
        name=form.name.data,
        languages=_in_order(form),
        reach=Reach(form.reach.data),
        territories=tuple(form.territories.data or ()),
        continent=Continent(form.continent.data) if form.continent.data else None,
        texts={
            code: {kind: form[f"{kind}_{code}"].data or "" for kind in PORTAL_TEXTS}
            for code in LANGUAGES
        },
        default_partner=form.default_partner.data or None,
        shows_outcomes=form.shows_outcomes.data,
        retention_days=form.retention_days.data,
    )


def places_clash(form: Any) -> bool:
    """Whether two languages have one place; that is then said at the languages."""
    taken = Counter(place for code in LANGUAGES if (place := _place(form, code)) != NOT_OFFERED)
    twice = sorted(place for place, times in taken.items() if times > 1)
    for place in twice:
        form.refuse(f"Two languages have place {place}: give each its own", "languages")
    return bool(twice)


def stored_values(terms: PortalTerms, revision: int) -> dict[str, Any]:
    """A portal's terms as the edit form starts from them."""
    values: dict[str, Any] = {
        "revision": revision,
        "name": terms.name,
        "reach": terms.reach.value,
        "territories": list(terms.territories),
        "continent": terms.continent.value if terms.continent else "",
        "default_partner": terms.default_partner or "",
        "shows_outcomes": terms.shows_outcomes,
        "retention_days": terms.retention_days,
    }
    for code in LANGUAGES:
        offered = code in terms.languages
        values[f"place_{code}"] = str(terms.languages.index(code) + 1) if offered else NOT_OFFERED
        words: Mapping[str, str] = terms.texts.get(code, {})
        values |= {f"{kind}_{code}": words.get(kind, "") for kind in PORTAL_TEXTS}
    return values


def shown(field: Field, value: Any) -> str:
    """A field's value as the page of a conflict says it."""
    if isinstance(value, list):
        return ", ".join(sorted(territory_name(code, "en") for code in value if len(code) == 2))
    if isinstance(value, bool):
        return "yes" if value else "no"
    choices = {each.value: each.label for each in getattr(field, "choices", None) or ()}
    return str(choices.get(value, value if value is not None else ""))


def _in_order(form: Any) -> tuple[str, ...]:
    offered = [code for code in LANGUAGES if _place(form, code) != NOT_OFFERED]
    return tuple(sorted(offered, key=lambda code: int(_place(form, code))))


def _place(form: Any, code: str) -> str:
    return str(form[f"place_{code}"].data)
