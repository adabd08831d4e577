from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from exporter.domain.declaration import DeclaredObject
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Subject, Verdict
from exporter.domain.objectkeys import ObjectKey
from exporter.domain.objects import DeclaredObjects
from exporter.domain.provenance import Place, Source
from exporter.domain.writers import ObservedWriters, Writer
from exporter.runtime.attribution import Attribution

EVIL = Writer("kubectl-edit", "Update", datetime(2026, 11, 12, 14, 2, tzinfo=UTC))
TOLD = "kubectl-edit, Update, 2026-11-12 14:02"
API = ObjectKey("apps", "Deployment", "shop", "api")
WEB = ObjectKey("", "Service", "shop", "web")
DRIFT = Finding(
    check="workload_spec",
    subject=Subject("Deployment", "shop", "api"),
    verdict=Verdict.FAIL,
    detail="1 declared field differs: /spec/paused",
    observed={"/spec/paused": True},
)


def wrote(*pointers: str, by: Writer = EVIL) -> Callable[[str], Writer | None]:
    return lambda pointer: by if pointer in pointers else None


def facts(**by_name: Callable[[str], Writer | None]) -> Facts:
    keys = {
        "node": ObjectKey("", "Node", "", "n1"),
        "api": API,
        "web": WEB,
        "pod": ObjectKey("", "Pod", "shop", "api-b"),
    }
    declared = DeclaredObject(
        key=WEB,
        subject=Subject("Service", "shop", "web"),
        version="v1",
        manifest={},
        place=Place(Source.KUSTOMIZE, "a.yaml", 1),
    )
    return Facts(
        {
            DeclaredObjects: DeclaredObjects({WEB: declared}),
            ObservedWriters: ObservedWriters({keys[name]: one for name, one in by_name.items()}),
        }
    )


def told(finding: Finding, known: Facts) -> Finding:
    (found,) = Attribution().of(finding.check, (finding,), known)
    return found


@pytest.mark.parametrize(
    ("changes", "known", "shown"),
    [
        pytest.param({}, {"api": wrote("/spec/paused")}, "/spec/paused", id="a workload's field"),
        pytest.param(
            {"check": "workload_replicas", "observed": 9},
            {"api": wrote("/spec/replicas")},
            "/spec/replicas",
            id="replicas",
        ),
        pytest.param(
            {
                "check": "object_spec",
                "subject": Subject("Service", "shop", "web"),
                "observed": {"/spec/type": "NodePort"},
            },
            {"web": wrote("/spec/type")},
            "/spec/type",
            id="an object's field",
        ),
        pytest.param(
            {
                "check": "workload_pods",
                "observed": {"pods/api-b/spec/containers/api/image": "evil"},
            },
            {"pod": wrote("/spec/containers/api/image")},
            "pods/api-b/spec/containers/api/image",
            id="a pod's field",
        ),
        pytest.param(
            {
                "check": "node_taints",
                "subject": Subject("Node", "", "n1"),
                "observed": ["a=b:NoSchedule"],
            },
            {"node": wrote("/spec/taints")},
            "/spec/taints",
            id="a node's taints",
        ),
        pytest.param(
            {
                "check": "node_labels",
                "subject": Subject("Node", "", "n1"),
                "observed": {"example.org/role": "x"},
            },
            {"node": wrote("/metadata/labels/example.org~1role")},
            "example.org/role",
            id="a node's label",
        ),
    ],
)
def test_who_wrote_what_differs_is_told(
    changes: dict[str, Any], known: dict[str, Any], shown: str
) -> None:
    finding = told(replace(DRIFT, **changes), facts(**known))

    assert finding.detail == f"{DRIFT.detail}; set by {TOLD}"
    assert finding.set_by == {shown: TOLD}


@pytest.mark.parametrize(
    ("changes", "known"),
    [
        pytest.param({}, facts(), id="nobody asked"),
        pytest.param({}, facts(api=wrote()), id="nobody says that he did"),
        pytest.param({}, facts(web=wrote("/spec/paused")), id="another object"),
        pytest.param({}, Facts(), id="nobody to ask"),
        pytest.param({"verdict": Verdict.PASS}, facts(api=wrote("/spec/paused")), id="a pass"),
        pytest.param({"observed": None}, facts(api=wrote("/spec/paused")), id="of no field"),
        pytest.param(
            {"check": "workload_ready"}, facts(api=wrote("/spec/paused")), id="of another check"
        ),
    ],
)
def test_what_nobody_knows_changes_nothing(changes: dict[str, Any], known: Facts) -> None:
    finding = replace(DRIFT, **changes)

    assert told(finding, known) is finding


def test_several_writers_are_named_each_once_and_no_more_than_three() -> None:
    observed = {f"/spec/f{n}": n for n in range(6)}
    names = [replace(EVIL, manager=f"m{n // 2 if n < 2 else n}") for n in range(6)]

    finding = told(
        replace(DRIFT, observed=observed), facts(api=lambda pointer: names[int(pointer[-1])])
    )

    assert finding.detail.count("m") >= 3
    assert finding.detail.endswith("; and by 2 more")


def test_where_nothing_changed_the_findings_are_the_very_same() -> None:
    attribution, known, found = Attribution(), facts(api=wrote("/spec/paused")), (DRIFT,)

    first = attribution.of("workload_spec", found, known)

    assert attribution.of("workload_spec", found, known) is first
    assert attribution.of("workload_spec", (DRIFT,), known) is not first
