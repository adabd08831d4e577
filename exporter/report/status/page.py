"""The page itself: what its templates are given, and the files that it loads."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from exporter.domain.evaluation import Evaluation, Score
from exporter.domain.finding import Layer, Severity, Verdict
from exporter.domain.published import Answer, Asked
from exporter.report import account
from exporter.report.folded import ENGLISH, counted, remedy, things, with_reason
from exporter.report.headline import headline
from exporter.report.links import address, page_of
from exporter.report.overview import Overview
from exporter.report.rows import WORST_FIRST, FindingRow, worst
from exporter.report.status import comparison
from exporter.report.status.page_query import PageQuery
from exporter.report.status.selection import select
from exporter.report.texts import share
from exporter.report.wording import STATES, THINGS

_FOLDER: Final = "templates/status"
_SHOWN: Final = "\N{REPLACEMENT CHARACTER}"
_FILES: Final = {
    "/status.css": "text/css; charset=utf-8",
    "/status.js": "text/javascript; charset=utf-8",
    "/icon.svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContext:
    """What the page says that is not of the evaluation.

    *telemetry_path* is that of the metrics; *reports* are the forms and *languages* those of the
    report. When the evaluation is older than *lasting*, the page says that it is stale.
    """

    telemetry_path: str = "/metrics"
    lasting: timedelta = timedelta(minutes=2)
    reports: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


def page(outcome: Evaluation, asked: Asked, *, shown: Overview, context: PageContext) -> Answer:
    """Return what is *asked* of the page about one evaluation, whose overview is *shown*."""
    query = PageQuery.of(asked.parameters)
    text = (
        _environment()
        .get_template("page.html")
        .render(
            shown=shown,
            headline=headline(outcome, shown.account, texts=ENGLISH),
            scope=shown.account.scope(THINGS),
            ratio=Score(counts=shown.counts).ratio,
            query=query,
            part=select(shown, query, passes=_passes(outcome)),
            choices=_choices(outcome),
            link=partial(address, web=shown.web),
            explained=partial(page_of, documentation=shown.documentation),
            stale=asked.stale,
            context=context,
        )
    )
    return Answer(content_type="text/html; charset=utf-8", body=text.encode(errors="replace"))


def files_beside() -> dict[str, Answer]:
    """Return the files that the page loads, by their paths."""
    folder = files("exporter.report").joinpath(_FOLDER)
    return {
        path: Answer(content_type=kind, body=folder.joinpath(path[1:]).read_bytes())
        for path, kind in _FILES.items()
    }


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("exporter.report", _FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "Verdict": Verdict,
        "WORST_FIRST": WORST_FIRST,
        "compare": comparison.compare,
        "statements": comparison.statements,
        "labels": comparison.labels,
        "taints": comparison.taints,
        "STATES": STATES,
        "THINGS": THINGS,
        "counted": counted,
        "remedy": remedy,
        "things": things,
        "with_reason": with_reason,
    }
    environment.filters |= {"percent": _percent, "age": _age, "worst": _worst, "most": _most}
    return environment


def _harmless(value: Any) -> Any:
    """Return what a template prints, without characters that turn text around or hide it."""
    if isinstance(value, Markup):
        return value
    text = str(value)
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character in "\n\t" else _SHOWN
        for character in text
    )


def _percent(part: float | None) -> str:
    return "-" if part is None else share(part)


def _age(age: timedelta) -> str:
    """Say how long something lasted in its two largest units."""
    left, units = max(0, int(age.total_seconds())), []
    for unit, seconds in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        number, left = divmod(left, seconds)
        if number:
            units.append(f"{number} {unit}")
    return " ".join(units[:2]) or "0 s"


def _worst(verdicts: dict[str, Verdict]) -> Verdict | None:
    """Return the worst of what checks said, None where none did."""
    return worst(dict.fromkeys(verdicts.values(), 1))


def _most(some: Any, number: int) -> Any:
    """Return the first of a sequence."""
    return tuple(some)[:number]


def _passes(outcome: Evaluation) -> Iterator[FindingRow]:
    """Yield what an overview leaves out, as far as it is asked for."""
    checks = {check.id: check for check in outcome.checks}
    for finding in outcome.findings:
        if finding.verdict is Verdict.PASS and (check := checks.get(finding.check)):
            yield FindingRow(
                finding=finding,
                layer=check.layer_of(finding),
                severity=check.severity,
                title=check.title,
            )


def _choices(outcome: Evaluation) -> dict[str, tuple[str, ...]]:
    """Return by what findings can be filtered."""
    found = [finding for finding in outcome.findings if account.is_blind_spot(finding)]
    sources = account.sources_of(outcome)
    return {
        "verdict": tuple(map(str, WORST_FIRST)),
        "severity": tuple(map(str, Severity)),
        "layer": tuple(str(layer) for layer in Layer if layer in outcome.layers),
        "check": tuple(check.id for check in outcome.checks),
        "kind": tuple(sorted({finding.subject.kind for finding in outcome.findings})),
        "reason": tuple(sorted({finding.reason for finding in found})),
        "source": tuple(sorted({account.blind_spot(finding, sources).source for finding in found})),
    }
