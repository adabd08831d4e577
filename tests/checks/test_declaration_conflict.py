from exporter.checks import declaration_conflict
from exporter.domain.conflicts import Conflicts
from exporter.domain.declaration import Conflict, DeclaredNode
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Subject, Verdict
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.provenance import Located, Place, Source

TERRAFORM = Place(Source.TERRAFORM, "main.tf", 1)
ANSIBLE = Place(Source.ANSIBLE, "label-nodes.yml", 9)


def conflict(
    attribute: str, *, kind: str = "Node", namespace: str = "", name: str = "a"
) -> Conflict:
    return Conflict(
        kind=kind,
        namespace=namespace,
        name=name,
        attribute=attribute,
        statements=(Located("scan,chat", TERRAFORM), Located("ai", ANSIBLE)),
        message=f"{attribute} is declared twice",
    )


def judge(*conflicts: Conflict) -> list[Finding]:
    node = DeclaredNode(
        name="a", group="", places=(TERRAFORM,), attributes={}, labels={}, taints=()
    )
    known = {DeclaredNodes: DeclaredNodes({"a": node}), Conflicts: Conflicts(conflicts)}
    return list(declaration_conflict.judge(Facts(known=known)))


def test_a_node_that_nobody_disputes_passes() -> None:
    (finding,) = judge()

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "")
    assert finding.provenance == (TERRAFORM,)


def test_a_disputed_value_fails_with_all_its_statements() -> None:
    (finding,) = judge(conflict("labels.domain"))

    assert finding.verdict is Verdict.FAIL
    assert finding.provenance == (TERRAFORM, ANSIBLE)
    assert finding.declared == [
        {
            "attribute": "labels.domain",
            "statements": [
                {"value": "scan,chat", "place": "main.tf:1"},
                {"value": "ai", "place": "label-nodes.yml:9"},
            ],
        }
    ]


def test_all_conflicts_of_a_subject_are_one_finding() -> None:
    (finding,) = judge(conflict("labels.domain"), conflict("zone"))

    assert finding.detail == "labels.domain is declared twice; zone is declared twice"


def test_what_is_no_node_is_a_subject_once_it_is_disputed() -> None:
    findings = judge(conflict("labels.phase", kind="Application", namespace="argocd", name="scan"))

    assert [(one.subject, one.verdict) for one in findings] == [
        (Subject("Application", "argocd", "scan"), Verdict.FAIL),
        (Subject("Node", "", "a"), Verdict.PASS),
    ]


def test_a_disputed_node_need_not_be_declared() -> None:
    findings = judge(conflict("present", name="b"))

    assert [(one.subject.name, one.verdict) for one in findings] == [
        ("a", Verdict.PASS),
        ("b", Verdict.FAIL),
    ]
