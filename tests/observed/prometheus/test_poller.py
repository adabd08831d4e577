"""What becomes of answers that no healthy Prometheus gives."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from exporter.domain.errors import Reason
from exporter.domain.monitoring.prometheus.alerting import (
    ConnectedAlertmanagers,
    FiringWatchdog,
    Notifications,
)
from exporter.domain.monitoring.prometheus.kube_state import KubeStateNodes, KubeStatePods
from exporter.domain.monitoring.prometheus.rules import LoadedRules, RuleSeries
from exporter.domain.monitoring.prometheus.server import PrometheusClaims, PrometheusRuntime
from exporter.domain.monitoring.prometheus.targets import ScrapeTargets
from exporter.observed import endpoint
from exporter.observed.polling import Answer
from exporter.observed.prometheus.poller import PrometheusPoller
from exporter.settings.monitoring import RulesSettings
from tests.observed.prometheus.scripted import (
    NOW,
    Script,
    Scripted,
    Server,
    by_query,
    questions,
    told,
    vector,
)
from tests.observed.prometheus.told import ALERTMANAGERS, GROUP, RUNTIME, TARGET

UP = {"job": "node-exporter", "instance": "10.0.0.7:9100"}
MATRIX = told({"resultType": "matrix", "result": []})
QUERIES = {
    "up{": vector((UP, 1)),
    "kube_node_info": vector(({"node": "a"}, 1)),
    "notifications_dropped": vector(({}, 0)),
}
HEALTHY: Script = {
    "/api/v1/query": by_query(QUERIES),
    "/api/v1/query_range": MATRIX,
    "/api/v1/targets": told({"activeTargets": [TARGET]}),
    "/api/v1/rules": told({"groups": [GROUP]}),
    "/api/v1/status/runtimeinfo": told(RUNTIME),
    "/api/v1/alertmanagers": told(ALERTMANAGERS),
    "/api/v1/metadata": told({}),
}


async def ask(script: Script, **settings: Any) -> Answer:
    async with Server(script) as server:
        asked = questions(server.url, **settings)
        answer = await asked.ask()
        await asked.close()
        return answer


def gaps(answer: Answer) -> set[type]:
    return set(answer.gaps)


async def test_a_healthy_server_tells_everything() -> None:
    answer = await ask(HEALTHY)

    assert answer.gaps == {}
    assert set(answer.facts) == set(PrometheusPoller.kinds)
    assert answer.items == {"targets": 1, "rule_groups": 1}


@pytest.mark.parametrize(
    ("broken", "reason", "said"),
    [
        pytest.param(Scripted(status=500, body=b"oops"), Reason.UNAVAILABLE, "500", id="500"),
        pytest.param(Scripted(status=403, body=b"no"), Reason.FORBIDDEN, "permission", id="403"),
        pytest.param(Scripted(status=302), Reason.UNAVAILABLE, "302", id="redirect"),
        pytest.param(Scripted(body=b"<html>"), Reason.MALFORMED, "login", id="login-page"),
        pytest.param(Scripted(body=b'{"status":'), Reason.MALFORMED, "malformed", id="truncated"),
        pytest.param(
            Scripted(body=b'{"status":"success"}'), Reason.MALFORMED, "data", id="no-data"
        ),
    ],
)
async def test_one_refused_question_hides_only_what_depends_on_it(
    broken: Scripted, reason: Reason, said: str
) -> None:
    answer = await ask({**HEALTHY, "/api/v1/targets": broken})

    assert gaps(answer) == {ScrapeTargets}
    failure = answer.gaps[ScrapeTargets]
    assert failure.reason is reason
    assert said in f"{failure.message} {failure.advice}"
    assert failure.place.path == "/api/v1/targets"


@pytest.mark.parametrize(
    ("route", "lost"),
    [
        pytest.param("/api/v1/rules", {LoadedRules, RuleSeries}, id="rules"),
        pytest.param("/api/v1/status/runtimeinfo", {PrometheusRuntime}, id="runtime"),
        pytest.param("/api/v1/alertmanagers", {ConnectedAlertmanagers}, id="alertmanagers"),
        pytest.param("/api/v1/query_range", {KubeStatePods}, id="range"),
    ],
)
async def test_each_route_hides_its_own_facts(route: str, lost: set[type]) -> None:
    assert gaps(await ask({**HEALTHY, route: Scripted(status=503)})) == lost


async def test_a_server_that_answers_nothing_tells_nothing() -> None:
    answer = await ask({"/api/v1/query": Scripted(status=503)})

    assert gaps(answer) == set(PrometheusPoller.kinds)
    assert len(set(answer.gaps.values())) == 1


async def test_a_question_that_takes_too_long_is_a_gap_of_its_own() -> None:
    answer = await ask({**HEALTHY, "/api/v1/targets": Scripted(hangs=True)}, timeout="1s")

    assert gaps(answer) == {ScrapeTargets}
    assert answer.gaps[ScrapeTargets].reason is Reason.TIMEOUT


async def test_nobody_there_is_a_gap_in_everything() -> None:
    asked = questions("http://127.0.0.1:9")

    answer = await asked.ask()
    await asked.close()

    assert gaps(answer) == set(PrometheusPoller.kinds)


async def test_routes_that_thanos_and_mimir_lack_are_told_and_no_failure() -> None:
    only = {name: HEALTHY[name] for name in ("/api/v1/query", "/api/v1/query_range")}

    answer = await ask(only)

    assert answer.gaps == {}
    assert answer.facts[PrometheusRuntime] == PrometheusRuntime(
        unserved="/api/v1/status/runtimeinfo is not served here"
    )
    assert answer.facts[LoadedRules] == LoadedRules(unserved="/api/v1/rules is not served here")
    assert answer.facts[ConnectedAlertmanagers] == ConnectedAlertmanagers(
        unserved="/api/v1/alertmanagers is not served here"
    )
    (target,) = _targets(answer).targets
    assert target.names == ("10.0.0.7",)


async def test_a_huge_answer_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "LIMIT", 1900)
    huge = Scripted(body=b"x" * 2000)

    answer = await ask({**HEALTHY, "/api/v1/rules": huge, "/api/v1/targets": huge})

    assert gaps(answer) == {LoadedRules, RuleSeries}
    assert answer.gaps[LoadedRules].reason is Reason.TOO_LARGE
    assert len(_targets(answer).targets) == 1  # those of which "up" tells


async def test_an_empty_list_of_targets_is_asked_for_again_by_up() -> None:
    answer = await ask({**HEALTHY, "/api/v1/targets": told({"activeTargets": []})})

    assert len(_targets(answer).targets) == 1


async def test_a_partial_answer_is_no_answer() -> None:
    body = json.loads(vector(({"node": "a"}, 1)).body)
    body["warnings"] = ["No StoreAPIs matched for this query"]
    partial = {**QUERIES, "kube_node_info": Scripted(body=json.dumps(body).encode())}

    answer = await ask({**HEALTHY, "/api/v1/query": by_query(partial)})

    assert gaps(answer) == {KubeStateNodes}
    assert "partial: No StoreAPIs" in answer.gaps[KubeStateNodes].message


async def test_a_remark_on_the_expression_is_no_partial_answer() -> None:
    body = json.loads(vector(({"node": "a"}, 1)).body)
    body["warnings"] = ["PromQL info: metric might not be a counter"]
    annotated = {**QUERIES, "kube_node_info": Scripted(body=json.dumps(body).encode())}

    answer = await ask({**HEALTHY, "/api/v1/query": by_query(annotated)})

    assert answer.gaps == {}


async def test_a_server_of_several_clusters_is_asked_for_one_in_each_query() -> None:
    async with Server(HEALTHY) as server:
        asked = questions(server.url, labels={"cluster": 'a"b'})
        await asked.ask()
        await asked.close()

    queries = [query["query"] for _, query in server.asked if "query" in query]
    assert all('cluster="a\\"b"' in one for one in queries if one != "time()")
    assert "/api/v1/targets" not in {path for path, _ in server.asked}


async def test_where_prometheus_does_not_scrape_itself_that_is_told() -> None:
    script = {**HEALTHY, "/api/v1/query": by_query({})}

    answer = await ask(script, watchdog="")

    assert answer.facts[Notifications] == Notifications(told=False)
    assert answer.facts[FiringWatchdog] == FiringWatchdog(firing=False)
    assert answer.facts[PrometheusClaims] == PrometheusClaims(told=False, pattern="*/prometheus-*")


async def test_pods_are_counted_over_the_settling_time() -> None:
    def ranged(request: Any) -> Scripted:
        assert float(request.query["end"]) - float(request.query["start"]) == 300
        assert float(request.query["end"]) == NOW
        series: dict[str, list[object]] = {
            "api": [12, 15, 15],
            "new": [1],
            "nan": ["NaN", "NaN", "NaN"],
        }
        result = [
            {"metric": {"namespace": name}, "values": [[NOW, str(one)] for one in values]}
            for name, values in series.items()
        ]
        return told({"resultType": "matrix", "result": result})

    answer = await ask({**HEALTHY, "/api/v1/query_range": ranged})

    assert answer.facts[KubeStatePods] == KubeStatePods({"api": (12, 15), "new": (0, 1)})


def _targets(answer: Answer) -> ScrapeTargets:
    found = answer.facts[ScrapeTargets]
    assert isinstance(found, ScrapeTargets)
    return found


def _with_rules(*expressions: str) -> dict[str, Any]:
    rules = [{**GROUP["rules"][0], "query": one} for one in expressions]
    return {"groups": [{**GROUP, "rules": rules}]}


def _series(answer: Answer) -> RuleSeries:
    found = answer.facts[RuleSeries]
    assert isinstance(found, RuleSeries)
    return found


async def _rounds(script: Script, *, rounds: int, budget: int) -> list[RuleSeries]:
    async with Server(script) as server:
        asked = questions(server.url, rules=RulesSettings(groups=("g",), query_budget=budget))
        found = [_series(await asked.ask()) for _ in range(rounds)]
        await asked.close()
        return found


async def test_selectors_are_asked_bit_by_bit_and_the_longest_unasked_first() -> None:
    script = {
        **HEALTHY,
        "/api/v1/rules": told(_with_rules("a", "b", "c")),
        "/api/v1/query": by_query({"group(a)": vector(({}, 1)), "group(b)": vector(({}, 1))}),
    }

    one, two, three = await _rounds(script, rounds=3, budget=2)

    assert one == RuleSeries(frozenset({"a", "b"}), frozenset())
    assert two == RuleSeries(frozenset({"a", "b"}), frozenset({"c"}))
    assert three == two


async def test_a_refused_selector_stays_unknown_and_does_not_stop_the_others() -> None:
    refused = Scripted(status=400, body=b"bad_data")
    script = {
        **HEALTHY,
        "/api/v1/rules": told(_with_rules("odd", "a")),
        "/api/v1/query": by_query({"odd": refused, "group(a)": vector(({}, 1))}),
    }

    one, two = await _rounds(script, rounds=2, budget=200)

    assert one == RuleSeries(frozenset({"a"}), frozenset())
    assert two == one


async def test_a_refused_selector_that_is_asked_alone_hides_no_other() -> None:
    script = {
        **HEALTHY,
        "/api/v1/rules": told(_with_rules("a", "b", "c", "d", "odd")),
        "/api/v1/query": by_query({"odd": Scripted(status=400), "group(": vector(({}, 1))}),
    }

    (series,) = await _rounds(script, rounds=1, budget=200)

    assert series == RuleSeries(frozenset("abcd"), frozenset())


@pytest.mark.parametrize(
    ("expression", "found", "exists"),
    [
        pytest.param("now", {"group(now)": vector(({}, 1))}, True, id="now"),
        pytest.param("late", {"last_over_time(late[1h])": vector(({}, 1))}, True, id="lately"),
        pytest.param("calm", {}, True, id="described"),
        pytest.param("calm_total", {}, True, id="described-without-suffix"),
        pytest.param('calm{job="x"}', {}, False, id="described-for-another-job"),
        pytest.param("never", {}, False, id="never"),
    ],
)
async def test_a_series_exists_if_it_did_lately_or_is_described(
    expression: str, found: Mapping[str, Scripted], *, exists: bool
) -> None:
    def metadata(request: Any) -> Scripted:
        return told({"calm": [{"type": "gauge"}]} if request.query["metric"] == "calm" else {})

    script = {
        **HEALTHY,
        "/api/v1/rules": told(_with_rules(expression)),
        "/api/v1/query": by_query(found),
        "/api/v1/metadata": metadata,
    }

    (series,) = await _rounds(script, rounds=1, budget=200)

    told_of = frozenset({expression})
    assert series == (RuleSeries(existing=told_of) if exists else RuleSeries(missing=told_of))


async def test_no_selector_is_asked_for_where_that_is_off() -> None:
    async with Server(HEALTHY) as server:
        asked = questions(server.url, rules=RulesSettings(groups=("g",), check_series="off"))
        answer = await asked.ask()
        await asked.close()

    assert _series(answer) == RuleSeries()
    assert not any("group(up" in query.get("query", "") for _, query in server.asked)


def _flags(*values: str) -> Mapping[str, Scripted]:
    samples = [
        ({"name": "retentionPeriod", "value": value, "instance": f"{at}:8482"}, 1.0)
        for at, value in enumerate(values)
    ]
    return {**QUERIES, "retentionPeriod": vector(*samples)}


@pytest.mark.parametrize(
    ("values", "retention"),
    [
        pytest.param(("1",), "31d", id="months"),
        pytest.param(("3M",), "93d", id="months-by-suffix"),
        pytest.param(("15d", "15d"), "15d", id="two-that-agree"),
        pytest.param(("2y",), "2y", id="years"),
        pytest.param(("15d", "30d"), "", id="two-that-do-not"),
        pytest.param(("for ever",), "", id="no-period"),
        pytest.param((), "", id="not-scraped"),
    ],
)
async def test_victoriametrics_tells_its_retention_by_its_flags(
    values: tuple[str, ...], retention: str
) -> None:
    script = {**HEALTHY, "/api/v1/query": by_query(_flags(*values))}
    del script["/api/v1/status/runtimeinfo"]

    runtime = (await ask(script)).facts[PrometheusRuntime]

    assert isinstance(runtime, PrometheusRuntime)
    assert runtime.retention == retention
    assert bool(runtime.unserved) is not bool(retention)
