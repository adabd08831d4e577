"""What the metrics are made from: an evaluation, and what this process did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from exporter.domain.evaluation import Evaluation
from exporter.domain.recollection import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """What this process did so far.

    *failures* counts the checks that failed by themselves, by their id; *reloaded* is when the
    settings were last read without an error, *reload_ok* whether the last try was one; *scope* is
    what it looks at.
    """

    evaluations: int = 0
    failures: Mapping[str, int] = field(default_factory=dict)
    reload_ok: bool = True
    reloaded: datetime
    scope: Scope = field(default_factory=Scope)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What the families are made from: an evaluation, and how much of it shall be shown.

    *detail* and *limit* are ``metrics.detail`` and ``metrics.findings_limit`` of the settings.
    """

    evaluation: Evaluation
    process: Process
    detail: Literal["full", "findings", "summary"] = "full"
    limit: int = 1000
