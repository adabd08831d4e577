"""The settings of the monitoring stack: what is refused, with its line, and what is left out."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from exporter.domain.errors import ParseError, SettingsError
from exporter.settings.load import parse, schema
from exporter.settings.monitoring import (
    DashboardSettings,
    DatasourceSettings,
    GrafanaSettings,
    parse_address,
    parse_period,
)


def observed(text: str) -> str:
    return f"repository: .\ndeclared: {{}}\nobserved:\n{text}"


def grafana(text: str) -> GrafanaSettings:
    whole = observed(f"  grafana:\n    url: http://grafana:3000\n{text}")
    settings = parse(whole, name="conformance.yaml", folder=Path()).settings
    assert settings.observed.grafana is not None
    return settings.observed.grafana


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        parse(observed(text), name="conformance.yaml", folder=Path())
    return caught.value.problems


@pytest.mark.parametrize(
    ("text", "base"),
    [
        pytest.param("http://prometheus:9090", "http://prometheus:9090", id="plain"),
        pytest.param("https://a.test/prefix/", "https://a.test/prefix", id="prefix"),
        pytest.param("http://[::1]:9090//", "http://[::1]:9090", id="IPv6"),
    ],
)
def test_an_address_is_kept_without_the_slash_at_its_end(text: str, base: str) -> None:
    assert parse_address(text) == base


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("prometheus:9090", "expected an address", id="no scheme"),
        pytest.param("file:///etc/passwd", "expected an address", id="file"),
        pytest.param("http://", "expected an address", id="no host"),
        pytest.param("http://a:port", "expected an address", id="no port"),
        pytest.param("http://a:0", "expected an address", id="port 0"),
        pytest.param("http://[::1", "expected an address", id="half an address"),
        pytest.param("http://a?b=c", "expected an address", id="query"),
        pytest.param("http://a#b", "expected an address", id="fragment"),
        pytest.param("http://eva:hunter2@a", "holds a user", id="password"),
    ],
)
def test_anything_else_is_no_address_and_is_not_repeated(text: str, message: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse_address(text)

    assert message in caught.value.message
    assert "hunter2" not in caught.value.message


def test_a_period_is_long_enough_to_wait_for() -> None:
    assert parse_period("100ms") == timedelta(milliseconds=100)
    for short in ("0", "0s", "99ms"):
        with pytest.raises(ParseError):
            parse_period(short)


@pytest.mark.parametrize("key", ["interval", "timeout", "max_age"])
def test_no_period_may_be_nothing(key: str) -> None:
    assert problems(f"  prometheus: {{url: 'http://a', {key}: 0s}}") == (
        f"conformance.yaml:4: observed.prometheus.{key}: must be at least 100ms",
    )


@pytest.mark.parametrize(
    "server", ["alertmanager", "argocd", "cloud: {aws", "grafana", "prometheus"]
)
@pytest.mark.parametrize(
    ("interval", "timeout", "max_age"),
    [
        pytest.param("5m", "10s", "5m", id="asked too seldom"),
        pytest.param("1m", "4m", "5m", id="waited for too long"),
    ],
)
def test_what_is_told_must_last_until_it_is_told_again(
    server: str, interval: str, timeout: str, max_age: str
) -> None:
    first, last = ("region: eu-central-1", "}}") if "aws" in server else ("url: http://a", "}")
    periods = f"interval: {interval}, timeout: {timeout}, max_age: {max_age}"
    separator = ": {"

    (problem,) = problems(f"  {server}{separator}{first}, {periods}{last}")

    assert f"max_age ({max_age}) must be longer than interval and timeout" in problem
    assert f"({interval} and {timeout})" in problem


def test_either_a_token_or_a_user_is_shown() -> None:
    (problem,) = problems(
        "  alertmanager:\n"
        "    url: http://a\n"
        "    token_file: token\n"
        "    basic_auth: {username: eva, password_file: password}\n"
    )

    assert problem == (
        "conformance.yaml:5: observed.alertmanager: set either token_file or basic_auth"
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param(
            "datasources: [{type: loki}]",
            "conformance.yaml:6: observed.grafana.datasources[0]: say which one by name or uid",
            id="datasource",
        ),
        pytest.param(
            "dashboards: [{uid: a}, {folder: b}]",
            "conformance.yaml:6: observed.grafana.dashboards[1]: say which one by uid or title",
            id="dashboard",
        ),
        pytest.param(
            "datasources: [{name: ''}]",
            "conformance.yaml:6: observed.grafana.datasources[0].name: must not be empty",
            id="empty name",
        ),
        pytest.param(
            "dashboards: [{titel: a, uid: b}]",
            "conformance.yaml:6: observed.grafana.dashboards[0].titel: unknown key; "
            "did you mean 'title'?",
            id="near key",
        ),
    ],
)
def test_what_names_nothing_is_refused(text: str, problem: str) -> None:
    assert problems(f"  grafana:\n    url: http://grafana:3000\n    {text}\n") == (problem,)


def test_what_is_declared_of_grafana_is_kept() -> None:
    given = grafana(
        "    datasources: [{name: Prometheus, type: prometheus, query: up, default: true}]\n"
        "    dashboards: [{uid: a}, {title: Nodes, folder: General}]\n"
    )

    assert given.datasources == (
        DatasourceSettings(name="Prometheus", type="prometheus", query="up", default=True),
    )
    assert given.dashboards == (
        DashboardSettings(uid="a"),
        DashboardSettings(title="Nodes", folder="General"),
    )


@pytest.mark.parametrize(
    ("one", "key"),
    [
        pytest.param(DatasourceSettings(name="n", uid="u"), "n", id="name before uid"),
        pytest.param(DatasourceSettings(uid="u"), "u", id="uid of a datasource"),
        pytest.param(DashboardSettings(title="t", uid="u"), "t", id="title before uid"),
        pytest.param(DashboardSettings(uid="u"), "u", id="uid of a dashboard"),
    ],
)
def test_findings_call_it_as_people_do(
    one: DatasourceSettings | DashboardSettings, key: str
) -> None:
    assert one.key == key


def test_the_schema_describes_each_part() -> None:
    definitions = json.loads(schema())["$defs"]

    for name in ("PrometheusSettings", "AlertmanagerSettings", "GrafanaSettings"):
        assert {"url", "token_file", "interval"} <= definitions[name]["properties"].keys()
        assert definitions[name]["additionalProperties"] is False
