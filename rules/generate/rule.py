"""How one alert is written as a rule of Prometheus."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import indent, wrap

from exporter.domain.check import OF_CLUSTER, Alert
from exporter.domain.finding import Severity

CLUSTER = "or $labels.cluster $externalLabels.cluster"
_OF_CLUSTER = f"{{{{ with {CLUSTER} }}}} of cluster {{{{ . }}}}{{{{ end }}}}"
SUBJECT = (
    "{{ $labels.object_kind }} "
    "{{ with $labels.object_namespace }}{{ . }}/{{ end }}{{ $labels.object_name }}"
)
"""What an alert is about."""
_RUNBOOKS, _DASHBOARDS = "https://runbooks.invalid/", "https://grafana.invalid/d/"
_UID = "cluster-conformance-"
_INDENT = " " * 12
_WIDTH = 100 - len(_INDENT)
_PLACEHOLDER = re.compile(r"\{\{.*?\}\}")
_KEPT = "\0"
"""Stands for a space at which no line is broken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An alert with its *expr* and *severity*, and the *dashboard* that its link opens.

    *dashboard* is a uid without the prefix of all, *variables* are those that it opens with beside
    the cluster. *check* is the id of the check that it belongs to, if any; *of_subject* whether
    each of its alerts is about one subject of that.
    """

    alert: Alert
    expr: str
    severity: Severity
    dashboard: str
    variables: str = ""
    check: str = ""
    of_subject: bool = False

    @property
    def name(self) -> str:
        """The name of the alert, with its prefix."""
        return self.alert.full_name

    @property
    def text(self) -> str:
        """The rule as an item of a group in YAML."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        alert = self.alert
        yield f"      - alert: {self.name}"
        if alert.why:
            yield indent("\n".join(wrap(alert.why, _WIDTH + 2)), " " * 8 + "# ")
        yield "        expr: |"
        yield indent(self.expr.rstrip("\n"), " " * 10)
        yield f"        for: {alert.after}"
        yield f"        keep_firing_for: {alert.keep}"
        yield "        labels:"
        yield f"          severity: {self.severity}"
        yield "        annotations:"
        yield f"          summary: {self._summary}"
        yield "          description: >-"
        yield indent(_folded(alert.description.replace(OF_CLUSTER, _OF_CLUSTER)), _INDENT)
        yield f"          runbook_url: {_RUNBOOKS}{self.name}.md"
        yield f"          dashboard_url: {self._dashboard_url}"

    @property
    def _summary(self) -> str:
        """What is amiss, and with what, where each alert is about one subject."""
        return f'"{SUBJECT}: {self.alert.summary}"' if self.of_subject else self.alert.summary

    @property
    def _dashboard_url(self) -> str:
        cluster = f"var-cluster={{{{ {CLUSTER} | urlquery }}}}"
        return f"{_DASHBOARDS}{_UID}{self.dashboard}?{cluster}{self.variables}"


def _folded(text: str) -> str:
    """Return a text in lines, none of which ends within a placeholder."""
    kept = _PLACEHOLDER.sub(lambda found: found[0].replace(" ", _KEPT), text)
    lines = wrap(kept, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines).replace(_KEPT, " ")
