"""The schema of OSCAL's assessment results, as far as this project writes them.

Source: NIST, ``oscal_assessment-results_metaschema.xml`` and ``oscal_assessment-common_metaschema
.xml``, 1.1: which fields there are, which are required, that no list is empty, and the data types
of the metaschema (uuid, token, string, date-time-with-timezone).
"""

from typing import Any

from tests.report.openreports_schema import fields

Schema = dict[str, Any]

UUID: Schema = {
    "type": "string",
    "pattern": "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[45][0-9A-Fa-f]{3}-[89ABab][0-9A-Fa-f]{3}-"
    "[0-9A-Fa-f]{12}$",
}
TOKEN: Schema = {"type": "string", "pattern": r"^[^\W\d][\w.-]*$"}
STRING: Schema = {"type": "string", "pattern": r"^\S(.*\S)?$"}
INSTANT: Schema = {
    "type": "string",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$",
}


def some(items: Schema) -> Schema:
    """Return the schema of a list, which OSCAL never has empty."""
    return {"type": "array", "items": items, "minItems": 1}


PROPERTY = fields(("name", "value"), name=TOKEN, ns={"type": "string"}, value=STRING)
PROPERTIES = some(PROPERTY)
METADATA = fields(
    ("title", "last-modified", "version", "oscal-version"),
    **{"last-modified": INSTANT, "oscal-version": STRING},
    title=STRING,
    version=STRING,
    props=PROPERTIES,
)
SUBJECT = fields(
    ("subject-uuid", "type"), **{"subject-uuid": UUID}, type=TOKEN, title=STRING, props=PROPERTIES
)
OBSERVATION = fields(
    ("uuid", "description", "methods", "collected"),
    **{"relevant-evidence": some(fields(("description",), description=STRING))},
    uuid=UUID,
    title=STRING,
    description=STRING,
    props=PROPERTIES,
    methods=some({"enum": ["EXAMINE", "INTERVIEW", "TEST", "UNKNOWN"]}),
    types=some(TOKEN),
    subjects=some(SUBJECT),
    collected=INSTANT,
)
RISK = fields(
    ("uuid", "title", "description", "statement", "status"),
    uuid=UUID,
    title=STRING,
    description=STRING,
    statement=STRING,
    props=PROPERTIES,
    status={
        "enum": [
            *("open", "investigating", "remediating"),
            *("deviation-requested", "deviation-approved", "closed"),
        ]
    },
    deadline=INSTANT,
)
STATUS = fields(
    ("state",),
    state={"enum": ["satisfied", "not-satisfied"]},
    reason={"enum": ["pass", "fail", "other"]},
)
FINDING = fields(
    ("uuid", "title", "description", "target"),
    **{
        "related-observations": some(fields(("observation-uuid",), **{"observation-uuid": UUID})),
        "related-risks": some(fields(("risk-uuid",), **{"risk-uuid": UUID})),
    },
    uuid=UUID,
    title=STRING,
    description=STRING,
    target=fields(
        ("type", "target-id", "status"),
        **{"target-id": TOKEN},
        type={"enum": ["statement-id", "objective-id"]},
        status=STATUS,
    ),
)
SELECTION: Schema = {
    "oneOf": [
        fields(("include-all",), **{"include-all": fields()}),
        fields(
            ("include-controls",),
            **{"include-controls": some(fields(("control-id",), **{"control-id": TOKEN}))},
        ),
    ]
}
RESULT = fields(
    ("uuid", "title", "description", "start", "reviewed-controls"),
    **{
        "local-definitions": fields(
            **{
                "inventory-items": some(
                    fields(("uuid", "description"), uuid=UUID, description=STRING)
                )
            }
        ),
        "reviewed-controls": fields(
            ("control-selections",), **{"control-selections": some(SELECTION)}
        ),
    },
    uuid=UUID,
    title=STRING,
    description=STRING,
    start=INSTANT,
    end=INSTANT,
    observations=some(OBSERVATION),
    risks=some(RISK),
    findings=some(FINDING),
)
DOCUMENT = fields(
    ("assessment-results",),
    **{
        "assessment-results": fields(
            ("uuid", "metadata", "import-ap", "results"),
            **{
                "import-ap": fields(("href",), href={"type": "string"}),
                "back-matter": fields(
                    resources=some(fields(("uuid",), uuid=UUID, title=STRING, description=STRING))
                ),
            },
            uuid=UUID,
            metadata=METADATA,
            results=some(RESULT),
        )
    },
)
