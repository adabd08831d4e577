"""Which rules there are, and the files that they become; recording rules are written by hand."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from exporter.checks import ALL
from exporter.domain.check import Alert, Check
from exporter.domain.finding import Layer
from exporter.metrics.family import PREFIX
from rules.generate import slo
from rules.generate.exporter import RULES
from rules.generate.rule import Rule

FOLDER = Path(__file__).parents[1]
EXPORTER, SLO = "exporter", "slo"
_ABOUT = {
    EXPORTER: "the exporter itself: without it, silence of the others means nothing.",
    Layer.INFRASTRUCTURE: (
        "the layer infrastructure: do the declared nodes exist, and are they what was declared?"
    ),
    Layer.CONFIGURATION: (
        "the layer configuration: labels and taints of nodes, and declarations that disagree."
    ),
    Layer.APPLICATIONS: (
        "the layer applications: do the declared workloads run, as declared and where declared?"
    ),
    Layer.GITOPS: "the layer gitops: does Argo CD deploy what the repository declares?",
    Layer.OBSERVABILITY: (
        "the layer observability: does what watches the cluster see it, and reach somebody?"
    ),
    SLO: "an objective for conformance, for who has one: off by default in the chart.",
}
_FAILS = f"""\
(
  (
    max without (instance, pod, container, endpoint) (
      {PREFIX}finding_since_timestamp_seconds{{check="%(check)s"}}
    )
    * ignoring (layer, severity, owner) group_left (owner)
    max without (instance, pod, container, endpoint) (
      topk without (instance, pod, container, endpoint, owner) (
        1, {PREFIX}finding_owner_info{{check="%(check)s"}}
      )
    )
    or ignoring (owner)
    max without (instance, pod, container, endpoint) (
      {PREFIX}finding_since_timestamp_seconds{{check="%(check)s"}}
    )
  )
  unless ignoring (layer, severity, owner, cause)
  max without (instance, pod, container, endpoint) (
    {PREFIX}finding_cause_info{{check="%(check)s"}}
  )
)
> 0
"""
# topk: replicas that disagree about an owner for a moment must not break the alert. What follows
# from a failure that alarms, and is as severe, is told with that one.


def written() -> dict[Path, str]:
    """Return the text of each file of alerts."""
    return {FOLDER / f"{name}.yaml": _text(name, some) for name, some in alerting().items()}


def alerting() -> dict[str, tuple[Rule, ...]]:
    """Return the rules of each file by its name; those of checks stand by the ids of these."""
    return {
        EXPORTER: (*RULES, *_of(None)),
        **{layer: tuple(_of(layer)) for layer in Layer},
        SLO: slo.RULES,
    }


def _of(layer: Layer | None) -> Iterator[Rule]:
    return (_rule(one, one.alert) for one in ALL if one.layer is layer and one.alert)


def _rule(check: Check, alert: Alert) -> Rule:
    """Return the rule of a check; what is of no layer shows on the overview."""
    return Rule(
        alert=alert,
        expr=alert.expr or _FAILS % {"check": check.id},
        severity=check.severity,
        dashboard="layer" if check.layer else "overview",
        variables=f"&var-layer={check.layer}&var-check={check.id}" if check.layer else "",
        check=check.id,
        of_subject=not alert.expr,
    )


def _text(name: str, rules: Iterable[Rule]) -> str:
    head = (
        "# Written by make rules from the alerts that the checks carry.",
        f"# Alerts of {_ABOUT[name]}",
        "groups:",
        f"  - name: cluster-conformance-{name}",
        "    rules:",
        *([slo.records()] if name == SLO else []),
    )
    return "\n".join((*head, *(one.text for one in rules), ""))
