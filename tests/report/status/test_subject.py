"""A subject has a page with everything that is known of it."""

import re
from dataclasses import replace

import pytest
from msgspec import structs

from exporter.domain.declaration import ApplicationKey
from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.flow import ApplicationFlow, FlowStep, Reached
from exporter.domain.published import Answer, Asked
from exporter.report.status import PageContext, documentation, history, subject
from exporter.report.status.entry_view import path
from tests.report.evaluations import PLACE, check, evaluation, finding, node
from tests.report.status.boards import ago, became, board, watched

CONTEXT = PageContext()
CHECKS = (check("node_present"), check("node_ready"), check("node_version"))
LOST = finding("n1", check="node_present", provenance=(PLACE,))
OUTCOME = watched(
    evaluation(
        LOST,
        finding("n1", Verdict.UNKNOWN, check="node_ready", cause="node_present"),
        finding("n1", Verdict.PASS, check="node_version"),
        finding("n2", check="node_present"),
        checks=CHECKS,
    ),
    became(LOST, ago(hours=1), before=Verdict.PASS, after=Verdict.FAIL),
    became(
        finding("n2", check="node_present"), ago(hours=1), before=Verdict.PASS, after=Verdict.FAIL
    ),
    since=ago(days=3),
)


def page(name: str, **given: str) -> Answer:
    parameters = {"kind": "Node", "name": name, **given}
    return subject(board(OUTCOME), Asked(tuple(parameters.items())), context=CONTEXT)


def text(answer: Answer) -> str:
    return text_of(answer.body.decode())


def text_of(body: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", body.replace("<wbr>", "")).split())


def test_every_check_about_it_is_told_and_none_about_others() -> None:
    shown = page("n1")

    assert shown.status == 200
    assert "Node n1: 1 warning, 1 unknown" in text(shown)
    assert "Of 3 checks about it 1 conform." in text(shown)
    assert "n2" not in text(shown)


@pytest.mark.parametrize("name", ["node_present", "node_ready", "node_version"])
def test_every_finding_has_an_anchor(name: str) -> None:
    assert f'id="check-{name}"' in page("n1").body.decode()


def entries(outcome: Evaluation, about: Subject) -> list[str]:
    """Return the titles of what a page lists as causes."""
    asked = Asked((("kind", about.kind), ("name", about.name)))
    body = subject(board(outcome), asked, context=CONTEXT).body.decode()
    return [text_of(one) for one in re.findall(r"<h3>(.*?)</h3>", body)]


def test_what_follows_from_a_cause_is_folded_under_it() -> None:
    assert entries(OUTCOME, node("n1")) == ["Node n1 is not in the cluster"]
    assert "Node n1: 1 check cannot look Title of node_ready" in text(page("n1"))


def test_what_follows_from_another_subject_is_folded_under_that() -> None:
    names = ("workload_ready", "workload_images")
    lost = [
        structs.replace(
            finding("n2", Verdict.UNKNOWN, check=name), cause=Cause("node_present", node("n1"))
        )
        for name in names
    ]
    outcome = evaluation(LOST, *lost, checks=(*CHECKS, *map(check, names)))

    assert entries(outcome, node("n2")) == ["Node n1 is not in the cluster"]


def test_what_follows_from_a_silent_source_is_one_entry() -> None:
    unknown = [finding("n1", Verdict.UNKNOWN, check=one.id, cause="prometheus") for one in CHECKS]

    assert entries(evaluation(*unknown, checks=CHECKS), node("n1")) == [
        "Prometheus does not answer the exporter"
    ]


def test_what_became_of_it_is_told() -> None:
    assert "Node n1 is not in the cluster" in text(page("n1")).partition("Last 7 days")[2]


def test_the_page_of_an_application_has_the_way_of_its_commit() -> None:
    key = ApplicationKey("argocd", "chat")
    flow = ApplicationFlow(
        application=key,
        commit="a" * 40,
        reached=(
            Reached(FlowStep.COMMIT, ago(hours=2), own=True),
            Reached(FlowStep.SEEN, ago(hours=1)),
        ),
        missing=(FlowStep.SYNCED, FlowStep.READY),
        deployed="b" * 40,
        behind=2,
        notes=("rolled back from aaaaaaaaaaaa to bbbbbbbbbbbb",),
    )
    outcome = replace(OUTCOME, flows={key: flow})
    about = {"kind": "Application", "namespace": "argocd", "name": "chat"}

    shown = text(subject(board(outcome), Asked(tuple(about.items())), context=CONTEXT))

    assert "bbbbbbbb is deployed, 2 commits behind. rolled back from" in shown
    assert re.search("Committed .* Seen by Argo CD .*, as first seen Synced not yet", shown)


def test_of_what_nobody_knows_it_says_so() -> None:
    shown = page("n9")

    assert shown.status == 404
    assert "nothing is known of it" in text(shown)


def test_its_files_are_found_from_where_it_is() -> None:
    of_cluster = page("n1").body.decode()
    namespaced = page("x", namespace="api").body.decode()

    assert 'href="../../status.css"' in of_cluster
    assert 'href="../../../status.css"' in namespaced


@pytest.mark.parametrize(
    ("about", "address"),
    [
        pytest.param(Subject("Node", "", "n1"), "subject/Node/n1", id="of the cluster"),
        pytest.param(Subject("Pod", "a", "b"), "subject/Pod/a/b", id="of a namespace"),
        pytest.param(Subject("File", "", "a/b c"), "subject/File/a%2Fb%20c", id="with a slash"),
    ],
)
def test_its_address_is_that_of_its_name(about: Subject, address: str) -> None:
    assert path(about) == address


def test_a_name_is_no_markup_and_no_command() -> None:
    evil = "<script>`$(x)`;"

    shown = page(evil).body.decode()

    assert "<script>" not in shown.replace('<script src="../../status.js" defer>', "")
    assert "&lt;script&gt;`$(x)`;" in shown.replace("<wbr>", "")
    assert "kubectl" not in shown


def test_the_history_has_all_changes_by_day() -> None:
    shown = history(board(OUTCOME), Asked(), context=CONTEXT)

    assert "12 Nov" in text(shown)
    assert "2 nodes are not in the cluster" in text(shown)


@pytest.mark.parametrize(
    ("folder", "name", "status"),
    [
        pytest.param("checks", "node_ready", 200, id="check"),
        pytest.param("runbooks", "ClusterConformanceNodeMissing", 200, id="runbook"),
        pytest.param("runbooks", "ClusterConformanceNodeMissing.md", 200, id="as the file"),
        pytest.param("checks", "", 200, id="all checks"),
        pytest.param("checks", "no_such", 404, id="no such check"),
        pytest.param("secrets", "", 404, id="no such folder"),
    ],
)
def test_checks_and_runbooks_are_served(folder: str, name: str, status: int) -> None:
    asked = Asked((("folder", folder), ("name", name)))

    assert documentation(board(OUTCOME), asked, context=CONTEXT).status == status


@pytest.mark.parametrize("name", ["--server=https://a", "-v", "a --server=https://a"])
def test_no_command_gives_kubectl_an_option_that_somebody_named_a_node(name: str) -> None:
    outcome = evaluation(finding(name, check="node_present"), checks=CHECKS)
    asked = Asked((("kind", "Node"), ("name", name)))

    shown = text(subject(board(outcome), asked, context=CONTEXT))

    assert "conform" in shown
    assert "kubectl" not in shown


def test_the_page_of_an_application_has_argo_cds_own_words() -> None:
    said = "ComparisonError: failed to load target state: rpc error"
    amiss = Finding(
        check="application_delivering",
        subject=Subject("Application", "argocd", "chat"),
        verdict=Verdict.FAIL,
        detail=said,
    )
    outcome = evaluation(amiss, checks=(check("application_delivering"),))
    about = {"kind": "Application", "namespace": "argocd", "name": "chat"}

    shown = subject(board(outcome), Asked(tuple(about.items())), context=CONTEXT)

    assert said in text(shown)
