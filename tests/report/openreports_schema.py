"""The schema of OpenReports' Report and ClusterReport, as their definitions have it.

Source: openreports/reports-api, ``crd/openreports.io/v1alpha1``, the fields that a report may
have. An API server drops fields that it does not know; here they are refused.
"""

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}


def fields(required: tuple[str, ...] = (), /, **properties: Schema) -> Schema:
    """Return the schema of an object that has these *properties* and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


REFERENCE = fields(
    apiVersion=TEXT,
    fieldPath=TEXT,
    kind=TEXT,
    name=TEXT,
    namespace=TEXT,
    resourceVersion=TEXT,
    uid=TEXT,
)
RESULT = fields(
    ("policy",),
    category=TEXT,
    message=TEXT,
    policy=TEXT,
    properties={"type": "object", "additionalProperties": TEXT},
    resources={"type": "array", "items": REFERENCE},
    result={"enum": ["pass", "fail", "warn", "error", "skip"]},
    rule=TEXT,
    scored={"type": "boolean"},
    severity={"enum": ["critical", "high", "low", "medium", "info"]},
    source=TEXT,
    timestamp=fields(("nanos", "seconds"), nanos=COUNT, seconds={"type": "integer"}),
)
NAME: Schema = {"type": "string", "pattern": r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", "maxLength": 253}
NAMESPACE: Schema = {
    "type": "string",
    "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
    "maxLength": 63,
}
SUMMARY = fields(**dict.fromkeys(("pass", "fail", "warn", "error", "skip"), COUNT))


def _report(kind: str, *required: str, **metadata: Schema) -> Schema:
    return fields(
        ("apiVersion", "kind", "metadata"),
        apiVersion={"const": "openreports.io/v1alpha1"},
        kind={"const": kind},
        metadata=fields(required, **metadata),
        results={"type": "array", "items": RESULT},
        source=TEXT,
        summary=SUMMARY,
    )


LIST = fields(
    ("apiVersion", "kind", "items"),
    apiVersion={"const": "v1"},
    kind={"const": "List"},
    items={
        "type": "array",
        "items": {
            "oneOf": [
                _report("Report", "name", "namespace", name=NAME, namespace=NAMESPACE),
                _report("ClusterReport", "name", name=NAME),
            ]
        },
    },
)
