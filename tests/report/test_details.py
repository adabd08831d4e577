"""The sentences of checks are told in every language, with their values as they are."""

import ast
import re
from collections.abc import Iterator
from datetime import timedelta, timezone
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings

from exporter.report.details import catalogue
from exporter.report.texts import Lang, texts
from tests.cost import at_most
from tests.report.evaluations import foreign

KST = timezone(timedelta(hours=9), "KST")
PACKAGE = Path(__file__).parents[2] / "exporter"
CHECKS = PACKAGE / "checks"
LANGS = [lang for lang in Lang if lang is not Lang.EN]
NO_SENTENCES = {
    *(" and ", " or ", " and {} more"),  # what joins others
    "Version | None",  # a type
    "by application",  # a key of memory
}
"""Texts in the code of checks that no reader sees as they are."""
UNSPOKEN = (
    *("checks/", "report/", "cli/", "archive/", "settings/", "metrics/", "app/", "runtime/web/"),
    *("declared/wire/", "foreign/confined/", "foreign/re2/"),  # what goes wrong between processes
    *("declared/argocd/gotemplate/", "declared/helm/versions", "declared/helm/archives"),
    *("declared/ansible/", "domain/templates", "domain/cron", "declared/terraform/language/"),
    *("observed/cloud/", "registries/oci"),
)
"""Who speaks to others than readers of the page, or of an expression, in its language's words."""
NO_REASONS = {
    *("git {}: {}", "helm {}"),  # what follows is theirs
    "{}{}; give it a match in nodes.groups",  # known as one sentence with its advice
    "{} finds something in no layer",  # a fault of a check
}
_WORDS = re.compile(r"[a-z]{2,} |^[a-z]+ [a-z]| [a-z]{2,}")
_PLACEHOLDER = re.compile(r"\{[>#]?(\w+)\}")


@cache
def spoken() -> dict[Path, list[ast.AST]]:
    """Return what may hold sentences of each module of the package: calls and constants."""
    kinds = (ast.Call, ast.keyword, ast.Assign, ast.AnnAssign)
    return {
        path: [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if type(node) in kinds]
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def written() -> Iterator[str]:
    """Yield every sentence that the code of checks makes, with ``{}`` for each value."""
    for path in sorted(CHECKS.glob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for sentence in _sentences(tree, skipped=set(_elsewhere(tree))):
            if _WORDS.search(sentence.replace("{}", "X")):
                yield sentence.replace("{}/{}", "{}")


def advised() -> Iterator[str]:
    """Yield every advice that readers give, with ``{}`` for each value."""
    for path, nodes in spoken().items():
        if path.parent.name in {"checks", "report", "chapters"}:
            continue  # their advice is a message of the report
        for node in nodes:
            match node:
                case ast.keyword(arg="advice", value=value):
                    yield from _of(value)
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if "ADVICE" in name:
                    yield from _of(value)
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if (
                    "ADVICE" in name
                ):
                    yield from _of(value)
                case _:
                    pass


def excused() -> Iterator[str]:
    """Yield every sentence in which readers say why something is not known."""
    for path, nodes in spoken().items():
        if path.relative_to(PACKAGE).as_posix().startswith(UNSPOKEN):
            continue
        for node in nodes:
            for value in _reasons(node):
                texts = _sentences(value, skipped=set(_elsewhere(value)))
                yield from (one for one in texts if _WORDS.search(one.replace("{}", "X")))


def _reasons(node: ast.AST) -> Iterator[ast.expr]:
    if not isinstance(node, ast.Call):
        return
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    if name.endswith("Error") or name in {"Gap", "Failure", "Item"}:
        yield from node.args
    yield from (one.value for one in node.keywords if one.arg in {"message", "reason"})


def _of(value: ast.expr) -> Iterator[str]:
    for text in _sentences(value, skipped=set(_elsewhere(value))):
        if " " in text:
            yield _PLACEHOLDER.sub("{}", text)


def _elsewhere(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the texts that are docstrings, of a check's description, or parts of others."""
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant() as text):
                yield text
            case ast.Call(func=ast.Name(id="Check")):
                yield from ast.walk(node)
            case ast.JoinedStr(values=values):
                yield from (inner for value in values for inner in _constants(value))
            case _:
                pass


def _constants(value: ast.AST) -> Iterator[ast.AST]:
    yield value
    if isinstance(value, ast.FormattedValue) and value.format_spec is not None:
        yield from ast.walk(value.format_spec)


def _sentences(tree: ast.AST, *, skipped: set[ast.AST]) -> Iterator[str]:
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                str(getattr(value, "value", "")) if isinstance(value, ast.Constant) else "{}"
                for value in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.mark.parametrize("lang", LANGS)
def test_every_sentence_of_checks_and_every_advice_is_translated(lang: Lang) -> None:
    known = {_PLACEHOLDER.sub("{}", one) for one in catalogue(lang)["sentences"]}

    missing = sorted({*written(), *advised()} - NO_SENTENCES - known)

    assert missing == [], f"exporter/report/locale/{lang}/details.json lacks them"


@pytest.mark.parametrize("lang", LANGS)
def test_every_reason_of_readers_is_translated(lang: Lang) -> None:
    known = {_PLACEHOLDER.sub("{}", one) for one in catalogue(lang)["sentences"]}

    missing = sorted({*excused()} - NO_REASONS - known)

    assert missing == [], f"exporter/report/locale/{lang}/details.json lacks them"


@pytest.mark.parametrize("lang", LANGS)
def test_a_translation_keeps_every_value(lang: Lang) -> None:
    for message, translation in catalogue(lang)["sentences"].items():
        quoted = set(re.findall(r"\{#?(\w+)\}", message))
        known = set(_PLACEHOLDER.findall(message))

        assert quoted <= set(re.findall(r"\{(\w+)\}", translation)) <= known, message


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("undeclared a=b:NoSchedule", "선언되지 않은 a=b:NoSchedule", id="a value"),
        pytest.param("undeclared a, missing b", "선언되지 않은 a, b 누락", id="several"),
        pytest.param(
            "undeclared a, b and 3 more", "선언되지 않은 a, b 외 3건", id="the rest of a list"
        ),
        pytest.param("path a instead of b", "path: 실제 a, 선언 b", id="the nearest pattern"),
        pytest.param(
            "its instance i-1 is stopped; set by kubectl",
            "인스턴스: i-1 상태: stopped; 설정 주체 kubectl",
            id="nested",
        ),
        pytest.param(
            "label phase differs from the Application to its nodes: '1' (a.yaml:1, b.yaml:2) but "
            "'2' (c.yml:3)",
            "레이블 phase가 Application과 노드 사이에서 다름: '1' (a.yaml:1, b.yaml:2), "
            "'2' (c.yml:3)",
            id="places",
        ),
        pytest.param(
            "argocd/apps.yaml:7: the key 'a' stands twice",
            "argocd/apps.yaml:7: 키 'a' 중복",
            id="what a reader says of a place",
        ),
        pytest.param(
            "/api/v1/rules: no answer within 10 s (set repository to the checkout)",
            "/api/v1/rules: 10초 안에 응답 없음 (repository를 체크아웃으로 설정 필요)",
            id="and what it advises",
        ),
        pytest.param("Back-off: pulling (image)", "Back-off: pulling (image)", id="foreign, too"),
        pytest.param("Back-off pulling image", "Back-off pulling image", id="foreign"),
    ],
)
def test_values_are_quoted_and_sentences_are_not(text: str, told: str) -> None:
    assert texts(Lang.KO).detail(text) == told


def test_an_instant_is_told_in_the_zone() -> None:
    text = "it last succeeded at 2025-11-09T08:20:00+00:00"

    assert texts(Lang.KO, zone=KST).detail(text) == "마지막 성공 2025년 11월 9일 17:20 KST"
    assert texts(Lang.EN, zone=KST).detail(text) == "it last succeeded at 2025-11-09 17:20 KST"


@settings(deadline=None, max_examples=60)
@given(foreign(40))
def test_whatever_a_value_holds_it_is_told_as_it_is(value: str) -> None:
    for lang in Lang:
        assert texts(lang).detail(f"path {value!r} does not exist").count(repr(value)) == 1


def test_a_long_text_costs_little() -> None:
    text = ", ".join(f"undeclared {number}" for number in range(5_000))

    assert texts(Lang.KO).detail(text) == text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a (" * 900 + "a" + ")" * 900, id="in one another"),
        pytest.param("; ".join(["a (a)"] * 23 + ["("]), id="beside one another"),
        pytest.param(", ".join(["a (a)"] * 23 + ["("]), id="with commas"),
        pytest.param("a; not known: " * 20 + "(", id="at the end of one another"),
    ],
)
def test_sentences_that_are_made_to_be_parted_in_many_ways_cost_little(text: str) -> None:
    with at_most(50):
        assert texts(Lang.KO).detail(text)
