"""The API gives what ``--format json`` gives, in parts; the schema describes both."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from exporter.domain.declaration import DeclaredNode, Failure, JoinedBy, Unresolved
from exporter.domain.errors import Reason
from exporter.domain.evaluation import Evaluation, SourceStatus
from exporter.domain.facts import Facts
from exporter.domain.finding import Layer, Severity, Verdict
from exporter.domain.items import DeclaredItems
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.provenance import Source
from exporter.domain.published import Asked
from exporter.domain.state import State
from exporter.report import api
from exporter.report.documents.declared import Declaration
from exporter.report.documents.evaluated import Evaluation as EvaluationDocument
from tests.report.api_schema import schema, strict
from tests.report.evaluations import NOW, PLACE, blind, charts, check, evaluation, finding

Json = dict[str, Any]
CHARTS = charts(1, "allow its host")
OUTCOME = evaluation(
    finding("n1", detail="kubelet stopped", provenance=(PLACE,)),
    finding("n2", Verdict.WAIVED),
    finding("n3", Verdict.UNKNOWN, check="node_taints", cause="kubernetes"),
    finding("other", Verdict.PASS, check="node_taints"),
    *blind(CHARTS),
    checks=(
        check("node_ready"),
        check("node_taints", layer=Layer.CONFIGURATION, severity=Severity.CRITICAL),
    ),
    sources=(SourceStatus(source=Source.ANSIBLE, up=True, last_success=NOW, items={"nodes": 3}),),
    items=CHARTS,
    coverage=0.5,
)
FAILURE = Failure(place=PLACE, reason=Reason.MALFORMED, message="no YAML", advice="mend it")


def node(name: str) -> DeclaredNode:
    return DeclaredNode(
        name=name, group="api", places=(PLACE,), attributes={}, labels={}, taints=()
    )


DECLARED = State(
    facts=Facts(
        {
            DeclaredNodes: DeclaredNodes({f"n{i}": node(f"n{i}") for i in range(5)}),
            DeclaredItems: DeclaredItems(CHARTS),
        }
    ),
    sources=(SourceStatus(source=Source.TERRAFORM, up=False, failures=(FAILURE,)),),
    unresolved=(Unresolved(place=PLACE, message="only a run would tell"),),
    failures=(FAILURE,),
)


def ask(
    path: str, *parameters: tuple[str, str], outcome: Evaluation = OUTCOME, status: int = 200
) -> Json:
    answer = api.views(outcome, declared=DECLARED)[path](Asked(parameters))
    assert answer.content_type == "application/json"
    assert answer.status == status
    document: Json = json.loads(answer.body)
    return document


def names(*parameters: tuple[str, str]) -> list[str]:
    return [one["subject"]["name"] for one in ask(api.FINDINGS, *parameters)["findings"]]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        pytest.param([], ["n1", "n2", "n3", "other", "app-01/0"], id="all"),
        pytest.param([("verdict", "fail")], ["n1"], id="verdict"),
        pytest.param(
            [("verdict", "fail"), ("verdict", "unknown")], ["n1", "n3", "app-01/0"], id="either"
        ),
        pytest.param([("check", "node_taints")], ["n3", "other"], id="check"),
        pytest.param([("layer", "configuration"), ("verdict", "pass")], ["other"], id="both"),
        pytest.param([("severity", "critical")], ["n3", "other"], id="severity"),
        pytest.param([("kind", "Node"), ("namespace", "")], ["n1", "n2", "n3", "other"], id="kind"),
        pytest.param([("kind", "Pod")], [], id="no such kind"),
        pytest.param([("reason", "not_rendered")], ["app-01/0"], id="reason"),
        pytest.param([("reason", "refused")], [], id="another reason"),
        pytest.param([("layer", "applications")], ["app-01/0"], id="a layer of its own"),
        pytest.param([("name", "n*"), ("name", "oth?r")], ["n1", "n2", "n3", "other"], id="names"),
        pytest.param([("name", "N1")], [], id="names have case"),
        pytest.param([("limit", "2")], ["n1", "n2"], id="limit"),
        pytest.param([("limit", "2"), ("offset", "3")], ["other", "app-01/0"], id="offset"),
        pytest.param([("offset", "9")], [], id="beyond the end"),
    ],
)
def test_findings_are_filtered(parameters: list[tuple[str, str]], expected: list[str]) -> None:
    assert names(*parameters) == expected


def test_a_part_says_where_the_next_begins() -> None:
    first, last = (ask(api.FINDINGS, ("limit", "3"), ("offset", offset)) for offset in ("0", "3"))

    assert (first["total"], first["next"]) == (5, 3)
    assert (last["total"], last["next"]) == (5, None)


@pytest.mark.parametrize(
    ("path", "parameter", "message", "known"),
    [
        pytest.param(
            api.FINDINGS,
            ("vedict", "fail"),
            "there is no parameter 'vedict'",
            "verdict",
            id="unknown parameter",
        ),
        pytest.param(
            api.FINDINGS, ("verdict", "bad"), "verdict is never 'bad'", "suppressed", id="verdict"
        ),
        pytest.param(
            api.FINDINGS, ("check", "no"), "check is never 'no'", "node_taints", id="check"
        ),
        pytest.param(api.LAYERS, ("layer", "x"), "layer is never 'x'", "gitops", id="layer"),
        pytest.param(
            api.FINDINGS, ("reason", "compared"), "reason is never 'compared'", "refused", id="why"
        ),
        pytest.param(
            api.LAYERS, ("limit", "1"), "there is no parameter 'limit'", "layer", id="no paging"
        ),
        pytest.param(
            api.DECLARED, ("check", "x"), "there is no parameter 'check'", "kind", id="no check"
        ),
        pytest.param(
            api.FINDINGS, ("limit", "0"), "limit is a number from 1 to 1000", None, id="no limit"
        ),
        pytest.param(
            api.DECLARED, ("limit", "501"), "limit is a number from 1 to 500", None, id="too many"
        ),
        pytest.param(
            api.FINDINGS, ("offset", "-1"), "offset is a whole number", None, id="negative"
        ),
        pytest.param(
            api.FINDINGS, ("offset", "1" * 5000), "offset is a whole number", None, id="endless"
        ),
    ],
)
def test_a_wrong_parameter_is_refused_with_those_there_are(
    path: str, parameter: tuple[str, str], message: str, known: str | None
) -> None:
    document = ask(path, parameter, status=400)

    assert document["error"] == message
    assert known is None or known in document["known"]
    strict("error").validate(document)


def test_a_layer_can_be_asked_for_alone() -> None:
    document = ask(api.LAYERS, ("layer", "configuration"))

    assert [one["layer"] for one in document["layers"]] == ["configuration"]


def test_the_declaration_comes_in_parts_through_all_lists() -> None:
    parts = [ask(api.DECLARED, ("limit", "3"), ("offset", str(at))) for at in (0, 3, 6)]

    lists = (
        *("nodes", "groups", "workloads", "applications", "conflicts", "not_compared"),
        *("unresolved", "failures"),
    )
    whole = json.loads(msgspec.json.encode(Declaration.of(DECLARED)))
    for name in lists:
        assert [one for part in parts for one in part[name]] == whole[name]
    assert [one["next"] for one in parts] == [3, 6, None]
    assert {one["total"] for one in parts} == {8}


def test_what_is_about_no_subject_is_not_among_those_of_one() -> None:
    document = ask(api.DECLARED, ("name", "n1"))

    assert [one["name"] for one in document["nodes"]] == ["n1"]
    assert document["unresolved"] == document["failures"] == []


def test_coverage_is_that_of_all_that_is_declared() -> None:
    document = ask(api.LAYERS)

    assert document["coverage"] == 0.5
    assert [(one["state"], one["count"]) for one in document["items"]] == [
        ("compared", 1),
        ("not_rendered", 1),
    ]


@pytest.mark.parametrize(
    ("name", "path"),
    [("findings", api.FINDINGS), ("layers", api.LAYERS), ("declared", api.DECLARED)],
)
def test_answers_are_as_the_schema_says(name: str, path: str) -> None:
    strict(name).validate(ask(path))


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


def test_the_schema_would_notice_another_field() -> None:
    document = ask(api.FINDINGS)
    document["findings"][0]["surplus"] = 1

    assert [one.message for one in strict("findings").iter_errors(document)]


def test_what_the_command_line_prints_is_as_the_schema_says() -> None:
    outcome, state = EvaluationDocument.of(OUTCOME), Declaration.of(DECLARED)

    strict("check").validate(json.loads(msgspec.json.encode(outcome)))
    strict("declaration").validate(json.loads(msgspec.json.encode(state)))


PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
EXAMPLES = [json.loads(one) for one in re.findall(r"```json\n(.*?)```", PAGE, flags=re.DOTALL)]


@pytest.mark.parametrize(("name", "example"), [*zip(("findings", "error"), EXAMPLES, strict=True)])
def test_the_examples_of_the_page_are_as_the_schema_says(name: str, example: Json) -> None:
    strict(name).validate(example)


@pytest.mark.parametrize("path", [*api.PATHS, api.SCHEMA])
def test_the_page_tells_every_path(path: str) -> None:
    assert f"`{path}`" in PAGE


@pytest.mark.parametrize("path", api.PATHS)
def test_the_page_tells_every_parameter(path: str) -> None:
    document = ask(path, ("no such parameter", ""), status=400)

    of = path.rpartition("/")[2]
    rows = [line for line in PAGE.splitlines() if re.match(rf"\|.*\|.*\b{of}\b.*\|.*\|", line)]
    listed = set(re.findall(r"`([a-z]+)`", " ".join(row.split("|")[1] for row in rows)))
    assert set(document["known"]) == listed


def test_a_declared_node_shows_by_what_it_was_found_in_the_cluster() -> None:
    found = replace(node("n1"), joined_by=JoinedBy.ADDRESS)
    seen = replace(OUTCOME, facts=Facts({DeclaredNodes: DeclaredNodes({"ip-10-0-0-1": found})}))

    (joined,) = ask(api.DECLARED, ("name", "n1"), outcome=seen)["nodes"]
    (alone,) = ask(api.DECLARED, ("name", "n1"))["nodes"]

    assert (joined["known_as"], joined["joined_by"]) == ("ip-10-0-0-1", "internal address")
    assert (alone["known_as"], alone["joined_by"]) == (None, None)
