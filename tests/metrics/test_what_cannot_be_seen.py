"""What nobody could look at has no series: neither 0 nor what it was is known of it."""

from dataclasses import replace
from typing import Any

import pytest

from exporter.checks import node_unexpected
from exporter.domain.applications import DeclaredApplications, ObservedApplications
from exporter.domain.check import Check
from exporter.domain.declaration import (
    ApplicationKey,
    DeclaredApplication,
    DeclaredWorkload,
    WorkloadKey,
)
from exporter.domain.facts import Facts
from exporter.domain.finding import Layer
from exporter.domain.gaps import Extent, Gap
from exporter.domain.nodes import DeclaredNodes, ObservedNodes
from exporter.domain.provenance import Place, Source
from exporter.domain.workloads import DeclaredWorkloads, ObservedWorkloads
from exporter.metrics.view import Process, View
from exporter.runtime.evaluate import evaluate
from exporter.runtime.history import Decisions
from tests.metrics.test_exposition import CHECK, DECLARED, NOW, OBSERVED, lines

LOST = Gap(Source.KUBERNETES, "cannot be listed")
ODD = Gap(Source.KUBERNETES, "is odd")
WORKLOAD = WorkloadKey("api", "Deployment", "auth")
WORKLOADS = DeclaredWorkloads(
    {
        WORKLOAD: DeclaredWorkload(
            key=WORKLOAD, manifest={"spec": {"replicas": 2}}, place=Place(Source.KUSTOMIZE, "a.yml")
        )
    }
)


def view(facts: Facts, check: Check = CHECK) -> View:
    """Return the view of an evaluation of one *check*."""
    outcome = evaluate([check], facts=facts, decisions=Decisions(), sources=(), at=NOW)
    return View(evaluation=outcome, process=Process(reloaded=NOW))


def shown(facts: Facts, family: str, check: Check = CHECK) -> list[str]:
    """Return the samples of one family."""
    return [line for line in lines(view(facts, check)) if line.startswith(f"{family}{{")]


def test_a_node_that_cannot_be_read_is_there_all_the_same() -> None:
    observed = replace(OBSERVED, unreadable={"c": ODD})
    facts = Facts({DeclaredNodes: DECLARED, ObservedNodes: observed})

    assert shown(facts, "nodes_observed") == ['nodes_observed{group="api"} 3.0']
    assert shown(facts, "nodes_ready") == ['nodes_ready{group="api"} 1.0']


@pytest.mark.parametrize("family", ["nodes_observed", "nodes_ready"])
def test_nodes_that_could_not_be_listed_are_not_counted(family: str) -> None:
    facts = Facts({DeclaredNodes: DECLARED, ObservedNodes: OBSERVED}, {ObservedNodes: (LOST,)})

    assert shown(facts, family) == []


def test_how_many_nodes_are_unexpected_is_not_said_while_there_may_be_more_declared() -> None:
    incomplete = replace(DECLARED, incomplete=(Gap(Source.ANSIBLE, "hosts.ini: is malformed"),))
    stray = replace(OBSERVED, nodes={**OBSERVED.nodes, "stray": OBSERVED.nodes["a"]})
    check = node_unexpected.CHECK

    whole, partly = (
        [
            line
            for line in lines(view(Facts({DeclaredNodes: declared, ObservedNodes: stray}), check))
            if line.startswith("nodes_unexpected")
        ]
        for declared in (DECLARED, incomplete)
    )

    assert whole == ["nodes_unexpected 1.0"]
    assert partly == []


def test_a_workload_that_cannot_be_read_has_no_number_of_ready_pods() -> None:
    absent = ObservedWorkloads({})
    unreadable = ObservedWorkloads({}, unreadable={WORKLOAD: ODD})

    known, unknown = (
        shown(
            Facts({DeclaredWorkloads: WORKLOADS, ObservedWorkloads: item}),
            "workload_replicas_ready",
        )
        for item in (absent, unreadable)
    )

    assert [line.rpartition(" ")[2] for line in known] == ["0.0"]
    assert unknown == []


@pytest.mark.parametrize(
    "blind",
    [
        pytest.param({"gaps": {ObservedWorkloads: (LOST,)}}, id="too old, or never listed"),
        pytest.param(
            {
                "gaps": {
                    ObservedWorkloads: (replace(LOST, extent=Extent(frozenset({"Deployment"}))),)
                }
            },
            id="none of the kind",
        ),
        pytest.param({"namespaces": frozenset({"web"})}, id="another namespace"),
    ],
)
def test_a_workload_that_nobody_could_look_for_has_no_number_of_ready_pods(
    blind: dict[str, Any],
) -> None:
    known = {DeclaredWorkloads: WORKLOADS, ObservedWorkloads: ObservedWorkloads({})}

    assert shown(Facts(known, **blind), "workload_replicas_ready") == []


@pytest.mark.parametrize(
    ("blind", "expected"),
    [
        pytest.param({}, ["applications_observed 0.0"], id="all is seen"),
        pytest.param({"gaps": {ObservedApplications: (LOST,)}}, [], id="too old"),
        pytest.param({"namespaces": frozenset({"web"})}, [], id="another namespace"),
    ],
)
def test_applications_are_counted_where_all_that_are_declared_would_be_seen(
    blind: dict[str, Any], expected: list[str]
) -> None:
    key = ApplicationKey("argocd", "auth")
    application = DeclaredApplication(key=key, place=Place(Source.ARGOCD, "a.yml"))
    known = {
        DeclaredApplications: DeclaredApplications({key: application}),
        ObservedApplications: ObservedApplications({}),
    }

    found = [
        line
        for line in lines(view(Facts(known, **blind)))
        if line.startswith("applications_observed")
    ]

    assert found == expected


@pytest.mark.parametrize(
    "family",
    ["workload_replicas_declared_min", "workload_replicas_declared_max", "workload_replicas_ready"],
)
def test_a_workload_has_series_of_its_own_in_full_detail_only(family: str) -> None:
    facts = Facts({DeclaredWorkloads: WORKLOADS, ObservedWorkloads: ObservedWorkloads({})})
    full = view(facts)

    by_detail = {
        detail: [
            line for line in lines(replace(full, detail=detail)) if line.startswith(f"{family}{{")
        ]
        for detail in ("full", "findings", "summary")
    }

    assert len(by_detail["full"]) == 1
    assert by_detail["findings"] == by_detail["summary"] == []


def test_a_layer_that_declares_nothing_has_no_coverage() -> None:
    nothing = replace(CHECK, subjects=lambda _: (), judge=lambda _: iter(()))
    facts = Facts({DeclaredNodes: DECLARED, ObservedNodes: OBSERVED})

    assert nothing.layer is Layer.INFRASTRUCTURE
    assert shown(facts, "layer_coverage_ratio", nothing) == []
