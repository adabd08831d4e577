"""What custom resources may say: strict schemas of the parts of them that the chart uses.

After the definitions of prometheus-operator (monitoring.coreos.com/v1), grafana-operator
(grafana.integreatly.org/v1beta1), VictoriaMetrics' operator (operator.victoriametrics.com/v1beta1)
and the Gateway API (gateway.networking.k8s.io/v1). An unknown field is an error.
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import jsonschema
import kubernetes_validate

Json = dict[str, Any]
_TEXT: Json = {"type": "string"}
_NUMBER: Json = {"type": "integer", "minimum": 0}
_YES_OR_NO: Json = {"type": "boolean"}
_TEXTS: Json = {"type": "object", "additionalProperties": _TEXT}
_UNITS = "".join(f"([0-9]+{unit})?" for unit in ("y", "w", "d", "h", "m", "s", "ms"))
_DURATION: Json = {"type": "string", "pattern": f"^(0|{_UNITS})$"}


def _object(*required: str, **properties: Json) -> Json:
    known = {name.rstrip("_"): schema for name, schema in properties.items()}
    return {
        "type": "object",
        "properties": known,
        "required": list(required),
        "additionalProperties": False,
    }


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _custom(spec: Json) -> Json:
    metadata = _object(
        "name", "namespace", name=_TEXT, namespace=_TEXT, labels=_TEXTS, annotations=_TEXTS
    )
    return _object(
        "apiVersion",
        "kind",
        "metadata",
        "spec",
        apiVersion=_TEXT,
        kind=_TEXT,
        metadata=metadata,
        spec=spec,
    )


_KEY = _object("key", name=_TEXT, key=_TEXT, optional=_YES_OR_NO)
_SOURCE = _object(secret=_KEY, configMap=_KEY)
_TLS = _object(
    ca=_SOURCE,
    cert=_SOURCE,
    keySecret=_KEY,
    serverName=_TEXT,
    insecureSkipVerify=_YES_OR_NO,
)
_RELABELING = _object(
    sourceLabels=_list(_TEXT),
    separator=_TEXT,
    targetLabel=_TEXT,
    regex=_TEXT,
    modulus=_NUMBER,
    replacement=_TEXT,
    action={
        "type": "string",
        "enum": ["replace", "keep", "drop", "hashmod", "labelmap", "labeldrop", "labelkeep"],
    },
)
_ENDPOINT = _object(
    port=_TEXT,
    path=_TEXT,
    scheme={"type": "string", "enum": ["http", "https"]},
    interval=_DURATION,
    scrapeTimeout=_DURATION,
    honorLabels=_YES_OR_NO,
    relabelings=_list(_RELABELING),
    metricRelabelings=_list(_RELABELING),
    tlsConfig=_TLS,
    basicAuth=_object(username=_KEY, password=_KEY),
)
_VM_ENDPOINT = _object(
    **{
        name.replace("relabelings", "relabelConfigs").replace("Relabelings", "RelabelConfigs"): one
        for name, one in _ENDPOINT["properties"].items()
    }
)
_PROTOCOL: Json = {
    "type": "string",
    "enum": [
        "PrometheusProto",
        "OpenMetricsText0.0.1",
        "OpenMetricsText1.0.0",
        "PrometheusText0.0.4",
        "PrometheusText1.0.0",
    ],
}
_SCRAPES = {
    "sampleLimit": _NUMBER,
    "scrapeProtocols": _list(_PROTOCOL),
    "fallbackScrapeProtocol": _PROTOCOL,
    "scrapeClass": {**_TEXT, "minLength": 1},
}
_SELECTOR = _object("matchLabels", matchLabels=_TEXTS)
_RULE = _object(
    "expr",
    alert=_TEXT,
    record=_TEXT,
    expr=_TEXT,
    for_=_DURATION,
    keep_firing_for={**_DURATION, "minLength": 1},
    labels=_TEXTS,
    annotations=_TEXTS,
)
_DASHBOARD = _object(
    "instanceSelector",
    instanceSelector=_SELECTOR,
    folder=_TEXT,
    resyncPeriod={"type": "string", "pattern": r"^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$"},
    allowCrossNamespaceImport=_YES_OR_NO,
    json=_TEXT,
)
_RULES = _object(groups=_list(_object("name", name=_TEXT, interval=_DURATION, rules=_list(_RULE))))
_PATH = _object(
    "type", "value", type={"type": "string", "enum": ["PathPrefix", "Exact"]}, value=_TEXT
)
_ROUTE_RULE = _object(
    matches=_list(_object(path=_PATH)),
    filters=_list(
        {
            "type": "object",
            "required": ["type"],
            "properties": {"type": _TEXT},
            "x-kubernetes-preserve-unknown-fields": True,
        }
    ),
    backendRefs=_list(_object("name", "port", name=_TEXT, port=_NUMBER)),
)
CUSTOM: Mapping[tuple[str, str], Json] = {
    ("monitoring.coreos.com/v1", "ServiceMonitor"): _custom(
        _object(
            "endpoints",
            "selector",
            endpoints=_list(_ENDPOINT),
            selector=_SELECTOR,
            **_SCRAPES,
        )
    ),
    ("monitoring.coreos.com/v1", "PodMonitor"): _custom(
        _object(
            "podMetricsEndpoints",
            "selector",
            podMetricsEndpoints=_list(_ENDPOINT),
            selector=_SELECTOR,
            **_SCRAPES,
        )
    ),
    ("monitoring.coreos.com/v1", "PrometheusRule"): _custom(_RULES),
    ("operator.victoriametrics.com/v1beta1", "VMRule"): _custom(_RULES),
    ("operator.victoriametrics.com/v1beta1", "VMServiceScrape"): _custom(
        _object(
            "endpoints",
            "selector",
            endpoints=_list(_VM_ENDPOINT),
            selector=_SELECTOR,
            sampleLimit=_NUMBER,
        )
    ),
    ("gateway.networking.k8s.io/v1", "HTTPRoute"): _custom(
        _object(
            "parentRefs",
            "rules",
            parentRefs=_list(
                _object("name", name=_TEXT, namespace=_TEXT, sectionName=_TEXT, port=_NUMBER)
            ),
            hostnames=_list(_TEXT),
            rules=_list(_ROUTE_RULE),
        )
    ),
    ("grafana.integreatly.org/v1beta1", "GrafanaDashboard"): _custom(_DASHBOARD),
}


_VALIDATORS = {of: jsonschema.Draft202012Validator(schema) for of, schema in CUSTOM.items()}


def problem(content: Json, *, version: str) -> str:
    """Return what is wrong with an object for Kubernetes of a version as 1.30, or nothing."""
    return _problem(json.dumps(content), version)


@cache
def _problem(text: str, version: str) -> str:
    """The same of an object's JSON; renders have most of their objects in common."""
    content = json.loads(text)
    validator = _VALIDATORS.get((content.get("apiVersion", ""), content.get("kind", "")))
    try:
        if validator:
            validator.validate(content)
        else:
            kubernetes_validate.validate(content, version, strict=True)
    except (jsonschema.ValidationError, kubernetes_validate.ValidationError) as error:
        where = ".".join(map(str, getattr(error, "absolute_path", None) or error.path))
        return f"{content['kind']} {where}: {error.message}"
    return ""
