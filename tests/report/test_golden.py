"""The report of the reference cluster says what its owners found, and what they missed."""

import re

import pytest

from exporter.report.overview import Overview
from exporter.report.texts import Lang
from tests.report.golden import path, validated, written

REASON = (
    "The API images are not in the registry yet, and the pull secret's token lacks read:packages."
)
"""The reason of the waivers, which is quoted as their owners wrote it."""
LANGS = [pytest.param(one, id=one) for one in Lang]


@pytest.fixture(scope="module")
def view(kustomize: str) -> Overview:
    """The reference cluster, judged."""
    assert kustomize
    return validated()


@pytest.mark.parametrize("lang", LANGS)
def test_the_report_is_the_one_that_is_kept(view: Overview, lang: Lang) -> None:
    assert written(view, lang=lang).decode() == path(lang).read_text("utf-8"), "make report"


@pytest.mark.parametrize("lang", LANGS)
def test_both_languages_say_the_same(lang: Lang) -> None:
    kept = [path(one).read_text("utf-8").splitlines() for one in (Lang.EN, lang)]

    shapes = [[(line.count("|"), re.match(r"#*", line)) for line in text] for text in kept]
    assert [one for one, _ in shapes[0]] == [one for one, _ in shapes[1]]
    assert [one and one[0] for _, one in shapes[0]] == [one and one[0] for _, one in shapes[1]]


def test_the_korean_report_speaks_korean() -> None:
    text = path(Lang.KO).read_text("utf-8")

    heads = [line for line in text.splitlines() if line.startswith("#")]
    assert [one for one in heads if not re.search("[가-힣]", one)] == []


def test_no_english_sentence_stands_in_the_korean_report() -> None:
    text = path(Lang.KO).read_text("utf-8").replace(REASON, "")

    assert (
        re.findall(r"\b(?:is|are|has|have|was|the|of|not|no|and|with|its|it)\b [a-z]+", text) == []
    )


def test_instants_in_details_are_told_in_the_zone_of_the_report() -> None:
    for lang in Lang:
        text = path(lang).read_text("utf-8")

        assert not re.search(r"\d{4}-\d\d-\d\dT|UTC", text)


@pytest.mark.parametrize(
    ("lang", "sentences"),
    [
        pytest.param(
            Lang.EN,
            (
                "| api | match | 7 | 7 | 7 | none |",
                "| k8s-api-auth | mismatch | none | domain=auth:NoSchedule |",
                "Application argocd/ecoeco-api-scan",
                "Node k8s-worker-ai",
            ),
            id="en",
        ),
        pytest.param(
            Lang.KO,
            (
                "| api | 일치 | 7 | 7 | 7 | 없음 |",
                "| k8s-api-auth | 불일치 | 없음 | domain=auth:NoSchedule |",
                "- 검증 일시: 2025년 11월 12일 14:30 KST",
            ),
            id="ko",
        ),
    ],
)
def test_the_owners_recognise_their_cluster(lang: Lang, sentences: tuple[str, ...]) -> None:
    text = path(lang).read_text("utf-8")

    assert [one for one in sentences if one not in text] == []
