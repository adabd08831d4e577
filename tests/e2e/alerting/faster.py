"""The shipped rules and routes as they are, but time passes faster for them."""

import re
from typing import Any

import yaml

from exporter.domain.instants import parse_duration
from tests.rules.shipped import ALWAYS, EXAMPLE

FACTOR = 150
"""Five minutes pass in two seconds."""
_RANGE = re.compile(r"(?<=\[)\w+(?=[:\]])|(?<=:)\w+(?=\])")
"""A range, and the step of a subquery."""
_DURATIONS = ("for", "keep_firing_for", "group_wait", "group_interval", "repeat_interval")

Json = dict[str, Any]
WATCHDOG: Json = {
    "name": "watchdog",
    "rules": [{"alert": "Watchdog", "expr": "vector(1)", "labels": {"severity": "none"}}],
}


def faster(duration: str, *, factor: float = FACTOR) -> str:
    """Return *duration* as it passes here, in whole milliseconds."""
    return f"{int(parse_duration(duration).total_seconds() * 1000 / factor)}ms"


def rules(*, factor: float = FACTOR) -> list[Json]:
    """Return the rule files that everybody has, and the alert that always fires."""
    shipped = [yaml.safe_load(path.read_text()) for path in ALWAYS]
    return [*(_hurried(one, factor) for one in shipped), {"groups": [WATCHDOG]}]


def alertmanager(receiver: str, *, factor: float = FACTOR) -> Json:
    """Return the shipped example, whose receivers are below the address *receiver*."""
    config: Json = _hurried(yaml.safe_load(EXAMPLE.read_text()), factor)
    for one in config["receivers"]:
        one["webhook_configs"] = [{"url": f"{receiver}/{one['name']}"}]
    return config


def _hurried(value: Any, factor: float) -> Any:
    if isinstance(value, list):
        return [_hurried(one, factor) for one in value]
    if not isinstance(value, dict):
        return value
    return {key: _hurried_field(key, one, factor) for key, one in value.items()}


def _hurried_field(key: str, value: Any, factor: float) -> Any:
    if key in _DURATIONS:
        return faster(value, factor=factor)
    if key == "expr":
        return _RANGE.sub(lambda match: faster(match[0], factor=factor), value)
    return _hurried(value, factor)
