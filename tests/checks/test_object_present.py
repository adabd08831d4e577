from collections.abc import Mapping
from typing import Any

import pytest

from exporter.checks import object_present
from exporter.domain.declaration import DeclaredObject
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.objectkeys import GroupKind, ObjectKey
from exporter.domain.objects import (
    DeclaredObjects,
    ObjectName,
    ObservedObject,
    ObservedObjects,
)
from exporter.domain.provenance import Place, Source

PLACE = Place(Source.KUSTOMIZE, "k8s/auth/service.yaml", 1)
SERVICE = GroupKind("", "Service")
GATEWAY = GroupKind("gateway.example.org", "Service")
NAMESPACE = GroupKind("", "Namespace")
GAP = Gap(Source.KUBERNETES, "services: last seen too long ago")
SEEN = ObservedObject("v1", {})


def declared(name: str, kind: GroupKind = SERVICE, *, namespace: str = "api") -> DeclaredObject:
    key = ObjectKey(kind.group, kind.kind, namespace, name)
    subject = Subject(kind.kind, namespace, name)
    return DeclaredObject(key=key, subject=subject, version="v1", manifest={}, place=PLACE)


def judge(observed: ObservedObjects, *objects: DeclaredObject) -> list[Finding]:
    known = {
        DeclaredObjects: DeclaredObjects({one.key: one for one in objects}),
        ObservedObjects: observed,
    }
    return list(object_present.judge(Facts(known=known)))


def cluster(**services: ObservedObject | None) -> ObservedObjects:
    return ObservedObjects(kinds={SERVICE: {("api", name): one for name, one in services.items()}})


def verdicts(findings: list[Finding]) -> Mapping[str, Verdict]:
    return {finding.subject.name: finding.verdict for finding in findings}


def test_a_declared_object_passes_in_the_cluster_and_fails_outside() -> None:
    findings = judge(cluster(a=SEEN, b=None), declared("a"), declared("b"), declared("c"))

    assert verdicts(findings) == {"a": Verdict.PASS, "b": Verdict.PASS, "c": Verdict.FAIL}
    assert findings[2].detail == "Service is not in the cluster"
    assert findings[2].provenance == (PLACE,)


def test_an_object_of_the_same_kind_in_another_group_is_another_object() -> None:
    observed = ObservedObjects(kinds={SERVICE: {("api", "a"): SEEN}, GATEWAY: {}})

    (finding,) = judge(observed, declared("a"), declared("a", GATEWAY))

    assert finding.verdict is Verdict.FAIL
    assert finding.detail == "Service (gateway.example.org) is not in the cluster"


def test_an_object_of_a_kind_without_namespaces_is_found_whatever_namespace_is_declared() -> None:
    observed = ObservedObjects(kinds={GATEWAY: {("", "a"): SEEN}})

    assert verdicts(judge(observed, declared("a", GATEWAY))) == {"a": Verdict.PASS}


@pytest.mark.parametrize(
    "observed",
    [
        pytest.param(ObservedObjects(gaps={SERVICE: GAP}), id="the kind"),
        pytest.param(ObservedObjects(kinds={SERVICE: {}}, lost=(GAP,)), id="something"),
    ],
)
def test_what_may_be_there_unseen_is_unknown(observed: ObservedObjects) -> None:
    (finding,) = judge(observed, declared("a"))

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, Cause(Source.KUBERNETES))
    assert finding.detail == GAP.message


def test_a_kind_that_was_not_looked_for_yet_is_unknown() -> None:
    (finding,) = judge(ObservedObjects(), declared("a"))

    assert finding.verdict is Verdict.UNKNOWN


def test_what_is_there_is_there_though_something_is_lost() -> None:
    observed = ObservedObjects(kinds={SERVICE: {("api", "a"): None}}, lost=(GAP,))

    assert verdicts(judge(observed, declared("a"))) == {"a": Verdict.PASS}


@pytest.mark.parametrize(
    "observed",
    [
        pytest.param(ObservedObjects(refused={SERVICE: "services is forbidden"}), id="forbidden"),
        pytest.param(ObservedObjects(others="the dump holds none"), id="not in the dump"),
    ],
)
def test_of_a_kind_at_which_nobody_may_look_another_check_tells(observed: ObservedObjects) -> None:
    want = DeclaredObjects({declared("a").key: declared("a")})
    facts = Facts(known={DeclaredObjects: want, ObservedObjects: observed})

    assert list(object_present.judge(facts)) == []
    assert list(object_present.CHECK.subjects(facts)) == []


@pytest.mark.parametrize("first", [SERVICE, GATEWAY], ids=str)
@pytest.mark.parametrize(
    ("there", "verdict"),
    [
        pytest.param({("api", "a"): SEEN}, Verdict.UNKNOWN, id="the one that can be seen is there"),
        pytest.param({}, Verdict.FAIL, id="the one that can be seen is not"),
    ],
)
@pytest.mark.parametrize(
    "unseen",
    [
        pytest.param({"refused": {GATEWAY: "forbidden"}}, id="refused"),
        pytest.param({"others": "the dump holds none"}, id="not in the dump"),
        pytest.param({"gaps": {GATEWAY: GAP}}, id="lost"),
    ],
)
def test_of_two_groups_the_object_that_nobody_can_see_hides_nothing_of_the_other(
    unseen: dict[str, Any],
    there: dict[ObjectName, ObservedObject],
    verdict: Verdict,
    first: GroupKind,
) -> None:
    second = SERVICE if first is GATEWAY else GATEWAY
    observed = ObservedObjects(kinds={SERVICE: there}, **unseen)

    (finding,) = judge(observed, declared("a", first), declared("a", second))

    assert finding.verdict is verdict
    assert ("Service is not in the cluster" in finding.detail) is (verdict is Verdict.FAIL)


def test_that_a_file_is_named_after_one_kind_tells_nothing_of_another() -> None:
    observed = ObservedObjects(named=frozenset({"nodes"}))

    assert verdicts(judge(observed, declared("a"))) == {"a": Verdict.UNKNOWN}


@pytest.mark.parametrize("name", ["service", "services", "svc"])
def test_a_kind_after_which_a_file_is_named_was_looked_at(name: str) -> None:
    observed = ObservedObjects(others="the dump holds none", named=frozenset({name}))

    assert verdicts(judge(observed, declared("a"))) == {"a": Verdict.FAIL}


def test_what_lacks_with_its_namespace_follows_from_it() -> None:
    space = declared("api", NAMESPACE, namespace="")
    observed = ObservedObjects(kinds={SERVICE: {}, NAMESPACE: {}})

    findings = judge(observed, declared("a"), space)

    assert verdicts(findings) == {"a": Verdict.UNKNOWN, "api": Verdict.FAIL}
    assert findings[1].cause == Cause("object_present", Subject("Namespace", "", "api"))


def test_nothing_is_judged_of_facts_that_are_absent() -> None:
    assert list(object_present.CHECK.subjects(Facts())) == []
