"""The report of the reference cluster says what its owners found, and what they missed."""

import re

import pytest

from exporter.report.overview import Overview
from exporter.report.texts import Lang
from tests.report.golden import path, validated, written

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


@pytest.mark.parametrize(
    ("lang", "sentences"),
    [
        pytest.param(
            Lang.EN,
            (
                "| api | 7 | 7 | 7 | none | match |",
                "| k8s-api-auth | none | domain=auth:NoSchedule | mismatch |",
                "Application argocd/ecoeco-api-scan",
                "Node k8s-worker-ai",
            ),
            id="en",
        ),
        pytest.param(
            Lang.KO,
            (
                "| api | 7 | 7 | 7 | 없음 | 일치 |",
                "| k8s-api-auth | 없음 | domain=auth:NoSchedule | 불일치 |",
                "| 검증 일시 | 2025년 11월 12일 14:30 KST |",
            ),
            id="ko",
        ),
    ],
)
def test_the_owners_recognise_their_cluster(lang: Lang, sentences: tuple[str, ...]) -> None:
    text = path(lang).read_text("utf-8")

    assert [one for one in sentences if one not in text] == []
