"""What usual controllers and webhooks do to objects is nobody's drift."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from exporter.checks import object_additions, object_spec, workload_additions, workload_spec
from exporter.declared import manifests
from exporter.declared.rendered import Manifest
from exporter.domain.declaration import DeclaredWorkload
from exporter.domain.facts import Facts
from exporter.domain.finding import Verdict
from exporter.domain.objectcontent import compared_content
from exporter.domain.objects import DeclaredObjects, ObservedObject, ObservedObjects
from exporter.domain.provenance import Place, Source
from exporter.domain.workloads import DeclaredWorkloads, ObservedWorkload, ObservedWorkloads

FILE = Path(__file__).parent / "controllers.yaml"
CASES: list[dict[str, Any]] = [one for one in yaml.safe_load_all(FILE.read_text()) if one]


def merged(one: Any, other: Any) -> Any:
    """Return *one* with what *other* has; a list in *other* stands for the whole."""
    if not isinstance(one, dict) or not isinstance(other, dict):
        return copy.deepcopy(other)
    result = copy.deepcopy(one)
    for key, value in other.items():
        result[key] = merged(result.get(key), value)
    return result


def of_workload(declared: DeclaredWorkload, seen: dict[str, Any]) -> list[tuple[Verdict, str]]:
    have = ObservedWorkload(key=declared.key, manifest=seen)
    facts = Facts(
        known={
            DeclaredWorkloads: DeclaredWorkloads({declared.key: declared}),
            ObservedWorkloads: ObservedWorkloads({declared.key: have}),
        }
    )
    checks = (workload_additions, workload_spec)
    return [(one.verdict, one.detail) for check in checks for one in check.judge(facts)]


def found(content: dict[str, Any], seen: dict[str, Any]) -> list[tuple[Verdict, str]]:
    manifest = Manifest(content=content, place=Place(Source.KUSTOMIZE, "a.yaml", 1))
    result = manifests.read([manifest], namespace="shop")
    if result.workloads:
        return of_workload(result.workloads[0], seen)
    (declared,) = result.objects
    key = declared.key
    observed = ObservedObject(
        declared.version, compared_content(seen, group=key.group, kind=key.kind)
    )
    facts = Facts(
        known={
            DeclaredObjects: DeclaredObjects({key: declared}),
            ObservedObjects: ObservedObjects(
                kinds={key.group_kind: {(key.namespace, key.name): observed}}
            ),
        }
    )
    checks = (object_additions, object_spec)
    return [(one.verdict, one.detail) for check in checks for one in check.judge(facts)]


@pytest.mark.parametrize("case", CASES, ids=[one["controller"] for one in CASES])
def test_what_a_controller_does_to_an_object_is_no_finding(case: dict[str, Any]) -> None:
    outcome = found(case["declared"], merged(case["declared"], case["seen"]))

    assert outcome
    assert set(outcome) == {(Verdict.PASS, "")}


def test_there_are_fifteen_of_them_and_more() -> None:
    assert len({case["controller"].partition(" (")[0] for case in CASES}) >= 15
