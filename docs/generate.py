"""Writes what of the documentation, settings and schemas follows from checks, metrics and types.

The rest of each page is by hand. ``python -m docs.generate`` (``make docs``) runs it.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from exporter.checks import ALL
from exporter.domain.instants import parse_duration
from exporter.metrics.families import FAMILIES
from exporter.metrics.family import PREFIX, Family
from exporter.report.documents.schema import schema
from rules.generate.files import alerting
from rules.generate.rule import Rule
from tests.oracle.figures import Figures, recorded
from tests.properties.reference_leaves import Kind
from tests.properties.reference_leaves import recorded as leaves

HERE = Path(__file__).parent
ROOT = HERE.parent
METRICS, ALERTS, RUNBOOKS = HERE / "metrics.md", HERE / "alerts.md", HERE / "runbooks"
TRUTH = HERE / "truth.md"
SCHEMA = ROOT / "exporter" / "report" / "schemas" / "api.json"
CHECK_IDS = ROOT / "exporter" / "settings" / "checks.py"
_TABLE = r"(?<={before}\n\n)(?:\|.*\n)+"
_LABELS = {family.name: set(family.labels) for family in FAMILIES}
_OF_THE_TARGET = {"cluster", "job"}
"""Labels that Prometheus adds."""
_SETTINGS = '''"""The ids of all checks, as settings may name them.

Written by make docs: settings know no checks.
"""

from typing import Literal, TypeAlias

CheckId: TypeAlias = Literal[
{ids}]
'''


class Alert(NamedTuple):
    """An alert of the file *layer* in ``rules``, with the check and the metric that it is about."""

    name: str
    layer: str
    severity: str
    lasts: str
    summary: str
    check: str
    metric: str


def main() -> None:
    """Write the files."""
    for path, text in pages():
        path.write_text(text)


def pages() -> Iterator[tuple[Path, str]]:
    """Yield every file of which something is generated, with its text as it shall be."""
    known = tuple(alerts())
    families = _table(("metric", "type", "meaning"), map(_family, FAMILIES))
    yield METRICS, _replaced(METRICS.read_text(), r"never labels\.", families)
    yield ALERTS, _alerts_page(ALERTS.read_text(), known)
    outcomes = _table(
        ("language", "held against", "cases", "equal", "unresolved", "different"),
        map(_outcomes, recorded()),
    )
    found = _table(
        (
            "kind",
            "objects",
            "their loss is found",
            "leaves",
            "their change is found",
            "not compared",
        ),
        map(_found, leaves()),
    )
    truth = _replaced(TRUTH.read_text(), r"what came of it:", outcomes)
    yield TRUTH, _replaced(truth, r"what of it is found:", found)
    yield CHECK_IDS, _check_ids()
    yield SCHEMA, json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    for one in known:
        path = RUNBOOKS / f"{one.name}.md"
        head, _, rest = path.read_text().partition("\n## ")
        del head
        yield path, f"# {one.name}\n\n{_opening(one)}\n\n## {rest}"


def alerts() -> Iterator[Alert]:
    """Yield all alerts, file by file, in the order of the rules."""
    for layer, rules in alerting().items():
        yield from (_alert(one, layer) for one in rules)


def _alert(rule: Rule, layer: str) -> Alert:
    return Alert(
        name=rule.name,
        layer=layer,
        severity=rule.severity,
        lasts=rule.alert.after,
        summary=rule.alert.summary,
        check=rule.check,
        metric=_metric(rule),
    )


def _metric(rule: Rule) -> str:
    """Return the first metric that has all the labels of which the alert speaks."""
    spoken = set(re.findall(r"\$labels\.(\w+)", rule.alert.description))
    read: list[str] = re.findall(rf"{PREFIX}(\w+)", rule.expr)
    return next(one for one in read if spoken - _OF_THE_TARGET <= _LABELS[one])


def _check_ids() -> str:
    """Return the module of the settings that lists the checks."""
    return _SETTINGS.format(ids="".join(f'    "{one}",\n' for one in sorted(one.id for one in ALL)))


def _family(family: Family) -> tuple[str, ...]:
    labels = f"{{{', '.join(family.labels)}}}" if family.labels else ""
    return (f"`{PREFIX}{family.name}{labels}`", family.type, family.help)


def _outcomes(figures: Figures) -> tuple[str, ...]:
    """Return the row of a language: how often we say what the real tool says."""
    share = f"{figures.unresolved / figures.cases:.1%}" if figures.cases else "none"
    return (
        figures.language,
        f"{figures.tool} {figures.version}",
        f"{figures.cases:,}",
        f"{figures.equal:,}",
        f"{figures.unresolved:,} ({share})",
        f"{figures.different:,}",
    )


def _found(kind: Kind) -> tuple[str, ...]:
    """Return the row of a kind: how often a change of what code declares is found."""
    reasons = {"says nothing (null)": kind.nothing, "written by tools": kind.tools}
    return (
        kind.kind,
        f"{kind.objects:,}",
        f"{kind.lost:,}",
        f"{kind.leaves:,}",
        f"{kind.changed:,} ({kind.changed / kind.leaves:.1%})",
        ", ".join(f"{number}: {reason}" for reason, number in reasons.items() if number),
    )


def _alerts_page(text: str, known: tuple[Alert, ...]) -> str:
    head = ("alert", "severity", "for", "what it says", "check", "metric")
    for layer in dict.fromkeys(one.layer for one in known):
        file = re.escape(f"[rules/{layer}.yaml](../rules/{layer}.yaml)")
        text = _replaced(
            text, file, _table(head, (_row(one) for one in known if one.layer == layer))
        )
    return text


def _row(one: Alert) -> tuple[str, ...]:
    return (
        f"[{one.name}](runbooks/{one.name}.md)",
        one.severity,
        one.lasts,
        one.summary,
        f"[{one.check}](checks/{one.check}.md)" if one.check else "",
        f"[`{one.metric}`](metrics.md)",
    )


def _opening(one: Alert) -> str:
    check = f"check [{one.check}](../checks/{one.check}.md), " if one.check else ""
    return (
        f"{one.summary} Severity {one.severity}, after {_spoken(one.lasts)}; {check}"
        f"metric [`{PREFIX}{one.metric}`](../metrics.md), "
        f"rule in [{one.layer}.yaml](../../rules/{one.layer}.yaml). "
        "[All alerts](../alerts.md), [asking the exporter](../alerts.md#asking-the-exporter)."
    )


def _spoken(duration: str) -> str:
    """Return a duration as one says it: ``1 hour`` for 1h."""
    minutes = int(parse_duration(duration).total_seconds()) // 60
    for unit, length in (("day", 1440), ("hour", 60), ("minute", 1)):
        number, rest = divmod(minutes, length)
        if not rest:
            return f"{number} {unit}{'s' * (number > 1)}"
    raise AssertionError(duration)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(row)} |\n" for row in (head, *rows)]
    return "".join((lines[0], "|" + "---|" * len(head) + "\n", *lines[1:]))


def _replaced(text: str, before: str, table: str) -> str:
    """Return *text* with the table after the line that ends with the pattern *before* made anew."""
    made, count = re.subn(_TABLE.format(before=before), lambda _: table, text)
    if count != 1:
        raise LookupError(f"{count} tables stand after a line that ends with {before}")
    return made


if __name__ == "__main__":
    main()
