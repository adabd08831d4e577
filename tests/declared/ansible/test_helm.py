from typing import Any

import pytest

from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.helm import Release, parse_helm, parse_module
from exporter.declared.ansible.shell import parse_script
from exporter.declared.stack import mentions_stack

RETENTION = "prometheus.prometheusSpec.retention"


def release(script: str) -> Release | None:
    return parse_helm(parse_script(script)[0])


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(f"helm install kps repo/kube-prometheus-stack --set {RETENTION}=7d", id="set"),
        pytest.param(
            f"helm upgrade --install kps repo/kube-prometheus-stack --set={RETENTION}=7d -n m",
            id="equals",
        ),
        pytest.param(
            f"sudo /usr/local/bin/helm upgrade -i kps oci://r.example.org/kube-prometheus-stack "
            f"--version 56.2.0 --set-string a=b,{RETENTION}=7d --values v.yaml",
            id="flags",
        ),
        pytest.param(
            f"helm upgrade kps ./kube-prometheus-stack-56.2.0.tgz --set {RETENTION}=1d "
            f"--set {RETENTION}=7d",
            id="the last counts",
        ),
    ],
)
def test_a_command_tells_what_it_sets(script: str) -> None:
    found = release(script)

    assert found is not None
    assert found.chart == "kube-prometheus-stack"
    assert found.values[RETENTION] == "7d"


@pytest.mark.parametrize(
    ("options", "unread"),
    [
        pytest.param("", (), id="all is read"),
        pytest.param("-f /root/v.yaml", ("v.yaml",), id="file"),
        pytest.param("-f/root/v.yaml", ("v.yaml",), id="file attached to its flag"),
        pytest.param("--values=v.yaml --values w.yaml", ("v.yaml", "w.yaml"), id="files"),
        pytest.param("-f https://me:word@x.test/v.yaml?token=a", ("v.yaml",), id="address"),
        pytest.param('--set-json \'a={"password":"x"}\'', ("--set-json",), id="JSON"),
        pytest.param("--namespace m --version 56", (), id="no values"),
    ],
)
def test_values_that_nobody_reads_are_told_by_their_file_or_flag(
    options: str, unread: tuple[str, ...]
) -> None:
    found = release(f"helm install kps r/kube-prometheus-stack {options} --set {RETENTION}=7d")

    assert found is not None
    assert found.unread == unread
    assert found.values == {RETENTION: "7d"}


def test_the_module_tells_of_its_files_of_values() -> None:
    arguments = {"chart_ref": "r/kube-prometheus-stack", "values_files": ["/etc/v.yaml"]}

    found = parse_module(arguments)

    assert found is not None
    assert found.unread == ("v.yaml",)


def test_an_escaped_comma_belongs_to_the_value() -> None:
    found = release(r"helm install x r/prometheus --set 'a=b\,c,d=e'")

    assert found is not None
    assert found.values == {"a": "b,c", "d": "e"}


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("helm repo add prometheus https://charts.example.org", id="repo"),
        pytest.param("helm uninstall kube-prometheus-stack", id="uninstall"),
        pytest.param("helm install x r/redis --set a=b", id="chart"),
        pytest.param("echo helm install x r/prometheus --set a=b", id="echo"),
        pytest.param("helm", id="nothing"),
        pytest.param("helm install", id="no chart"),
    ],
)
def test_other_commands_make_no_release(script: str) -> None:
    assert release(script) is None


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("helm install x r/prometheus --set a=$VALUE", id="dynamic"),
        pytest.param("true || helm install x r/prometheus --set a=b", id="condition"),
    ],
)
def test_what_only_a_run_tells_is_left_open(script: str) -> None:
    with pytest.raises(UnresolvedError):
        parse_helm(parse_script(script)[-1])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(
            {"chart_ref": "r/prometheus", "values": {"server": {"retention": "7d"}}},
            {"server.retention": "7d"},
            id="values",
        ),
        pytest.param(
            {
                "chart_ref": "r/prometheus",
                "release_values": {"server": {"retention": "1d", "replicaCount": 2}},
                "set_values": [{"value": "server.retention=7d"}],
            },
            {"server.retention": "7d", "server.replicaCount": "2"},
            id="set_values count more",
        ),
        pytest.param({"chart_ref": "r/prometheus"}, {}, id="no values"),
        pytest.param({"chart_ref": "r/prometheus", "set_values": 3}, {}, id="no list"),
        pytest.param({"chart_ref": "r/prometheus", "values": [1]}, {}, id="no mapping"),
    ],
)
def test_the_module_tells_what_it_sets(arguments: Any, expected: dict[str, str]) -> None:
    found = parse_module(arguments)

    assert found is not None
    assert found.values == expected


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param("chart_ref=r/prometheus", id="text"),
        pytest.param({"chart_ref": "r/redis"}, id="chart"),
        pytest.param({"chart_ref": "r/prometheus", "state": "absent"}, id="absent"),
        pytest.param({}, id="empty"),
    ],
)
def test_other_modules_make_no_release(arguments: Any) -> None:
    assert parse_module(arguments) is None


def test_a_task_is_looked_at_only_if_it_names_helm_and_a_known_chart() -> None:
    assert mentions_stack("helm install x r/kube-prometheus-stack")
    assert not mentions_stack("helm install x r/redis")
    assert not mentions_stack("kubectl get prometheus")
