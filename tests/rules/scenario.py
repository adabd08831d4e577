"""The life of an alert, told briefly in YAML, as promtool's unit tests of it.

A file beside this one tells for each alert which series break, and what is said then. From that
come two tests. In the first, two replicas of the exporter in one cluster and one in another break
alike: the alert is pending just before ``for`` has passed, then fires exactly once per cluster,
with exactly these labels and annotations and no other alert beside it; once mended, it fires on
for ``keep_firing_for`` and resolves. In the second, nothing ever breaks.

``series`` is by default the finding whose labels are those of the alert.
``before``, ``broken`` and ``mended`` are values in promtool's notation, ``stale`` for a series
that is gone. ``holds_from`` is when the expression begins to hold, ``lingers`` for how long it
still holds once mended.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from exporter.domain.instants import parse_duration

RUNBOOKS = "https://runbooks.invalid/"
DASHBOARDS = "https://grafana.invalid/d/"
JOB = {"job": "conformance", "namespace": "monitoring"}
REPLICAS = (("north", "0"), ("north", "1"), ("south", "0"))
CLUSTERS = ("north", "south")
ALIVE = 'cluster_conformance_build_info{version="1.0.0"}'
FINDING = "cluster_conformance_finding_since_timestamp_seconds"

Json = dict[str, Any]


def minutes(duration: str) -> int:
    """Return a duration in whole minutes."""
    return int(parse_duration(duration).total_seconds()) // 60


@dataclass(frozen=True, slots=True)
class Timeline:
    """The minutes at which something happens to one alert."""

    holds: int
    fires: int
    mended: int
    resolves: int

    @classmethod
    def of(cls, case: Mapping[str, Any]) -> "Timeline":
        """Break at the start or at ``holds_from``; mend two minutes after it fired."""
        holds = minutes(case.get("holds_from", "0s"))
        fires = holds + minutes(case["for"])
        mended = fires + 2
        lasts = minutes(case.get("lingers", "0s")) + minutes(case["keep_firing_for"])
        return cls(holds=holds, fires=fires, mended=mended, resolves=mended + lasts)


def promtool_tests(cases: list[Json]) -> list[Json]:
    """Return promtool's ``tests`` for what a file tells of its alerts."""
    return [test for case in cases for test in (_life(case), _quiet(case))] + [_no_data(cases)]


def _series(case: Json) -> Mapping[str, Mapping[str, Any]]:
    """Return the series of a case; that the exporter is alive is one of them."""
    labels = ",".join(f'{key}="{value}"' for key, value in case["labels"].items())
    given = case.get("series") or {f"{FINDING}{{{labels}}}": {"broken": 1, "mended": "stale"}}
    return {ALIVE: {"broken": 1, "mended": 1}, **given}


def _life(case: Json) -> Json:
    at, name = Timeline.of(case), case["alert"]
    firing = f'ALERTS{{alertname="{name}",alertstate="firing"}}'
    pending = f'ALERTS{{alertname="{name}",alertstate="pending"}}'
    others = f'ALERTS{{alertname!="{name}",alertstate="firing"}}'
    return {
        "name": f"{name} fires once per cluster, and resolves",
        "interval": "1m",
        "input_series": [
            {"series": series, "values": _values(values, at)}
            for selector, values in _series(case).items()
            for series in _replicas(selector)
        ],
        "alert_rule_test": [
            _alerts(name, at.fires - 1, []),
            _alerts(name, at.fires, [_expected(case, cluster) for cluster in CLUSTERS]),
            _alerts(name, at.resolves, []),
        ],
        "promql_expr_test": [
            _count(pending, at.fires - 1, 2),
            _count(others, at.fires, 0),
            _count(firing, at.resolves - 2, 2),
            _count(firing, at.resolves, 0),
        ],
    }


def _quiet(case: Json) -> Json:
    end = Timeline.of(case).resolves
    return {
        "name": f"{case['alert']} is silent while all is well",
        "interval": "1m",
        "input_series": [
            {"series": series, "values": f"{values['mended']}x{end}"}
            for selector, values in _series(case).items()
            if values["mended"] != "stale"
            for series in _replicas(selector)
        ],
        "alert_rule_test": [_alerts(case["alert"], end, [])],
    }


def _no_data(cases: list[Json]) -> Json:
    silent = [case for case in cases if not case.get("fires_without_data")]
    return {
        "name": "without data all are silent",
        "interval": "1m",
        "alert_rule_test": [
            _alerts(case["alert"], Timeline.of(case).resolves, []) for case in silent
        ],
    }


def _replicas(selector: str) -> Iterator[str]:
    """Yield *selector* with the labels that Prometheus and its operator add to each replica."""
    name, _, rest = selector.partition("{")
    own = rest.removesuffix("}")
    for cluster, ordinal in REPLICAS:
        added = {
            **JOB,
            "cluster": cluster,
            "instance": f"10.0.0.{ordinal}:10799",
            "pod": f"conformance-{ordinal}",
            "container": "exporter",
            "endpoint": "http",
        }
        labels = ",".join(f'{key}="{value}"' for key, value in added.items())
        yield f"{name}{{{','.join(filter(None, (own, labels)))}}}"


def _values(values: Mapping[str, Any], at: Timeline) -> str:
    """Return the values from the start on, one a minute."""
    parts = [
        *_run(values.get("before", values["broken"]), at.holds),
        *_run(values["broken"], at.mended - at.holds),
        *_run(values["mended"], at.resolves - at.mended + 1),
    ]
    return " ".join(parts)


def _run(value: Any, count: int) -> Iterator[str]:
    """Yield *count* samples; promtool's ``axn`` gives one more than *n*."""
    if count and value == "stale":
        yield f"stale _x{count - 1}" if count > 1 else "stale"
    elif count:
        yield f"{value}x{count - 1}"


def _expected(case: Json, cluster: str) -> Json:
    target = {} if case.get("without_target") else JOB
    return {
        "exp_labels": {**target, "cluster": cluster, **case["labels"]},
        "exp_annotations": {
            "summary": _summary(case),
            "description": case["description"].replace("north", cluster),
            "runbook_url": f"{RUNBOOKS}{case['alert']}.md",
            "dashboard_url": f"{DASHBOARDS}{case['dashboard']}".replace("north", cluster),
        },
    }


def _summary(case: Json) -> str:
    """Return the summary, which begins with what the alert is about, if that is one subject."""
    labels: dict[str, str] = case["labels"]
    if "object_name" not in labels:
        return str(case["summary"])
    whole = "/".join(filter(None, (labels.get("object_namespace"), labels["object_name"])))
    return f"{labels['object_kind']} {whole}: {case['summary']}"


def _alerts(name: str, minute: int, expected: list[Json]) -> Json:
    return {"alertname": name, "eval_time": f"{minute}m", "exp_alerts": expected}


def _count(selector: str, minute: int, expected: int) -> Json:
    samples = [{"labels": "{}", "value": expected}] if expected else []
    return {"expr": f"count({selector})", "eval_time": f"{minute}m", "exp_samples": samples}
