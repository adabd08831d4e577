"""The parsers of what servers and dumps say of a cluster."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from exporter.domain.errors import ParseError, ReadError
from exporter.domain.manifest import differences
from exporter.domain.monitoring.alertmanager import Matcher
from exporter.foreign.yaml import load, plain
from exporter.observed import managedfields, snapshot
from exporter.observed.alertmanager import messages as alertmanager
from exporter.observed.collection import Collection
from exporter.observed.documents import split
from exporter.observed.endpoint import Reply
from exporter.observed.grafana import messages as grafana
from exporter.observed.kinds import KINDS, KindSpec
from exporter.observed.kinds.app_project import KIND as APP_PROJECT
from exporter.observed.kinds.application import KIND as APPLICATION
from exporter.observed.kinds.application_set import KIND as APPLICATION_SET
from exporter.observed.kinds.daemon_set import KIND as DAEMON_SET
from exporter.observed.kinds.deployment import KIND as DEPLOYMENT
from exporter.observed.kinds.endpoint_slice import KIND as ENDPOINT_SLICE
from exporter.observed.kinds.horizontal_pod_autoscaler import KIND as HORIZONTAL_POD_AUTOSCALER
from exporter.observed.kinds.image_updater import KIND as IMAGE_UPDATER
from exporter.observed.kinds.node import KIND as NODE
from exporter.observed.kinds.pod import KIND as POD
from exporter.observed.kinds.rollout import KIND as ROLLOUT
from exporter.observed.kinds.scaled_object import KIND as SCALED_OBJECT
from exporter.observed.kinds.stateful_set import KIND as STATEFUL_SET
from exporter.observed.kubernetes import discovery, errors, messages
from exporter.observed.kubernetes.content import Content
from exporter.observed.naming import identify, named_in
from exporter.observed.pods.tolerations import parse_tolerations
from exporter.observed.prometheus import (
    alerting,
    answers,
    kube_state,
    levels,
    needs,
    rules,
    server,
    targets,
)
from exporter.settings.monitoring import TargetSettings

from .target import EXAMPLE, Target, as_any_text, as_file, kept

NOW = datetime(2025, 12, 1, tzinfo=UTC)
_O = "exporter.observed"
_FILES = {
    NODE: "nodes",
    POD: "pods",
    DEPLOYMENT: "deployments",
    STATEFUL_SET: "statefulsets",
    DAEMON_SET: "daemonsets",
    APPLICATION: "applications",
}
_POINTER = "/spec/ports/22:TCP/port"
_WRITTEN = (
    b'[{"manager": "m", "operation": "Update", "time": "2026-11-12T14:02:00Z", "fieldsV1": '
    b'{"f:spec": {"f:ports": {"k:{\\"port\\":22,\\"protocol\\":\\"TCP\\"}": {"f:port": {}}}}}}]'
)
_MADE: dict[KindSpec, Any] = {
    IMAGE_UPDATER: {
        "metadata": {"name": "all", "namespace": "argocd"},
        "spec": {"applicationRefs": [{"namePattern": "*", "useAnnotations": True}]},
    },
    APP_PROJECT: {
        "metadata": {"name": "p", "namespace": "argocd"},
        "spec": {
            "syncWindows": [
                {
                    "kind": "deny",
                    "schedule": "0 22 * * *",
                    "duration": "8h",
                    "applications": ["*-prod"],
                    "timeZone": "Asia/Seoul",
                }
            ]
        },
    },
    ENDPOINT_SLICE: {
        "metadata": {"name": "e", "namespace": "a", "labels": {"kubernetes.io/service-name": "s"}},
        "addressType": "IPv4",
        "endpoints": [{"addresses": ["10.0.0.1"], "conditions": {"ready": True}}],
        "ports": [{"name": "http", "port": 80, "protocol": "TCP"}],
    },
    APPLICATION_SET: {
        "metadata": {"name": "s", "namespace": "a"},
        "spec": {"generators": [{"list": {"elements": [{"a": 1}]}}], "template": {}},
    },
    ROLLOUT: {
        "metadata": {"name": "r", "namespace": "a", "generation": 2},
        "spec": {"replicas": 2, "strategy": {"canary": {"steps": [{"setWeight": 20}]}}},
        "status": {"phase": "Healthy", "replicas": 2, "readyReplicas": 2},
    },
    HORIZONTAL_POD_AUTOSCALER: {
        "metadata": {"name": "h", "namespace": "a"},
        "spec": {
            "scaleTargetRef": {"kind": "Deployment", "name": "d", "apiVersion": "apps/v1"},
            "minReplicas": 1,
            "maxReplicas": 5,
        },
        "status": {"desiredReplicas": 3, "conditions": [{"type": "AbleToScale", "status": "True"}]},
    },
    SCALED_OBJECT: {
        "metadata": {"name": "o", "namespace": "a"},
        "spec": {"scaleTargetRef": {"name": "d"}, "minReplicaCount": 0, "maxReplicaCount": 3},
    },
}


def _item(kind: KindSpec) -> Any:
    """Return an object of a kind as the API server writes it."""
    if kind not in _FILES:
        return {**_MADE[kind], "metadata": {**_MADE[kind]["metadata"], "resourceVersion": "7"}}
    items = json.loads((EXAMPLE / "snapshot" / f"{_FILES[kind]}.json").read_bytes())["items"]
    return items[0] if items else {"metadata": {"name": "x", "resourceVersion": "1"}, "spec": {}}


def _page(kind: KindSpec, *, following: str = "") -> bytes:
    page = {"kind": f"{kind}List", "metadata": {"resourceVersion": "9", "continue": following}}
    return json.dumps({**page, "items": [_item(kind)]}).encode()


def _listing(kind: KindSpec) -> Callable[[bytes], object]:
    def parse(body: bytes) -> object:
        page = messages.parse_page(body, kind)
        content = Content(kind)
        return [content.put(item) for item in page.items], content.collection.fold.contents()

    return parse


def _watching(kind: KindSpec) -> Callable[[bytes], object]:
    read = messages.event_reader(kind)

    def parse(line: bytes) -> object:
        event = read(line)
        told: Any = event.object
        collection = Collection(kind)
        if event.type in {messages.EventType.ADDED, messages.EventType.MODIFIED}:
            collection.put(told)
        elif event.type is messages.EventType.DELETED:
            collection.remove(told)
        elif event.type is messages.EventType.ERROR:
            return errors.interruption(told)
        return messages.parse_bookmark(told)

    return parse


def _events(kind: KindSpec) -> tuple[bytes, ...]:
    item = _item(kind)
    bookmark = {
        "metadata": {"resourceVersion": "8", "annotations": {"k8s.io/initial-events-end": "true"}}
    }
    status = {
        "kind": "Status",
        "code": 410,
        "reason": "Expired",
        "message": "too old",
        "details": {"retryAfterSeconds": 1},
    }
    events = [("ADDED", item), ("DELETED", item), ("BOOKMARK", bookmark), ("ERROR", status)]
    return tuple(json.dumps({"type": kind, "object": one}).encode() for kind, one in events)


def _documents(data: bytes) -> object:
    found: list[object] = []
    for document in split(data):
        for index, item in enumerate(document.items):
            found.append(document.line_of(index, item))
            try:
                found.append(document.type_of(item))
            except ParseError as error:
                found.append(error)
    return found


def _dump(name: str) -> Callable[[bytes], Path]:
    write = as_file(name)
    return lambda data: write(data).root / name


def _differences(text: str) -> object:
    value = plain(load(text))
    if not isinstance(value, dict) or not {"declared", "observed"} <= value.keys():
        return None
    both = value["declared"], value["observed"]
    if not all(isinstance(one, dict) for one in both):
        return None
    return list(differences(*both))


def _replied(parse: Callable[[Reply], object]) -> Callable[[bytes], object]:
    def read(body: bytes) -> object:
        found = []
        for status in (200, 503):
            try:
                found.append(parse(Reply(status, body, "/api/x")))
            except ReadError as error:
                found.append(error)
        return found

    return read


def _vectors(body: bytes) -> object:
    samples = answers.vector(body, path="/q")
    return (
        targets.from_up(samples, _WANTED),
        kube_state.parse_nodes(samples),
        server.parse_claims(samples),
        alerting.parse_notifications(samples, samples),
        [one.number for one in samples],
    )


def _answer(data: Any) -> bytes:
    return json.dumps({"status": "success", "data": data, "warnings": ["PromQL info: x"]}).encode()


def _matched(text: str) -> object:
    expression, _, value = text.partition("\n")
    return Matcher(name="a", value=expression, regex=True).matches(value[:253])


_WANTED = (TargetSettings(job="node-exporter", per="node"),)
_SAMPLE = {
    "metric": {"job": "node-exporter", "instance": "10.0.0.1:9100", "node": "n"},
    "value": [1.5, "1"],
}
_TARGET = {
    "labels": {"job": "node-exporter", "instance": "10.0.0.1:9100", "node": "n"},
    "discoveredLabels": {"__address__": "10.0.0.1:9100", "__meta_kubernetes_node_name": "n"},
    "health": "up",
    "lastError": "",
    "lastScrape": "2025-12-01T00:00:00.123456789Z",
    "scrapeInterval": "30s",
}
_RULES = {
    "groups": [
        {
            "name": "g",
            "file": "f",
            "interval": 30,
            "evaluationTime": 0.1,
            "lastEvaluation": "2025-12-01T00:00:00Z",
            "rules": [
                {
                    "type": "alerting",
                    "name": "A",
                    "query": 'absent(a{job="x"}) or sum by (b) (rate(c[5m] offset 1h)) > 1',
                    "health": "ok",
                },
                {
                    "type": "recording",
                    "name": "r:a",
                    "query": "label_replace(up, 'a', '$1', 'b', '(.*)')",
                    "health": "err",
                    "lastError": "x",
                },
            ],
        }
    ]
}
_RUNTIME = {
    "startTime": "2025-12-01T00:00:00Z",
    "storageRetention": "15d or 50GB",
    "reloadConfigSuccess": True,
    "lastConfigTime": "2025-12-01T00:00:00Z",
}
_STATUS = {
    "cluster": {"status": "ready", "peers": [{"name": "a", "address": "b"}]},
    "versionInfo": {"version": "0.28"},
    "config": {"original": "receivers: [{name: a, slack_configs: [{api_url: x}]}]"},
    "uptime": "2025-12-01T00:00:00Z",
}
_SILENCE = {
    "id": "1",
    "matchers": [{"name": "a", "value": "b.*", "isRegex": True, "isEqual": True}],
    "startsAt": "2025-12-01T00:00:00Z",
    "endsAt": "2025-12-02T00:00:00Z",
    "createdBy": "x",
    "comment": "y",
    "status": {"state": "active"},
    "updatedAt": "2025-12-01T00:00:00Z",
}
_ALERT = {
    "labels": {"alertname": "ClusterConformanceX"},
    "status": {"state": "active", "silencedBy": ["1"], "inhibitedBy": []},
}
_PROMQL = (
    b'sum by (a) (rate(x{job=~"a|b",c!="d"}[5m] offset 1h)) > bool 1 unless on (b) absent(y)',
    b"histogram_quantile(0.9, sum(rate(a_bucket[5m])) by (le)) or vector(0)",
    b'max_over_time(a[1h:5m] @ end()) and {__name__="x"}',
)


def _grafana() -> tuple[Target, ...]:
    seeds: dict[str, tuple[Callable[[Reply], object], Any]] = {
        "health": (grafana.parse_health, {"database": "ok", "version": "11.0.0"}),
        "datasource": (
            grafana.parse_datasource,
            {
                "name": "p",
                "uid": "u",
                "type": "prometheus",
                "isDefault": True,
                "jsonData": {"implementation": "mimir"},
            },
        ),
        "results": (
            grafana.parse_results,
            {
                "results": {
                    "A": {"status": 200, "error": "", "frames": [{"data": {"values": [[1], [2]]}}]}
                }
            },
        ),
        "alertmanager": (grafana.parse_alertmanager, {"cluster": {"status": "ready"}}),
        "check": (grafana.parse_check, {"status": "OK", "message": "m"}),
        "dashboard": (
            lambda reply: grafana.parse_dashboard(reply, uid="u"),
            {
                "dashboard": {"title": "t", "uid": "u"},
                "meta": {"folderUid": "f", "folderTitle": "F"},
            },
        ),
        "folder": (grafana.parse_folder, {"title": "t", "uid": "u"}),
        "hits": (
            grafana.parse_hits,
            [{"uid": "u", "title": "t", "folderUid": "f", "folderTitle": "F"}],
        ),
    }
    return tuple(
        Target(
            name=f"grafana-{name}",
            modules=(f"{_O}.grafana.messages", f"{_O}.endpoint"),
            given=bytes,
            parse=_replied(parse),
            seeds=(json.dumps(seed).encode(),),
        )
        for name, (parse, seed) in seeds.items()
    )


TARGETS = (
    *(
        Target(
            name=f"list-{kind}",
            modules=(
                f"{_O}.kubernetes.messages",
                f"{_O}.kubernetes.content",
                f"{_O}.collection",
                f"{_O}.lenient",
                f"{_O}.kinds.application",
                f"{_O}.kinds.application_set",
                f"{_O}.kinds.image_updater",
                f"{_O}.workloads",
                f"{_O}.pods.contents",
            ),
            given=bytes,
            parse=_listing(kind),
            seeds=(_page(kind, following="c"),),
            allowed=(errors.WatchError,),
        )
        for kind in KINDS
    ),
    *(
        Target(
            name=f"watch-{kind}",
            modules=(f"{_O}.kubernetes.messages", f"{_O}.kubernetes.errors"),
            given=bytes,
            parse=_watching(kind),
            seeds=_events(kind),
            allowed=(errors.WatchError, ParseError),
        )
        for kind in (POD, APPLICATION)
    ),
    Target(
        name="refusal",
        modules=(f"{_O}.kubernetes.errors",),
        given=bytes,
        parse=lambda body: [
            errors.refusal(code, body, retry_after="3") for code in (404, 410, 429, 500)
        ],
        seeds=kept("refusal"),
    ),
    Target(
        name="discovery",
        modules=(f"{_O}.kubernetes.discovery",),
        given=bytes,
        parse=lambda body: (
            discovery.parse_group(body),
            discovery.parse_resources(body, kind="Service", version="v1"),
        ),
        seeds=(
            b'{"versions": [{"version": "v1"}], "preferredVersion": {"version": "v1"}}',
            b'{"resources": [{"name": "services", "kind": "Service", "verbs": ["list"]}]}',
        ),
        allowed=(errors.WatchError,),
    ),
    Target(
        name="managed-fields",
        modules=(f"{_O}.managedfields",),
        given=bytes,
        parse=lambda body: (
            managedfields.writer_of(body, _POINTER),
            managedfields.writers(managedfields.entries_of_list(body), (_POINTER,)),
        ),
        seeds=(
            _WRITTEN,
            b'{"items": [{"metadata": {"managedFields": %b}}]}' % _WRITTEN,
        ),
    ),
    Target(
        name="access-review",
        modules=(f"{_O}.kubernetes.messages",),
        given=bytes,
        parse=messages.parse_review,
        seeds=(b'{"status": {"allowed": true}}',),
        allowed=(errors.WatchError,),
    ),
    Target(
        name="tolerations",
        modules=(f"{_O}.pods.tolerations",),
        given=bytes,
        parse=parse_tolerations,
        allowed=(ParseError, msgspec.DecodeError, UnicodeDecodeError, RecursionError),
        seeds=kept("tolerations"),
    ),
    Target(
        name="dump",
        modules=(f"{_O}.documents",),
        given=bytes,
        parse=_documents,
        allowed=(ParseError,),
        seeds=(_page(POD), *kept("dump")),
    ),
    Target(
        name="dump-file",
        modules=(f"{_O}.reading", f"{_O}.snapshot", f"{_O}.files", f"{_O}.objects"),
        given=_dump("pods.json"),
        parse=snapshot.read,
        seeds=(_page(POD), _page(DEPLOYMENT)),
        allowed=(ReadError,),
    ),
    Target(
        name="dump-packed",
        modules=(f"{_O}.files",),
        given=_dump("all.json.gz"),
        parse=snapshot.read,
        seeds=(
            gzip.compress(_page(NODE), mtime=0),
            gzip.compress(b"[" + b" " * 1_000_000, mtime=0),
        ),
        allowed=(ReadError,),
    ),
    Target(
        name="kind",
        modules=(f"{_O}.naming",),
        given=as_any_text,
        seeds=(b"deployments.apps,sts", b"Application\nargoproj.io/v1"),
        parse=lambda text: (named_in(text), identify(*(text.partition("\n")[::2]))),
    ),
    Target(
        name="differences",
        modules=(),
        parse=_differences,
        allowed=(ParseError,),
        seeds=(
            json.dumps({"declared": _item(DEPLOYMENT), "observed": _item(DEPLOYMENT)}).encode(),
        ),
    ),
    Target(
        name="prometheus-targets",
        modules=(f"{_O}.prometheus.targets",),
        given=bytes,
        allowed=(ReadError,),
        parse=lambda body: targets.parse(body, _WANTED, now=NOW),
        seeds=(_answer({"activeTargets": [_TARGET]}),),
    ),
    Target(
        name="prometheus-rules",
        modules=(f"{_O}.prometheus.rules",),
        given=bytes,
        allowed=(ReadError,),
        words=_PROMQL,
        parse=lambda body: rules.parse(body, lambda _: True, now=NOW),
        seeds=(_answer(_RULES),),
    ),
    Target(
        name="prometheus-runtime",
        modules=(f"{_O}.prometheus.server",),
        given=bytes,
        allowed=(ReadError,),
        parse=server.parse_runtime,
        seeds=(_answer(_RUNTIME),),
    ),
    Target(
        name="prometheus-alertmanagers",
        modules=(f"{_O}.prometheus.alerting",),
        given=bytes,
        allowed=(ReadError,),
        parse=alerting.parse_alertmanagers,
        seeds=(_answer({"activeAlertmanagers": [{"url": "http://a"}]}),),
    ),
    Target(
        name="prometheus-vector",
        modules=(f"{_O}.prometheus.answers", f"{_O}.prometheus.kube_state"),
        given=bytes,
        parse=_vectors,
        seeds=(_answer({"resultType": "vector", "result": [_SAMPLE]}),),
        allowed=(ReadError,),
    ),
    Target(
        name="prometheus-levels",
        modules=(f"{_O}.prometheus.levels",),
        given=bytes,
        allowed=(ReadError,),
        parse=lambda body: levels.parse(
            answers.matrix(body, path="/q"), start=NOW - 3 * levels.STEP, end=NOW
        ),
        seeds=(
            _answer(
                {
                    "resultType": "matrix",
                    "result": [
                        {
                            "metric": {"layer": "gitops"},
                            "values": [[NOW.timestamp(), "3"], [NOW.timestamp() - 600, "NaN"]],
                        }
                    ],
                }
            ),
        ),
    ),
    Target(
        name="prometheus-matrix",
        modules=(f"{_O}.prometheus.kube_state",),
        given=bytes,
        allowed=(ReadError,),
        parse=lambda body: kube_state.parse_pods(answers.matrix(body, path="/q")),
        seeds=(
            _answer(
                {
                    "resultType": "matrix",
                    "result": [{"metric": {"namespace": "a"}, "values": [[1, "3"], [2, "NaN"]]}],
                }
            ),
        ),
    ),
    Target(
        name="prometheus-scalar",
        modules=(f"{_O}.prometheus.answers",),
        given=bytes,
        allowed=(ReadError,),
        parse=lambda body: answers.scalar(body, path="/q"),
        seeds=(_answer({"resultType": "scalar", "result": [1, "2"]}),),
    ),
    Target(
        name="promql",
        modules=(f"{_O}.prometheus.needs",),
        given=as_any_text,
        parse=needs.needs,
        seeds=_PROMQL,
        allowed=(ParseError,),
    ),
    Target(
        name="alertmanager-status",
        modules=(f"{_O}.alertmanager.messages",),
        given=bytes,
        allowed=(ReadError,),
        parse=lambda body: (
            alertmanager.parse_status(body, ready=True),
            alertmanager.digest(alertmanager.parse_config(body)),
            alertmanager.parse_receivers(alertmanager.parse_config(body)),
        ),
        seeds=(json.dumps(_STATUS).encode(),),
    ),
    Target(
        name="alertmanager-config",
        modules=(f"{_O}.alertmanager.messages",),
        given=as_any_text,
        allowed=(ReadError,),
        parse=alertmanager.parse_receivers,
        seeds=kept("alertmanager-config"),
    ),
    Target(
        name="alertmanager-silences",
        modules=(f"{_O}.alertmanager.messages",),
        given=bytes,
        allowed=(ReadError,),
        parse=alertmanager.parse_silences,
        seeds=(json.dumps([_SILENCE]).encode(),),
    ),
    Target(
        name="alertmanager-alerts",
        modules=(f"{_O}.alertmanager.messages",),
        given=bytes,
        allowed=(ReadError,),
        parse=lambda body: alertmanager.parse_alerts(body, watchdog="Watchdog"),
        seeds=(json.dumps([_ALERT]).encode(),),
    ),
    Target(
        name="matcher",
        modules=("exporter.domain.monitoring.alertmanager",),
        given=as_any_text,
        parse=_matched,
        seeds=(b"api-.*\napi-x", b"(a|b)+\naaaa", b"a?" * 30 + b"\n" + b"a" * 30),
        words=(b"(a|a)" * 90, b"a?" * 90, b"\\\\*" * 90),
    ),
    *_grafana(),
)
