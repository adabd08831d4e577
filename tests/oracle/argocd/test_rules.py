"""Argo CD's rules are read as Argo CD itself applies them, by the answers of its own code."""

import copy
import json
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import pytest

from exporter.declared.argocd.applications import Origin, parse
from exporter.declared.argocd.destinations import Cluster
from exporter.declared.argocd.ignored import pointers
from exporter.declared.checkout import Checkout
from exporter.declared.located import from_plain
from exporter.declared.repositories import Home
from exporter.domain.addresses import normalise
from exporter.domain.declaration import IgnoredDifference
from exporter.domain.errors import ReadError
from exporter.domain.provenance import Place, Source
from exporter.observed.kinds import KINDS  # noqa: F401 - or what it imports imports it in turn
from exporter.observed.workloads import WorkloadMetadata, tracked_by
from tests.declared.argocd.conftest import Lay
from tests.oracle.argocd.answers import URL, answered
from tests.oracle.argocd.test_renderings import rules

Case = Mapping[str, Any]
PLACE = Place(Source.ARGOCD, "argocd-cm.yaml", 1)


@pytest.mark.parametrize(("case", "answer"), [*answered("ignore")])
def test_what_is_ignored_is_what_argo_cd_takes_out(lay: Lay, case: Case, answer: Any) -> None:
    ignored = (*of_application(case["ignore"], lay({})), *of_rules(case.get("overrides") or {}))

    found = pointers(ignored, case["object"], namespace="store")

    if "error" not in answer:
        assert without(case["object"], found) == answer
    else:
        assert found == ()


def of_application(entries: Any, checkout: Checkout) -> tuple[IgnoredDifference, ...]:
    source = {"repoURL": URL, "path": "web"}
    spec = {"source": source, "destination": {}, "ignoreDifferences": entries}
    tree = from_plain({"metadata": {"name": "shop"}, "spec": spec}, PLACE)
    return parse(tree, home=Home(checkout), origin=Origin()).application.ignored


def of_rules(overrides: Mapping[str, Mapping[str, Any]]) -> tuple[IgnoredDifference, ...]:
    key = "resource.customizations.ignoreDifferences."
    return rules(
        {
            key + ("all" if name == "*/*" else name.replace("/", "_")): json.dumps(
                {
                    "jsonPointers" if one == "jSONPointers" else one: value
                    for one, value in of.items()
                }
            )
            for name, of in overrides.items()
        }
    ).ignored


def without(content: Any, found: Iterable[str]) -> Any:
    """Return *content* without what JSON pointers lead to, of a list the last items first."""
    kept = copy.deepcopy(content)
    for pointer in sorted(found, key=lambda one: [part.rjust(20) for part in one.split("/")])[::-1]:
        *above, last = [
            part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/")
        ]
        here = kept
        for part in above:
            here = here[int(part)] if isinstance(here, list) else here.get(part, {})
        if isinstance(here, list):
            del here[int(last)]
        else:
            here.pop(last, None)
    return kept


@pytest.mark.parametrize(("case", "answer"), [*answered("filter")])
def test_what_is_passed_over_is_what_argo_cd_excludes(case: Case, answer: object) -> None:
    found = rules(
        {
            f"resource.{name}": json.dumps(case[name])
            for name in ("exclusions", "inclusions")
            if name in case
        }
    )
    version = f"{case['group']}/v1".removeprefix("/")

    assert found.passes_over({"apiVersion": version, "kind": case["kind"]}) == answer


@pytest.mark.parametrize(("case", "answer"), [*answered("tracking")])
def test_an_object_is_the_application_s_that_argo_cd_tracks_it_for(case: Case, answer: str) -> None:
    if case["method"] == "label":
        pytest.skip("only the label that everybody has is looked at, and only without annotation")
    metadata = msgspec.convert(case["object"]["metadata"], WorkloadMetadata)

    found = tracked_by(metadata)

    assert found == answer.rpartition("_")[2]


@pytest.mark.parametrize(("case", "answer"), [*answered("same")])
def test_addresses_that_are_one_to_argo_cd_are_one(case: list[str], answer: object) -> None:
    one, other = map(normalise, case)

    looser = one == other.rstrip("/")  # a checkout is often cloned by another spelling
    assert (one == other) == answer or looser


@pytest.mark.parametrize(("case", "answer"), [*answered("destinations")])
def test_an_application_goes_where_argo_cd_sends_it(lay: Lay, case: Case, answer: Any) -> None:
    cluster = Cluster.called(case["destinations"])
    source = {"repoURL": URL, "path": "web"}
    spec = {"source": source, "destination": case["destination"]}
    tree = from_plain({"metadata": {"name": "shop"}, "spec": spec}, PLACE)

    try:
        application = parse(tree, home=Home(lay({})), origin=Origin()).application
        found = cluster.receives(application)
    except ReadError:
        found = False

    here = {one.rstrip("/") for one in case["destinations"]} | cluster.addresses
    assert found == (isinstance(answer, str) and answer.rstrip("/") in here)
