import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from exporter.domain.errors import ParseError
from exporter.observed.prometheus.needs import metric, needs
from exporter.settings.monitoring import RULE_GROUPS
from tests.rules.shipped import ALWAYS

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        pytest.param("up", ["up"], id="bare"),
        pytest.param("rate(a[5m] anchored) + smoothed", ["a", "smoothed"], id="anchored"),
        pytest.param("a smoothed offset 5m + anchored", ["a", "anchored"], id="smoothed"),
        pytest.param("offset offset 5m", ["offset"], id="named-as-a-modifier"),
        pytest.param("sum by (x) (by) or by", ["by"], id="named-as-a-clause"),
        pytest.param("a # ) or\n + b", ["a", "b"], id="comment"),
        pytest.param('info(a, {job="x"})', ["a"], id="added-labels"),
        pytest.param("up == 0", ["up"], id="comparison"),
        pytest.param("up == bool 0", ["up"], id="bool"),
        pytest.param("rate(http_total[5m]) > 1e3 * inf", ["http_total"], id="range"),
        pytest.param("max_over_time(a[1h30m:5m] offset -1d)", ["a"], id="subquery"),
        pytest.param("a @ end() + b @ 1609746000", ["a", "b"], id="at"),
        pytest.param("sum by (job, sum) (a)", ["a"], id="grouped-before"),
        pytest.param("sum(a) without (up)", ["a"], id="grouped-behind"),
        pytest.param("a / on (x) group_left (y) b", ["a", "b"], id="matching"),
        pytest.param("a * ignoring (x) group_right b", ["a", "b"], id="without-labels"),
        pytest.param('label_replace(a, "dst", "$1", "src", "(.*)")', ["a"], id="texts"),
        pytest.param("histogram_quantile(0.9, b_bucket)", ["b_bucket"], id="function"),
        pytest.param("some_function_of_tomorrow(a)", ["a"], id="unknown-function"),
        pytest.param("vector(1) - time()", [], id="nothing"),
        pytest.param("a:b:c", ["a:b:c"], id="recorded"),
        pytest.param("sum(sum)", ["sum"], id="named-as-a-function"),
    ],
)
def test_every_metric_is_needed(expression: str, wanted: list[str]) -> None:
    assert needs(expression) == tuple(frozenset({one}) for one in wanted)


@pytest.mark.parametrize(
    ("expression", "selector"),
    [
        pytest.param('up{job="a"}', 'up{job="a"}', id="job"),
        pytest.param("up{job=~'a|b', x=\"y\"}", 'up{job=~"a|b"}', id="regex"),
        pytest.param('up{job!="a"}', "up", id="negative"),
        pytest.param('up{job=""}', "up", id="empty"),
        pytest.param('up{reason="CrashLoopBackOff"}', "up", id="state"),
        pytest.param('up{job="a\\"}b"}', 'up{job="a\\"}b"}', id="quoted"),
        pytest.param(r'up{job="\x61\142\u00e9"}', 'up{job="abé"}', id="escapes"),
        pytest.param(r'up{job="a\n"}', r'up{job="a\n"}', id="line-break"),
        pytest.param("up{job=`a\\b`}", 'up{job="a\\\\b"}', id="raw"),
        pytest.param('{__name__="up",job="a"}', 'up{job="a"}', id="name-as-label"),
        pytest.param('{__name__=~"up|down"}', '{__name__=~"up|down"}', id="names"),
        pytest.param('{"up", job="a"}', 'up{job="a"}', id="quoted-name"),
        pytest.param('{"a.b"}', '{__name__="a.b"}', id="name-of-prometheus-3"),
        pytest.param('{job="a"}', '{job="a"}', id="no-name"),
    ],
)
def test_of_labels_only_what_is_asked_of_the_job_counts(expression: str, selector: str) -> None:
    assert needs(expression) == (frozenset({selector}),)


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        pytest.param("absent(a)", [], id="absent"),
        pytest.param("absent_over_time(a[5m]) * b", [{"b"}], id="absent-over-time"),
        pytest.param("a unless b", [{"a"}], id="unless"),
        pytest.param("a unless on (x) b and c", [{"a"}, {"c"}], id="unless-binds-as-and"),
        pytest.param("a UNLESS b", [{"a"}], id="shouted"),
        pytest.param("a or b", [{"a", "b"}], id="or"),
        pytest.param("(a and b) or c", [{"a", "b", "c"}], id="or-of-several"),
        pytest.param("a or vector(0)", [], id="or-zero"),
        pytest.param("sum(a or b) / c", [{"a", "b"}, {"c"}], id="or-within"),
        pytest.param("f(a or b, c)", [{"a", "b"}, {"c"}], id="or-in-an-argument"),
        pytest.param("a or b unless c", [{"a", "b"}], id="or-then-unless"),
        pytest.param('ALERTS{alertname="x"}', [], id="built-in"),
        pytest.param('{x="y"}', [], id="nothing-to-judge"),
    ],
)
def test_where_absence_is_wanted_nothing_is_needed(expression: str, wanted: list[set[str]]) -> None:
    assert needs(expression) == tuple(frozenset(one) for one in wanted)


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param("(" * 5000 + "a" + ")" * 5000, id="too-deep"),
        pytest.param('a{job="b"', id="open-brace"),
        pytest.param("a[5m", id="open-bracket"),
        pytest.param("sum by (a", id="open-grouping"),
        pytest.param("a modifier_of_tomorrow b", id="unknown-operator"),
        pytest.param("a + fill (0) b", id="missing-series-filled-in"),
    ],
)
def test_what_cannot_be_read_is_an_error(expression: str) -> None:
    with pytest.raises(ParseError):
        needs(expression)


def rules() -> Iterator[tuple[str, str]]:
    """Yield name and expression of every shipped rule."""
    for path in sorted((ROOT / "rules").glob("*.yaml")):
        for group in yaml.safe_load(path.read_text(encoding="utf-8")).get("groups", ()):
            for rule in group["rules"]:
                yield rule.get("alert") or rule["record"], rule["expr"]


def selectors(node: Any, *, wanted: bool = True) -> Iterator[tuple[str, bool]]:
    """Yield each metric in the tree of a real parser, and whether it must exist."""
    match node:
        case promql_parser.VectorSelector():
            yield node.name or "", wanted
        case promql_parser.MatrixSelector():
            yield from selectors(node.vector_selector, wanted=wanted)
        case promql_parser.BinaryExpr():
            yield from selectors(node.lhs, wanted=wanted)
            yield from selectors(node.rhs, wanted=wanted and str(node.op) != "unless")
        case promql_parser.Call():
            absence = node.func.name.startswith("absent")
            for one in node.args:
                yield from selectors(one, wanted=wanted and not absence)
        case _ if hasattr(node, "expr"):
            yield from selectors(node.expr, wanted=wanted)
        case _:
            pass


@pytest.mark.parametrize("expression", [pytest.param(expr, id=name) for name, expr in rules()])
def test_a_real_parser_finds_the_same_metrics_in_our_rules(expression: str) -> None:
    found = {metric(one) for need in needs(expression) for one in need}

    real = list(selectors(promql_parser.parse(expression)))

    assert found <= {name for name, _ in real}
    if not re.search(r"\bor\b", expression):
        assert found == {name for name, wanted in real if wanted}


def test_the_default_groups_are_those_that_are_always_shipped() -> None:
    shipped = {
        group["name"]
        for path in ALWAYS
        for group in yaml.safe_load(path.read_text(encoding="utf-8")).get("groups", ())
    }

    assert set(RULE_GROUPS) == shipped
