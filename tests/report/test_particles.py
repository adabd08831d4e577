"""Korean particles follow from how the word before them ends, in every catalogue."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.report.details import catalogue
from exporter.report.particles import resolved
from exporter.report.texts import Lang, texts
from tests.report import catalogues
from tests.report.golden import path

FIXED = re.compile(r"\}(?:이|가|을|를|은|는|와|과|으로|로)(?=[\s,;.)]|$)")
BOTH = ("이(가)", "을(를)", "은(는)", "와(과)", "(으)로")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("노드이(가)", "노드가", id="ends in a vowel"),
        pytest.param("워크로드와(과)", "워크로드와", id="ends in a vowel, with"),
        pytest.param("레이블을(를)", "레이블을", id="ends in a consonant"),
        pytest.param("인벤토리 3은(는)", "인벤토리 3은", id="삼"),
        pytest.param("원인 5(으)로", "원인 5로", id="오"),
        pytest.param("버전 1.28(으)로", "버전 1.28로", id="팔 ends in ㄹ"),
        pytest.param("파일(으)로", "파일로", id="ㄹ takes the short one"),
        pytest.param("원인 5건(으)로", "원인 5건으로", id="건"),
        pytest.param("kubelet이(가)", "kubelet이", id="큘렛"),
        pytest.param("Helm을(를)", "Helm을", id="헬름"),
        pytest.param("Terraform은(는)", "Terraform은", id="테라폼"),
        pytest.param("kustomize은(는)", "kustomize는", id="커스터마이즈"),
        pytest.param("Node k8s-api-auth이(가)", "Node k8s-api-auth가", id="어스"),
        pytest.param("API이(가)", "API가", id="에이피아이"),
        pytest.param("URL(으)로", "URL로", id="유알엘"),
        pytest.param("'main.tf'을(를)", "'main.tf'를", id="in quotes"),
        pytest.param("값 (14개)이(가)", "값 (14개)가", id="after a bracket"),
        pytest.param("이(가)", "이(가)", id="no word before"),
    ],
)
def test_the_particle_is_that_of_the_last_sound(text: str, expected: str) -> None:
    assert resolved(f"{text} 있음") == f"{expected} 있음"


@given(st.text(st.characters(exclude_categories=()), max_size=30), st.sampled_from(BOTH))
def test_a_word_leaves_one_particle_whatever_it_is(word: str, both: str) -> None:
    text = resolved(f"{word}a{both}")

    assert both not in text


def test_no_catalogue_has_a_fixed_particle_after_a_value() -> None:
    told = [*catalogue("ko")["sentences"].values()]
    for domain in catalogues.DOMAINS:
        for message in catalogues.read("ko", domain):
            found = message.string or ""
            told += [found] if isinstance(found, str) else found

    assert [one for one in told if FIXED.search(one)] == []


def test_details_are_told_with_one_particle() -> None:
    korean = texts(Lang.KO)

    told = korean.detail("label phase differs from the Application to its nodes: x")

    assert told.startswith("레이블 phase가 Application과 노드 사이에서 다름")


def test_a_report_has_no_particle_left_open() -> None:
    report = path(Lang.KO).read_text(encoding="utf-8")

    assert [both for both in BOTH if both in report] == []
