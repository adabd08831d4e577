"""The exporter may do exactly what it does: nothing is missing, and nothing is left over."""

import asyncio
import contextlib
import re
import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from exporter.app import Conformance
from exporter.foreign.clock import SYSTEM
from exporter.observed.kinds import KINDS
from exporter.observed.kubernetes.live import Live
from exporter.settings.load import parse
from tests.apiserver.options import StreamingLists
from tests.apiserver.rbac import Rule
from tests.e2e.test_reference_cluster import DISCREPANCIES
from tests.helm.granted import allowed, granted, installed
from tests.helm.rendered import CASES, CHART, MINIMAL, OLD, Rendered, case, render

REFERENCE = CHART / "ci" / "reference-cluster-values.yaml"
NAMESPACED = "rbac: {scope: namespace, namespaces: [api, argocd]}\n"
RESOURCES = {kind.kind: kind.resource for kind in KINDS}
EVERY = {kind.resource for kind in KINDS}
DECLARED = {
    "terraform": "terraform: [{path: a}]",
    "ansible": "ansible: {inventory: a}",
    "argocd": "argocd: [a]",
    "kustomize": "kustomize: [a]",
    "nodes by hand": "inventory: {nodes: [{name: a}]}",
    "workloads by hand": "inventory: {workloads: [{namespace: a, name: b}]}",
    "applications by hand": "inventory: {applications: [{name: a}]}",
}
PAIRS = [("terraform", "argocd"), ("ansible", "kustomize"), ("terraform", "applications by hand")]
OF_OBJECTS = {"object_present", "object_spec"}
ASKED = ("prometheus", "alertmanager", "grafana")

FOLLOWS = "secret_references"
"""What cannot be told of Secrets follows from the pods that the owners know do not run yet."""

evaluates = pytest.mark.usefixtures("kustomize")


def kinds(rules: list[Rule]) -> set[str]:
    """Return the kinds that rules speak of as a whole, by the names that messages use."""
    whole = allowed([rule for rule in rules if not rule.names])
    return {f"{resource}.{group}".rstrip(".") for _, group, resource, _ in whole}


def declaring(*names: str, asked: str = "") -> str:
    """Return settings that declare some things, and ask some part of the monitoring stack."""
    declared = ", ".join(DECLARED[name] for name in names)
    observed = f"{asked}: {{url: http://a}}" if asked else ""
    return f"settings: {{declared: {{{declared}}}, observed: {{{observed}}}}}\n"


SORTS = {
    **{" and ".join(some) or "nothing": declaring(*some) for some in ((), *PAIRS)},
    **{name: declaring(name) for name in DECLARED},
    **{asked: declaring(asked=asked) for asked in ASKED},
    **{f"terraform, {asked}": declaring("terraform", asked=asked) for asked in ASKED},
    **{f"argocd, {asked}": declaring("argocd", asked=asked) for asked in ASKED},
}


async def followed(rendered: Rendered) -> set[str]:
    """Return the kinds that the exporter follows with the rendered settings."""
    loaded = parse(rendered.settings, name="conformance.yaml", folder=Path("/etc"))
    live = Conformance(loaded).observed
    assert isinstance(live, Live)
    state = await live.read(at=SYSTEM.now())
    await live.stop()
    return {RESOURCES[watch.kind] for watch in state.watches}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_no_secrets_no_writes_no_wildcards(path: Path) -> None:
    rendered = case(path)

    assert granted(rendered)
    for role in rendered.all("ClusterRole") + rendered.all("Role"):
        for rule in role["rules"]:
            of_one = rule.get("resourceNames") == ["argocd-cm"]
            assert rule.keys() - {"resourceNames"} == {"apiGroups", "resources", "verbs"}
            assert set(rule["verbs"]) == ({"list"} if of_one else {"list", "watch"})
            assert of_one == ("resourceNames" in rule)
            assert "*" not in (*rule["apiGroups"], *rule["resources"])
            assert "secrets" not in rule["resources"]


@pytest.mark.parametrize("values", [*SORTS.values()], ids=[*SORTS])
async def test_the_kinds_are_those_that_the_settings_make_the_exporter_follow(values: str) -> None:
    rendered = render(MINIMAL, values)

    assert kinds(granted(rendered)) == await followed(rendered)


@pytest.mark.parametrize(
    ("values", "granted_names"),
    [
        pytest.param("settings: {declared: {argocd: [a]}}\n", {"argocd-cm"}, id="Argo CD"),
        pytest.param("settings: {declared: {kustomize: [a]}}\n", set(), id="no Argo CD"),
        pytest.param("existingSettings: {configMap: a}\n", {"argocd-cm"}, id="not known"),
        pytest.param(
            "settings: {declared: {argocd: [a]}}\n"
            "rbac: {scope: namespace, namespaces: [argocd, api]}\n",
            {"argocd-cm"},
            id="in namespaces",
        ),
    ],
)
def test_of_config_maps_that_nobody_declares_only_argo_cds_rules_can_be_read(
    values: str, granted_names: set[str]
) -> None:
    rules = [one for one in granted(render(MINIMAL, values)) if "configmaps" in one.resources]

    assert {name for rule in rules for name in rule.names} == granted_names
    assert all(rule.names for rule in rules)


def test_settings_that_the_chart_cannot_see_may_need_every_kind() -> None:
    assert kinds(granted(case(CHART / "ci" / "existing-settings-values.yaml"))) == EVERY


def test_the_kinds_can_be_told() -> None:
    rendered = render(MINIMAL, "existingSettings: {configMap: a}\nrbac: {kinds: [nodes, pods]}\n")

    assert kinds(granted(rendered)) == {"nodes", "pods"}


def test_the_kinds_of_declared_objects_come_on_top() -> None:
    values = "settings: {declared: {kustomize: [a]}}\nrbac: {declaredKinds: [%s]}\n"
    named = "services, widgets.example.org"

    with_them = kinds(granted(render(MINIMAL, values % named)))

    without_them = kinds(granted(render(MINIMAL, values % "")))
    assert with_them - without_them == {"services", "widgets.example.org"}


@evaluates
async def test_with_the_declared_kinds_granted_every_object_is_compared(tmp_path: Path) -> None:
    values = (REFERENCE.read_text(), "rbac: {declaredKinds: [services]}\n")

    async with installed(render(*values, kube=OLD), tmp_path) as chart:
        judged = await chart.check()

    found = {(one.check, one.verdict) for one in judged.findings if one.check in OF_OBJECTS}
    assert found == {("object_present", "pass"), ("object_spec", "pass")}


@evaluates
async def test_without_the_declared_kinds_granted_what_is_not_compared_says_so(
    tmp_path: Path,
) -> None:
    async with installed(case(REFERENCE), tmp_path) as chart:
        judged = await chart.check()

    details = {one.detail for one in judged.findings if one.check == "declaration_compared"}
    assert "services is forbidden: grant list and watch on services" in details
    assert OF_OBJECTS.isdisjoint(one.check for one in judged.findings)
    assert judged.down == set()


@pytest.mark.parametrize(
    "observed", ["snapshot: /snapshot, kubernetes: null", "kubernetes: {kubeconfig: /kube/config}"]
)
def test_who_looks_elsewhere_may_do_nothing_here(observed: str) -> None:
    rendered = render(
        MINIMAL, f"settings: {{declared: {{argocd: [a]}}, observed: {{{observed}}}}}\n"
    )

    assert granted(rendered) == []
    assert "token" not in {volume["name"] for volume in rendered.pod["volumes"]}


def test_roles_can_be_left_to_others() -> None:
    rendered = render(MINIMAL, "settings: {declared: {argocd: [a]}}\nrbac: {create: false}\n")

    assert granted(rendered) == []


@evaluates
async def test_with_what_is_granted_the_reference_cluster_is_evaluated_fully(
    tmp_path: Path,
) -> None:
    async with installed(case(REFERENCE), tmp_path) as chart:
        judged = await chart.check()

    assert judged.down == set()
    unknown = {check for check, _ in judged.having("unknown")}
    assert unknown == {"declaration_compared", FOLLOWS}
    assert judged.having("fail") == DISCREPANCIES


@evaluates
async def test_every_verb_that_is_granted_is_used_and_every_one_that_is_used_is_granted(
    tmp_path: Path,
) -> None:
    used, answers = set(), set()
    for streaming in (StreamingLists.SERVED, StreamingLists.OFF):
        async with installed(case(REFERENCE), tmp_path / streaming, streaming=streaming) as chart:
            await chart.check()
            used |= chart.used
            answers |= {one.status for one in chart.api.log}

    everywhere = allowed(granted(case(REFERENCE)))
    assert {(*one, "") for *one, _ in used} == everywhere
    assert 403 not in answers


@evaluates
@pytest.mark.parametrize(
    ("verb", "name"),
    [("watch", "nodes"), ("list", "deployments.apps"), ("list", "applications.argoproj.io")],
)
async def test_one_verb_less_makes_something_unknown_that_names_it(
    tmp_path: Path, verb: str, name: str
) -> None:
    rules = [one for rule in granted(case(REFERENCE)) for one in without(rule, name, verb)]

    async with installed(case(REFERENCE), tmp_path, rules=rules) as chart:
        judged = await chart.check()

    details = {one.detail for one in judged.findings if one.verdict == "unknown"}
    assert any(f"grant {verb} on {name}" in one for one in details), details


def without(rule: Rule, name: str, verb: str) -> Iterator[Rule]:
    """Yield a rule as one for each kind, less a verb on one of them."""
    (group,) = rule.groups
    for resource in rule.resources:
        found = f"{resource}.{group}".rstrip(".") == name
        verbs = rule.verbs - {verb} if found else rule.verbs
        yield replace(rule, verbs=verbs, resources=frozenset({resource}))


@evaluates
async def test_roles_in_namespaces_and_a_role_for_nodes_suffice_for_all_but_foreign_pods(
    tmp_path: Path,
) -> None:
    rendered = render(REFERENCE.read_text(), NAMESPACED, kube=OLD)

    async with installed(rendered, tmp_path) as chart:
        judged = await chart.check()

    unknown = {check for check, _ in judged.having("unknown")}
    assert unknown == {"component_ready", "declaration_compared", "node_dedication", FOLLOWS}
    assert judged.having("fail") == DISCREPANCIES
    wide = {(group, kind) for _, group, kind, within in allowed(granted(rendered)) if not within}
    assert wide == {("", "nodes")}
    assert {within for *_, within in chart.used} == {"", "api", "argocd"}


@evaluates
async def test_without_a_role_for_nodes_what_looks_at_nodes_is_unknown_and_says_so(
    tmp_path: Path,
) -> None:
    values = (REFERENCE.read_text(), NAMESPACED, "rbac: {clusterReader: false}\n")
    rendered = render(*values, kube=OLD)

    async with installed(rendered, tmp_path) as chart:
        judged = await chart.check()

    assert rendered.kinds.isdisjoint({"ClusterRole", "ClusterRoleBinding"})
    (taints,) = (f for f in judged.findings if (f.check, f.name) == ("node_taints", "k8s-api-auth"))
    assert taints.verdict == "unknown"
    assert "grant list and watch on nodes" in taints.detail
    assert judged.having("pass") >= {
        ("application_synced", "ecoeco-api-auth"),
        ("workload_spec", "auth-api"),
    }


@evaluates
async def test_the_pod_becomes_ready_and_shows_what_it_found(tmp_path: Path) -> None:
    """With the flags of the chart, but on loopback and on ports that are free."""
    arguments = [arg.replace("=:", "=127.0.0.1:") for arg in case(REFERENCE).exporter["args"]]
    http, probe = free_ports(2)
    arguments = [
        one.replace(":10799", f":{http}").replace(":10798", f":{probe}") for one in arguments
    ]

    async with installed(case(REFERENCE), tmp_path) as chart, aiohttp.ClientSession() as session:
        process = await chart.start(*arguments)
        try:
            await until_ready(session, f"http://127.0.0.1:{probe}/-/ready")
            async with session.get(f"http://127.0.0.1:{http}/metrics") as answer:
                metrics = await answer.text()
        finally:
            process.terminate()
            code = await process.wait()

    subjects = re.findall(r'check_subjects\{check="(\w+)".*verdict="(\w+)".*\} (\S+)', metrics)
    counts = Counter[str]()
    for check, verdict, count in subjects:
        if check not in {"declaration_compared", FOLLOWS}:
            counts[verdict] += int(float(count))
    assert (counts["fail"], counts["unknown"]) == (len(DISCREPANCIES), 0)
    assert counts["pass"] > 100
    assert code == 0


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


async def until_ready(session: aiohttp.ClientSession, url: str) -> None:
    """Wait until a probe is answered with 200."""
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(url) as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.1)
