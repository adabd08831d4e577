"""How our answer to a case stands to that of Go's libraries."""

import json
from collections.abc import Mapping
from typing import Any

from exporter.declared.argocd.gotemplate import UnsupportedError, from_json, render
from exporter.domain.errors import ParseError
from exporter.foreign import yaml
from tests.oracle.figures import Outcome
from tests.oracle.golang.templates import DATA

VALUES = from_json(DATA)


def outcome(case: Mapping[str, Any], answer: Mapping[str, Any]) -> Outcome:
    """Return how we answer a case, held against the *answer* of Go."""
    if "yaml" in case:
        return _of_yaml(case["yaml"], answer)
    return _of_template(case["template"], answer)


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
