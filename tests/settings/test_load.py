"""The settings are strict, and say everything that is wrong with them at once."""

import json
from pathlib import Path

import msgspec
import pytest

from exporter.domain.errors import SettingsError
from exporter.domain.items import ItemState
from exporter.domain.provenance import Source
from exporter.settings.declared import RepositorySettings
from exporter.settings.load import Loaded, load, parse, schema
from exporter.settings.observed import ClusterSettings

SMALLEST = """
repository: repository
declared: {}
observed: {snapshot: snapshot}
"""
EXPIRES = "2030-01-01T00:00:00+09:00"


def read(text: str) -> Loaded:
    return parse(text, name="conformance.yaml", folder=Path("/etc/conformance"))


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        read(text)
    return caught.value.problems


def test_the_smallest_settings_are_enough() -> None:
    loaded = read(SMALLEST)

    assert loaded.repository == RepositorySettings(path="repository")
    assert loaded.path("snapshot") == Path("/etc/conformance/snapshot")
    assert loaded.settings.metrics.findings_limit == 1000


def test_the_repository_may_have_an_address() -> None:
    loaded = read(SMALLEST.replace("repository: repository", "repository: {path: r, url: u}"))

    assert loaded.repository == RepositorySettings(path="r", url="u")


@pytest.mark.parametrize(
    ("declared", "order"),
    [
        pytest.param(
            "{ansible: {inventory: i}, terraform: [{path: t}]}",
            [Source.ANSIBLE, Source.TERRAFORM, Source.INVENTORY],
            id="as written",
        ),
        pytest.param(
            "{inventory: {}, terraform: [{path: t}], max_age: 2h}",
            [Source.TERRAFORM, Source.INVENTORY],
            id="the inventory last, wherever it stands",
        ),
    ],
)
def test_the_order_of_declared_is_kept(declared: str, order: list[Source]) -> None:
    loaded = read(SMALLEST.replace("{}", declared))

    assert list(loaded.order) == order


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("[]", "conformance.yaml: expected a mapping", id="no mapping"),
        pytest.param("a: [", "conformance.yaml:1: while parsing", id="no YAML"),
        pytest.param(SMALLEST + "declared: {}\n", "the key 'declared' stands twice", id="twice"),
        pytest.param(
            SMALLEST + "nodes: {group: []}",
            "conformance.yaml:5: nodes.group: unknown key; did you mean 'groups'?",
            id="near key",
        ),
        pytest.param(
            SMALLEST + "zzz: 1",
            "zzz: unknown key; known are checks, cluster, components,",
            id="far key",
        ),
        pytest.param(
            SMALLEST.replace("{}", "{terraform: [{}]}"),
            "conformance.yaml:3: declared.terraform[0].path: is required",
            id="missing",
        ),
        pytest.param(
            SMALLEST.replace("{}", "{ansible: [a]}"),
            "declared.ansible: expected a mapping, found a list",
            id="wrong shape",
        ),
        pytest.param(
            SMALLEST.replace("{}", "{terraform: [{path: !secret x}]}"),
            "declared.terraform[0].path: expected a text, found the tag !secret",
            id="tag",
        ),
        pytest.param(
            SMALLEST + "interval: 5 minutes", "interval: '5 minutes' is no duration", id="duration"
        ),
        pytest.param(
            SMALLEST + "metrics: {detail: most}",
            "metrics.detail: must be one of findings, full, summary",
            id="choice",
        ),
        pytest.param(
            SMALLEST + "metrics: {findings_limit: -1}",
            "metrics.findings_limit: must be at least 0",
            id="too small",
        ),
        pytest.param(
            SMALLEST + "metrics: {findings_limit: true}",
            "metrics.findings_limit: expected a whole number, found the truth value 'True'",
            id="a bool is no number",
        ),
        pytest.param(
            SMALLEST
            + "waivers: [{check: c, subject: s, reason: '', owner: o, expires: 2030-01-01}]",
            "waivers[0].reason: must not be empty",
            id="empty",
        ),
    ],
)
def test_a_problem_says_what_and_where(text: str, expected: str) -> None:
    found = problems(text)

    assert any(expected in one for one in found), found


@pytest.mark.parametrize(
    ("window", "problem"),
    [
        pytest.param("", "say when: from and until, or schedule and duration", id="never"),
        pytest.param("schedule: 0 22 * * SAT", "say when", id="for no time"),
        pytest.param(
            "schedule: 0 22 * * SAT, duration: 4h, from: 2025-12-01T00:00:00Z",
            "say when",
            id="both",
        ),
        pytest.param(
            "from: 2025-12-01T00:00:00Z, until: 2025-12-02T00:00:00Z, time_zone: Asia/Seoul",
            "time_zone goes with schedule",
            id="two time zones",
        ),
        pytest.param("schedule: 0 22 * *, duration: 4h", "no schedule of five fields", id="cron"),
        pytest.param(
            "schedule: 0 22 * * SAT, duration: 4h, time_zone: Seoul", "not known here", id="zone"
        ),
    ],
)
def test_a_maintenance_window_is_once_or_recurs(window: str, problem: str) -> None:
    found = problems(SMALLEST + f"maintenance: [{{nodes: ['*'], {window}}}]")

    assert any(problem in one for one in found), found


def test_a_maintenance_window_may_recur() -> None:
    window = "schedule: 0 22 * * SAT, duration: 4h, time_zone: Asia/Seoul"

    loaded = read(SMALLEST + f"maintenance: [{{nodes: ['*'], {window}}}]")

    assert loaded.settings.maintenance[0].time_zone == "Asia/Seoul"


@pytest.mark.parametrize(
    ("waiver", "problem"),
    [
        pytest.param(
            "check: declaration_compared",
            "waivers[0]: say with check: declaration_compared which state is accepted",
            id="a blind spot without its reason",
        ),
        pytest.param(
            "check: declaration_*, state: not_rendered",
            "waivers[0]: state goes with check: declaration_compared only",
            id="a reason for a pattern",
        ),
        pytest.param(
            "check: declaration_compared, state: compared",
            "waivers[0].state: must be one of no_host, not_rendered, other_cluster",
            id="what is no reason",
        ),
    ],
)
def test_a_blind_spot_is_accepted_by_name_and_reason(waiver: str, problem: str) -> None:
    waivers = f"waivers: [{{{waiver}, subject: s, reason: r, owner: o, expires: {EXPIRES}}}]"

    (found,) = problems(SMALLEST + waivers)

    assert found.startswith(f"conformance.yaml:5: {problem}")


def test_whatever_may_be_the_reason_of_a_blind_spot_may_be_accepted() -> None:
    reasons = [one for one in ItemState if one.is_reason]
    waivers = [
        f"{{check: declaration_compared, state: {one}, subject: s, reason: r, owner: o, "
        f"expires: {EXPIRES}, ticket: OPS-7, approved_by: somebody}}"
        for one in reasons
    ]

    loaded = read(SMALLEST + f"waivers: [{', '.join(waivers)}]")

    assert [one.state for one in loaded.settings.waivers] == reasons
    assert {(one.ticket, one.approved_by) for one in loaded.settings.waivers} == {
        ("OPS-7", "somebody")
    }


def test_a_check_to_be_switched_off_is_named_as_it_is() -> None:
    loaded = read(SMALLEST + "checks: {disabled: [node_ready]}")
    (near,) = problems(SMALLEST + "checks: {disabled: [node_redy]}")
    (far,) = problems(SMALLEST + "checks: {disabled: [node_ready, zzz]}")

    assert loaded.settings.checks.disabled == ("node_ready",)
    assert near.endswith("checks.disabled[0]: 'node_redy' is not known; did you mean 'node_ready'?")
    assert "checks.disabled[1]: must be one of alertmanager_connected, " in far


def test_several_problems_are_found_at_once() -> None:
    found = problems("repositry: r\ndeclared: {kustomize: x}\nobserved: {}\ninterval: 1\n")

    assert [one.split(": ")[1] for one in found] == [
        "repositry",
        "declared.kustomize",
        "interval",
        "repository",
    ]


def test_a_file_that_is_not_there_is_a_settings_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="does not exist"):
        load(tmp_path / "conformance.yaml")


def test_the_schema_describes_what_is_accepted() -> None:
    document = json.loads(schema())

    settings = document["$defs"]["Settings"]
    assert settings["additionalProperties"] is False
    assert set(settings["required"]) == {"repository", "declared", "observed"}
    assert "description" in document["$defs"]["TerraformSettings"]["properties"]["path"]


def test_values_written_by_hand_are_kept() -> None:
    inventory = "{inventory: {workloads: [{namespace: a, name: b, spec: {replicas: 2}}]}}"

    loaded = read(SMALLEST.replace("{}", inventory))

    workload = loaded.settings.declared.inventory.workloads[0]
    assert msgspec.to_builtins(workload.spec) == {"replicas": 2}


@pytest.mark.parametrize(
    ("cluster", "expected"),
    [
        pytest.param("prod", ClusterSettings(name="prod"), id="its name"),
        pytest.param(
            "{name: prod, destinations: [in-cluster, prod]}",
            ClusterSettings(name="prod", destinations=("in-cluster", "prod")),
            id="what Applications call it",
        ),
        pytest.param("{}", ClusterSettings(), id="nothing"),
    ],
)
def test_the_cluster_has_a_name_and_what_applications_call_it(
    cluster: str, expected: ClusterSettings
) -> None:
    assert read(f"{SMALLEST}cluster: {cluster}\n").cluster == expected


def test_destinations_are_a_list() -> None:
    found = problems(f"{SMALLEST}cluster: {{destinations: prod}}\n")

    (problem,) = found
    assert problem.endswith("destinations: expected a list, found the text 'prod'; write [prod]")


@pytest.mark.parametrize(
    ("charts", "problem"),
    [
        pytest.param("{fetch: [{url: 'https://h'}]}", "fetch needs cache", id="no folder"),
        pytest.param("{cache: c, fetch: [{url: 'ftp://h'}]}", "expected an address", id="scheme"),
        pytest.param("{cache: c, fetch: [{url: 'https://u@h'}]}", "holds a user", id="user"),
        pytest.param("{cache: c, fetch: [{url: 'https://h/?a'}]}", "more than a host", id="query"),
        pytest.param(
            "{cache: c, fetch: [{url: 'https://h', token_file: t, basic_auth: "
            "{username: u, password_file: p}}]}",
            "set either token_file or basic_auth",
            id="two ways",
        ),
        pytest.param("{cache: c, max_size: much}", "max_size", id="size"),
    ],
)
def test_registries_of_charts_are_named_by_their_address(charts: str, problem: str) -> None:
    found = problems(SMALLEST.replace("declared: {}", f"declared: {{charts: {charts}}}"))

    assert any(problem in one for one in found)


@pytest.mark.parametrize(
    ("named", "path", "wrong"),
    [
        pytest.param("[apps]", "apps", False, id="by itself"),
        pytest.param("[./argocd/]", "argocd/apps/", False, id="a directory around it"),
        pytest.param("['*/apps']", "argocd/apps", False, id="a pattern"),
        pytest.param("[.]", "apps", False, id="the repository"),
        pytest.param("[application]", "apps", True, id="another"),
        pytest.param("[]", "apps", True, id="nothing"),
    ],
)
def test_a_chart_that_makes_applications_is_one_of_their_places(
    named: str, path: str, *, wrong: bool
) -> None:
    declared = f"{{argocd: {named}, charts: {{max_size: much, roots: [{{path: {path}}}]}}}}"

    found = problems(SMALLEST.replace("declared: {}", f"declared: {declared}"))

    assert any("which argocd does not name" in one for one in found) is wrong
