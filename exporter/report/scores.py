"""How the layers and their checks did, and whether a cluster that conforms is reached."""

from collections.abc import Iterator, Sequence

from exporter.domain.evaluation import Evaluation, Score, WaiverState
from exporter.domain.finding import Layer, Verdict
from exporter.report.rows import (
    Aim,
    CheckRow,
    Indicator,
    LayerRow,
    SourceRow,
    WaiverRow,
)


def counted(outcome: Evaluation) -> dict[Verdict, int]:
    """Count all findings by their verdict."""
    return {
        verdict: sum(score.counts[verdict] for score in outcome.scores.values())
        for verdict in Verdict
    }


def scored(outcome: Evaluation) -> Iterator[LayerRow]:
    """Yield every layer with its checks in the order of their ids."""
    for layer in Layer:
        yield LayerRow(
            layer=layer,
            score=outcome.layers.get(layer),
            checks=tuple(_checks(outcome, layer)),
        )


def _checks(outcome: Evaluation, layer: Layer) -> Iterator[CheckRow]:
    for check in outcome.checks:
        if layer in check.layers and check.id in outcome.scores:
            row = CheckRow(check=check, score=Score(counts=outcome.count(check, layer)))
            if row.total or not check.only_amiss:
                yield row


def indicators(
    layers: Sequence[LayerRow], *, sources: Sequence[SourceRow], waivers: Sequence[WaiverRow]
) -> Iterator[Indicator]:
    """Yield the success indicators: the telling checks that have subjects, then further aims."""
    for row in layers:
        for check in row.checks:
            if check.check.headline and check.verdict is not None:
                yield Indicator(
                    code=check.check.id,
                    layer=row.layer,
                    reached=check.conforming,
                    total=check.total,
                    verdict=check.verdict,
                )
    yield _everything_seen(layers)
    yield _aim(Aim.SOURCES_UP, [source.status.up for source in sources])
    yield _aim(Aim.WAIVERS_VALID, [waiver.state is not WaiverState.EXPIRED for waiver in waivers])


def _everything_seen(layers: Sequence[LayerRow]) -> Indicator:
    counts = [layer.score.counts for layer in layers if layer.score is not None]
    total = sum(sum(count.values()) for count in counts)
    unseen = sum(count[Verdict.UNKNOWN] for count in counts)
    return Indicator(
        code=Aim.EVERYTHING_SEEN,
        layer=None,
        reached=total - unseen,
        total=total,
        verdict=Verdict.PASS if total and not unseen else Verdict.UNKNOWN,
    )


def _aim(code: Aim, reached: Sequence[bool]) -> Indicator:
    return Indicator(
        code=code,
        layer=None,
        reached=sum(reached),
        total=len(reached),
        verdict=Verdict.PASS if all(reached) else Verdict.FAIL,
    )
