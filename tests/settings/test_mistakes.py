"""Mistakes that settings are made with: each is refused, with its line and what to write."""

from pathlib import Path

import pytest

from exporter.domain.errors import SettingsError
from exporter.settings.load import load, parse

START = "repository: repository\n"
WAIVER = "reason: r, owner: o, expires: '2027-01-01T00:00:00Z'"
WINDOW = "nodes: [a], from: '2027-01-02T00:00:00Z', until"


def refused(text: str) -> str:
    """Return the only problem of settings, without the file's name."""
    given = {line.partition(":")[0] for line in text.splitlines()}
    rest = "".join(f"{key}: {{}}\n" for key in ("declared", "observed") if key not in given)
    with pytest.raises(SettingsError) as caught:
        parse(START + text + "\n" + rest, name="conformance.yaml", folder=Path())
    (problem,) = caught.value.problems
    return problem.removeprefix("conformance.yaml:")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param(
            "observed: {kubernetes: {}, snapshot: x}",
            "2: observed: kubernetes and snapshot exclude each other: leave out snapshot",
            id="two clusters",
        ),
        pytest.param(
            f"waivers:\n- {{check: node_presnt, subject: a, {WAIVER}}}",
            "3: waivers[0].check: 'node_presnt' is no check; did you mean 'node_present'?",
            id="a check that is none",
        ),
        pytest.param(
            f"waivers: [{{check: 'nods_*', subject: a, {WAIVER}}}]",
            "2: waivers[0].check: no check is matched by 'nods_*'",
            id="a pattern of checks that matches none",
        ),
        pytest.param(
            "owners: [{match: {check: node_redy}, owner: o}]",
            "2: owners[0].match.check: 'node_redy' is no check; did you mean 'node_ready'?",
            id="an owner of what is no check",
        ),
        pytest.param(
            "owners: [{match: {layer: infra}, owner: o}]",
            "2: owners[0].match.layer: 'infra' is no layer; did you mean 'infrastructure'?",
            id="a layer that is none",
        ),
        pytest.param(
            "nodes:\n  groups:\n  - {name: api, min: 5, max: 2}",
            "4: nodes.groups[0]: min (5) is more than max (2); write the smaller number as min",
            id="bounds the wrong way round",
        ),
        pytest.param(
            f"maintenance: [{{{WINDOW}: '2027-01-01T00:00:00Z'}}]",
            "2: maintenance[0]: until is not after from: the window never opens",
            id="an end before the beginning",
        ),
        pytest.param(
            f"maintenance: [{{{WINDOW}: '2027-01-02T00:00:00Z'}}]",
            "2: maintenance[0]: until is not after from: the window never opens",
            id="a window of no length",
        ),
        pytest.param(
            f"maintenance: [{{{WINDOW.replace('[a]', '[]')}: '2027-01-03T00:00:00Z'}}]",
            "2: maintenance[0].nodes: must not be empty",
            id="a window for nobody",
        ),
        pytest.param(
            "declared: {inventory: {nodes: [{name: a, taints: [gpu]}]}}",
            "2: declared.inventory.nodes[0].taints[0]: 'gpu' is no taint; write key=value:Effect",
            id="a taint without effect",
        ),
        pytest.param(
            "nodes: {groups: [{name: a, taints: ['gpu=1:Never']}]}",
            "2: nodes.groups[0].taints[0]: 'gpu=1:Never' is no taint; write key=value:Effect",
            id="an effect that is none",
        ),
        pytest.param(
            "declared: {terraform: [{path: ../../etc}]}",
            "2: declared.terraform[0].path: '../../etc' leads out of the repository: write a path",
            id="a path out of the repository",
        ),
        pytest.param(
            "declared: {argocd: [apps/../../x]}",
            "2: declared.argocd[0]: 'apps/../../x' leads out of the repository",
            id="a path out of the repository by a detour",
        ),
        pytest.param(
            "declared: {kustomize: ['../*/overlay']}",
            "2: declared.kustomize[0]: '../*/overlay' leads out of the repository",
            id="a pattern out of the repository",
        ),
        pytest.param(
            "declared: {terraform: [{path: t, node_name: var.name}]}",
            "2: declared.terraform[0].node_name: 'var.name' is no name of an argument",
            id="an expression instead of an argument",
        ),
        pytest.param(
            "declared: {terraform: [{path: t, node_name: '${name}'}]}",
            "2: declared.terraform[0].node_name: '${name}' is no name of an argument",
            id="a template instead of an argument",
        ),
        pytest.param(
            "declared: {terraform: [{path: t, tags: {Domain: var.domain!}}]}",
            "2: declared.terraform[0].tags.Domain: 'var.domain!' is no key of a label",
            id="no label",
        ),
        pytest.param(
            "nodes: {consistent_labels: ['a=b']}",
            "2: nodes.consistent_labels[0]: 'a=b' is no key of a label",
            id="a selector instead of a label",
        ),
        pytest.param(
            "nodes: {groups: [{name: a, labels: {'a b': c}}]}",
            "2: nodes.groups[0].labels.a b: 'a b' is no key of a label",
            id="a key that is no label",
        ),
        pytest.param(
            "observed: {kubernetes: {namespaces: ['shop-*']}}",
            "2: observed.kubernetes.namespaces[0]: 'shop-*' is no namespace's name; name each",
            id="a pattern of namespaces",
        ),
        pytest.param(
            "observed: {prometheus: {url: 'prometheus:9090'}}",
            "2: observed.prometheus.url: expected an address as http://prometheus.monitoring:9090",
            id="an address without scheme",
        ),
        pytest.param(
            "observed: {prometheus: {url: 'http://p', tls: {cert_file: c}}}",
            "2: observed.prometheus.tls: cert_file and key_file need each other: set both",
            id="half a pair",
        ),
        pytest.param(
            "observed: {prometheus: {url: 'http://p', storage: much}}",
            "2: observed.prometheus.storage: ",
            id="no quantity",
        ),
        pytest.param(
            "observed: {prometheus: {url: 'http://p', replicas: -1}}",
            "2: observed.prometheus.replicas: must be at least 0",
            id="fewer than none",
        ),
        pytest.param(
            "observed: {cloud: {aws: {region: eu-central-1, admin_ports: [70000]}}}",
            "2: observed.cloud.aws.admin_ports[0]: must be at most 65535",
            id="no port",
        ),
        pytest.param("interval: 0s", "2: interval: must be at least 100ms", id="without a pause"),
        pytest.param(
            "declared: {charts: {argocd: newest}}",
            "2: declared.charts.argocd: 'newest' has not the form ",
            id="no version",
        ),
        pytest.param(
            "declared: {terraform: terraform}",
            "2: declared.terraform: expected a list, found the text 'terraform'; write [terraform]",
            id="one instead of a list",
        ),
        pytest.param(
            "declaredOrder: [terraform]",
            "2: declaredOrder: unknown key; it is a value of the chart: here, sources count in",
            id="a value of the chart",
        ),
        pytest.param(
            "waivers: [{subject: *-api}]",
            "2: found undefined alias '-api'; put a text that begins with *, &, %, @, ` or { into",
            id="a star without quotes",
        ),
        pytest.param(
            "nodes: {unmanaged_labels: [*.k8s.io/*]}",
            "2: while scanning an alias did not find expected alphabetic or numeric character; put",
            id="a star and a dot without quotes",
        ),
    ],
)
def test_a_mistake_is_refused_with_its_line_and_the_remedy(text: str, problem: str) -> None:
    assert refused(text).startswith(problem)


def test_a_file_that_is_not_there_says_how_to_name_another(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"does not exist; name the settings with --config"):
        load(tmp_path / "conformance.yaml")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("observed: {kubernetes: null, snapshot: x}", id="nothing beside a snapshot"),
        pytest.param(f"waivers: [{{check: 'node_*', subject: a, {WAIVER}}}]", id="a pattern"),
        pytest.param("nodes: {groups: [{name: a, min: 2, max: 2}]}", id="exactly so many"),
        pytest.param("declared: {terraform: [{path: a/../b}]}", id="a detour"),
        pytest.param("declared: {terraform: [{path: ''}]}", id="the repository itself"),
        pytest.param(
            "declared: {inventory: {nodes: [{name: a, taints: [a:NoExecute]}]}}", id="taint"
        ),
        pytest.param("owner_labels: [example.org/team]", id="a label with a prefix"),
    ],
)
def test_what_is_no_mistake_is_accepted(text: str) -> None:
    given = text.partition(":")[0]
    rest = "".join(f"{key}: {{}}\n" for key in ("declared", "observed") if key != given)

    loaded = parse(f"{START}{text}\n{rest}", name="conformance.yaml", folder=Path())

    assert loaded.repository.path == "repository"
