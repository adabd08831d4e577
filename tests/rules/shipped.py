"""The rules as they are shipped, for the tests that compare them with everything else."""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
TOLD = Path(__file__).parent
EXAMPLE = ROOT / "rules" / "alertmanager.example.yaml"
PAIR = ROOT / "rules" / "pair.example.yaml"
OBJECTIVE = ROOT / "rules" / "slo.yaml"
FILES = sorted(set((ROOT / "rules").glob("*.yaml")) - {EXAMPLE, PAIR})
ALWAYS = [path for path in FILES if path != OBJECTIVE]
"""The files that everybody has; an objective is for those who ask for it."""

Rule = dict[str, Any]


def rules(path: Path) -> list[Rule]:
    """Return the rules of a file, in their order."""
    groups = yaml.safe_load(path.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


ALL_RULES: list[Rule] = [rule for path in FILES for rule in rules(path)]
ALERTS: dict[str, Rule] = {rule["alert"]: rule for rule in ALL_RULES if "alert" in rule}
RECORDS: dict[str, Rule] = {rule["record"]: rule for rule in ALL_RULES if "record" in rule}
