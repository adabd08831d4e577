"""An objective for conformance: its ratio over windows, and alerts by how fast its budget burns.

Source: Google, The Site Reliability Workbook, chapter 5, multiwindow, multi-burn-rate alerts.
"""

from textwrap import indent

from exporter.domain.check import Alert
from exporter.domain.finding import Severity
from rules.generate.rule import Rule

OBJECTIVE = "0.99"
"""Which part of what is declared and judged shall conform; the chart puts another one there."""
_BASE = "layer:cluster_conformance_layer_ratio"
_WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
_FIRST = """\
min without (instance, pod, container, endpoint) (
  avg_over_time(cluster_conformance_layer_ratio[2m])
)
"""
_RECORDS = {
    f"{_BASE}:avg2m": _FIRST,
    **{f"{_BASE}:avg{one}": f"avg_over_time({_BASE}:avg2m[{one}])\n" for one in _WINDOWS},
    # Each hour's mean, as a month of single samples costs too much.
    f"{_BASE}:avg30d": f"avg_over_time({_BASE}:avg1h[30d:1h])\n",
}


def records() -> str:
    """Return the recording rules as items of a group."""
    return "\n".join(
        f"      - record: {name}\n        expr: |\n{indent(expr.rstrip(), ' ' * 10)}"
        for name, expr in _RECORDS.items()
    )


def _burning(*pairs: tuple[float, str, str]) -> str:
    """Return that the budget burns at least so many times as fast as it lasts, in both windows."""
    return "or\n".join(
        f"{_BASE}:avg{long} < 1 - {rate} * (1 - {OBJECTIVE})\n"
        "and\n"
        f"{_BASE}:avg{short} < 1 - {rate} * (1 - {OBJECTIVE})\n"
        for rate, long, short in pairs
    )


RULES: tuple[Rule, ...] = (
    Rule(
        alert=Alert(
            name="BudgetBurnsFast",
            after="2m",
            keep="5m",
            summary="Conformance leaves its objective fast.",
            description=(
                "Of layer {{ $labels.layer }}{of_cluster} only {{ $value | humanizePercentage }} "
                "conformed in the last hours: a month's budget of deviations is gone within two to "
                "five days. Next: what began to fail, and which commit or outage is behind it?"
            ),
            why=(
                "14.4 times as fast as the budget of 30 days lasts takes 2 % of it in an hour, 6 "
                "times 5 % in six; the short window ends the alert soon after the cause."
            ),
        ),
        expr=_burning((14.4, "1h", "5m"), (6, "6h", "30m")),
        severity=Severity.CRITICAL,
        dashboard="layer",
        variables="&var-layer={{ $labels.layer }}",
    ),
    Rule(
        alert=Alert(
            name="BudgetBurnsSlowly",
            after="15m",
            keep="15m",
            summary="Conformance leaves its objective slowly.",
            description=(
                "Of layer {{ $labels.layer }}{of_cluster} only {{ $value | humanizePercentage }} "
                "conformed in the last days: a month's budget of deviations does not last for "
                "thirty. Next: mend what has failed longest, or accept it by a waiver."
            ),
            why="3 times as fast takes 10 % of the budget in a day, as fast as it lasts in three.",
        ),
        expr=_burning((3, "1d", "2h"), (1, "3d", "6h")),
        severity=Severity.WARNING,
        dashboard="layer",
        variables="&var-layer={{ $labels.layer }}",
    ),
)
