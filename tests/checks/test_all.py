import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest

import exporter.checks
from exporter.checks import ALL
from exporter.domain.applications import (
    DeclaredApplications,
    ObservedApplication,
    ObservedApplications,
    Repository,
)
from exporter.domain.check import Check
from exporter.domain.components import Component, DeclaredComponents
from exporter.domain.conflicts import Conflicts
from exporter.domain.declaration import (
    ApplicationKey,
    ApplicationSource,
    Attribute,
    Conflict,
    Contradiction,
    DeclaredApplication,
    DeclaredNode,
    Failure,
    NodeGroup,
    Unreadable,
)
from exporter.domain.errors import Reason
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Subject, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.items import DeclaredItems, Item, ItemState
from exporter.domain.nodes import (
    DeclaredNodes,
    ObservedNode,
    ObservedNodes,
)
from exporter.domain.policy import AsOf, Policy
from exporter.domain.provenance import Located, Place, Source
from exporter.domain.workloads import ObservedPods, ObservedWorkloads
from exporter.runtime.expected import Expected
from tests.checks import of_cloud, of_prometheus
from tests.monitoring.samples import ALERTMANAGER, GRAFANA

ROOT = Path(__file__).parents[2]
IDS = [check.id for check in ALL]
PLACE = Place(Source.TERRAFORM, "main.tf", 1)


def _node(name: str) -> DeclaredNode:
    attributes = {one: Located("1.28", PLACE) for one in Attribute} if name != "plain" else {}
    return DeclaredNode(
        name=name, group="api", places=(PLACE,), attributes=attributes, labels={}, taints=()
    )


def _application(name: str) -> DeclaredApplication:
    source = ApplicationSource(repository="https://git.test/iac", path=f"k8s/{name}", local=True)
    return DeclaredApplication(key=ApplicationKey("argocd", name), place=PLACE, sources=(source,))


def _item(name: str) -> Item:
    subject = Subject("Source", "argocd", f"{name}/0")
    return Item(source=Source.ARGOCD, subject=subject, state=ItemState.NOT_RENDERED, place=PLACE)


def _facts() -> Facts:
    """Return facts in which every check has something to judge, given in no order."""
    applications = {one.key: one for one in map(_application, ("shop", "auth", "gone"))}
    cluster = [ApplicationKey("argocd", name) for name in ("zeal", "auth", "shop")]
    known = (
        Policy(),
        AsOf(datetime(2025, 11, 12, tzinfo=UTC)),
        DeclaredNodes(
            nodes={
                **{name: _node(name) for name in ("b", "a", "plain")},
                "lost": replace(_node("lost"), contradiction=Contradiction("its ID is another's")),
            },
            groups={
                "workers": NodeGroup(name="workers", minimum=0, maximum=3, name_pattern="w*"),
                "api": NodeGroup(name="api", minimum=1, maximum=1, members=frozenset({"a"})),
            },
        ),
        ObservedNodes({name: ObservedNode(name=name, labels={}) for name in ("w1", "b", "a")}),
        Conflicts(
            tuple(
                Conflict(
                    kind=kind,
                    namespace="",
                    name=name,
                    attribute="x",
                    statements=(),
                    message="differ",
                )
                for kind, name in (("Node", "a"), ("Application", "shop"))
            )
        ),
        DeclaredApplications(
            applications,
            application_sets=frozenset({"set"}),
            unevaluated=frozenset({"set"}),
            incomplete=(Gap(Source.ARGOCD, "apps/x: is malformed"),),
        ),
        ObservedApplications(
            {key: ObservedApplication(key=key, application_set="set") for key in cluster}
        ),
        Repository(paths={"k8s/auth": True}),
        Unreadable(
            tuple(
                Failure(Place(Source.ARGOCD, path, 3), Reason.MALFORMED, "is malformed")
                for path in ("b.yaml", "a.yaml", "b.yaml")
            )
        ),
        DeclaredItems(tuple(map(_item, ("web", "shop", "web")))),
        DeclaredComponents(dict.fromkeys(("dns", "cni"), Component())),
        ObservedWorkloads({}),
        ObservedPods({}, {}),
        *of_prometheus.FACTS,
        *ALERTMANAGER,
        *GRAFANA,
        *of_cloud.GOOD.values(),
    )
    return Expected().known(Facts(known={type(one): one for one in known}))


def test_ids_are_unique_and_sorted_by_layer() -> None:
    layers = (None, *Layer)
    order = [(layers.index(check.layer), check.id) for check in ALL]

    assert order == sorted(set(order))


def test_every_module_with_a_check_is_found_under_its_own_name() -> None:
    folder = Path(exporter.checks.__file__).parent
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}

    checks = {
        name: module.CHECK
        for name in modules
        if hasattr(module := import_module(f"exporter.checks.{name}"), "CHECK")
    }

    assert {name: check.id for name, check in checks.items()} == {one: one for one in IDS}


def test_every_check_has_one_page() -> None:
    pages = {path.stem for path in (ROOT / "docs" / "checks").glob("*.md")}

    assert pages - {"README"} == set(IDS)


@pytest.mark.parametrize("check", ALL, ids=IDS)
def test_every_page_says_the_same_things_of_its_check(check: Check) -> None:
    page = (ROOT / "docs" / "checks" / f"{check.id}.md").read_text(encoding="utf-8")

    layer = (
        f"Layer {check.layer},"
        if check.layer
        else "Layer: that of what is missing, one of all five;"
    )
    identity = f"{check.title}. {layer} severity {check.severity}."
    headings = re.findall(r"^## (.*)$", page, re.MULTILINE)

    assert page.startswith(f"# {check.id}\n\n{identity}\n")
    assert headings == [
        "What it compares",
        "When it fails, is unknown, is suppressed",
        "Example finding",
        "What to do",
        "Where the values come from",
    ]


@pytest.mark.parametrize("check", ALL, ids=IDS)
def test_every_page_shows_a_finding_of_its_check(check: Check) -> None:
    page = (ROOT / "docs" / "checks" / f"{check.id}.md").read_text(encoding="utf-8")

    (example,) = re.findall(r"^```json\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    finding = json.loads(example)

    assert finding["check"] == check.id
    assert finding["verdict"] in set(Verdict)
    assert finding.keys() <= set(Finding.__struct_fields__)


@pytest.mark.parametrize("check", ALL, ids=IDS)
def test_every_check_has_its_tests(check: Check) -> None:
    assert (ROOT / "tests" / "checks" / f"test_{check.id}.py").is_file()


@pytest.mark.parametrize("check", ALL, ids=IDS)
def test_subjects_make_do_with_no_facts(check: Check) -> None:
    assert list(check.subjects(Facts())) == []


@pytest.mark.parametrize(
    "check",
    [pytest.param(one, id=one.id) for one in ALL if one.layer is not Layer.APPLICATIONS],
)
def test_there_is_one_finding_for_each_subject_in_sorted_order(check: Check) -> None:
    facts = _facts()

    subjects = [finding.subject for finding in check.judge(facts)]

    assert subjects
    assert subjects == sorted(set(subjects))
    assert subjects == list(check.subjects(facts))
