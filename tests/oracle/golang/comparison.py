"""How our answer to a case stands to that of Go's libraries."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from exporter.declared.argocd.gotemplate import UnsupportedError, from_json, render
from exporter.declared.argocd.selectors import requirements
from exporter.declared.located import from_plain
from exporter.domain.errors import ParseError, ReadError
from exporter.domain.provenance import Place, Source
from exporter.domain.quantity import parse_quantity
from exporter.domain.taints import Taint, TaintEffect, untolerated
from exporter.domain.templates import node_selection, tolerations
from exporter.foreign import yaml
from tests.oracle.figures import Outcome
from tests.oracle.golang.templates import DATA

VALUES = from_json(DATA)
PLACE = Place(source=Source.ARGOCD, path="applicationset.yaml")


def outcome(case: Mapping[str, Any], answer: Mapping[str, Any]) -> Outcome:
    """Return how we answer a case, held against the *answer* of Go."""
    if "yaml" in case:
        return _of_yaml(case["yaml"], answer)
    if "template" in case:
        return _of_template(case["template"], answer)
    try:
        ours = _of_scheduling(case)
    except (ParseError, ReadError):
        ours = {"error": True}
    return Outcome.EQUAL if ours == _meant(case, answer) else Outcome.DIFFERENT


def _of_scheduling(case: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return our answer; raises :exc:`ParseError` or :exc:`ReadError` where there is none."""
    if "quantity" in case:
        return {"value": parse_quantity(case["quantity"])}
    if "selector" in case:
        asked = requirements(from_plain(case["selector"], PLACE))
        return {"selected": all(one.matches(case["labels"]) for one in asked)}
    spec, node = case["pod"]["spec"], case["node"]
    metadata = node["metadata"]
    taints = [
        Taint(key=one["key"], value=one.get("value", ""), effect=TaintEffect(one["effect"]))
        for one in node["spec"]["taints"]
    ]
    selected = node_selection(spec).matches(name=metadata["name"], labels=metadata["labels"])
    return {
        "selected": selected,
        "untolerated": sorted(map(str, untolerated(taints, tolerations(spec)))),
    }


def _meant(case: Mapping[str, Any], answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the answer of Kubernetes' libraries in the words of ours."""
    if "error" in answer:
        return {"error": True}
    if "quantity" in case:
        return {"value": Decimal(answer["text"])}
    if "selector" in case:
        return {"selected": answer["text"] == "yes"}
    found = json.loads(answer["json"])
    return {**found, "untolerated": sorted(found["untolerated"])}


def _of_yaml(text: str, answer: Mapping[str, Any]) -> Outcome:
    try:
        ours = json.dumps(yaml.load(text), allow_nan=False, sort_keys=True)
    except (ParseError, ValueError):
        return Outcome.EQUAL if "error" in answer else Outcome.DIFFERENT
    if "error" in answer:
        return Outcome.DIFFERENT
    theirs = json.dumps(json.loads(answer["json"], parse_int=_whole), sort_keys=True)
    return Outcome.EQUAL if ours == theirs else Outcome.DIFFERENT


def _whole(text: str) -> float:
    """Return a number of JSON; ``-0`` is one with a fraction to Go."""
    return -0.0 if text == "-0" else int(text)


def _of_template(text: str, answer: Mapping[str, Any]) -> Outcome:
    try:
        ours = render(text, VALUES)
    except ParseError:
        return Outcome.EQUAL if "error" in answer else Outcome.DIFFERENT
    except UnsupportedError:
        return Outcome.EQUAL if "error" in answer else Outcome.UNRESOLVED
    same = "error" not in answer and answer.get("text", "") == ours
    return Outcome.EQUAL if same else Outcome.DIFFERENT
