"""Every message is translated, with its placeholders, and compiled as it stands."""

import string

import pytest
from babel.messages.catalog import Message

from exporter.checks import ALL
from tests.report.catalogues import DOMAINS, LANGUAGES, compiled, extracted, path, read, written

pytestmark = [
    pytest.mark.parametrize("lang", LANGUAGES),
    pytest.mark.parametrize("domain", DOMAINS),
]


def ids(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id or ())


def translations(message: Message) -> tuple[str, ...]:
    translation = message.string
    return (translation,) if isinstance(translation, str) else tuple(translation or ())


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def messages(lang: str, domain: str) -> list[Message]:
    return [one for one in read(lang, domain) if one.id]


def test_every_message_of_the_code_is_in_the_catalogue_and_no_other(lang: str, domain: str) -> None:
    code = {ids(one) for one in extracted(domain) if one.id}

    assert {ids(one) for one in messages(lang, domain)} == code


def test_every_message_is_translated(lang: str, domain: str) -> None:
    missing = [ids(one)[0] for one in messages(lang, domain) if not all(translations(one))]

    assert missing == []


def test_no_translation_is_a_guess(lang: str, domain: str) -> None:
    assert [ids(one)[0] for one in messages(lang, domain) if one.fuzzy] == []


def test_every_form_of_a_plural_is_there(lang: str, domain: str) -> None:
    forms = read(lang, domain).num_plurals

    counted = [one for one in messages(lang, domain) if len(ids(one)) > 1]
    assert counted
    assert {len(translations(one)) for one in counted} == {forms}


def test_a_translation_has_the_placeholders_of_its_message(lang: str, domain: str) -> None:
    for one in messages(lang, domain):
        for text in translations(one):
            assert placeholders(text) == placeholders(ids(one)[-1]), text


def test_the_compiled_catalogue_is_that_of_the_source(lang: str, domain: str) -> None:
    assert path(lang, domain).with_suffix(".mo").read_bytes() == compiled(read(lang, domain))


def test_the_source_is_as_babel_writes_it(lang: str, domain: str) -> None:
    assert path(lang, domain).read_bytes() == written(read(lang, domain))


def test_every_check_has_a_recommendation(lang: str, domain: str) -> None:
    assert lang
    assert domain
    assert [one.id for one in ALL if not one.advice] == []
