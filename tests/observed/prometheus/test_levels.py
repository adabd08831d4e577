"""How the layers were is what our rules keep; who cannot tell it fails at nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from exporter.domain.finding import Layer
from exporter.domain.monitoring.prometheus.levels import STATE, LayerLevels
from exporter.domain.skyline import Level, LevelChange
from exporter.observed.prometheus.levels import STEP, STEPS
from tests.observed.prometheus.scripted import NOW, Scripted, Server, questions, told
from tests.observed.prometheus.test_poller import HEALTHY, MATRIX

END = datetime.fromtimestamp(NOW // 300 * 300, UTC)
RANGE = "/api/v1/query_range"


def series(*values: tuple[timedelta, str], layer: str = "gitops") -> dict[str, Any]:
    return {
        "metric": {"layer": layer},
        "values": [[(END - ago).timestamp(), value] for ago, value in values],
    }


def matrix(*found: dict[str, Any]) -> Scripted:
    return told({"resultType": "matrix", "result": found})


async def ask(answer: Scripted, *, times: int = 1) -> tuple[LayerLevels, set[type], Server]:
    def by_expression(request: web.Request) -> Scripted:
        return answer if STATE in request.query["query"] else MATRIX

    async with Server({**HEALTHY, RANGE: by_expression}) as server:
        asked = questions(server.url, labels={"cluster": "north"})
        for _ in range(times):
            found = await asked.ask()
        await asked.close()
    levels = found.facts[LayerLevels]
    assert isinstance(levels, LayerLevels)
    return levels, set(found.gaps), server


async def test_each_state_is_a_level_from_the_step_that_it_was_worst_in() -> None:
    values = [(STEP * (5 - state), f"{state}") for state in range(6)]

    levels, _, _ = await ask(matrix(series(*values)))

    assert levels.until == END - STEP
    assert [(change.at, change.level) for change in levels.changes] == [
        (END - 6 * STEP, Level.CONFORMS),
        (END - 5 * STEP, Level.ACCEPTED),
        (END - 4 * STEP, Level.UNKNOWN),
        (END - 3 * STEP, Level.WARNING),
        (END - 2 * STEP, Level.UNKNOWN),
        (END - STEP, Level.CRITICAL),
    ]


async def test_a_step_without_a_value_is_one_that_nobody_watched() -> None:
    levels, _, _ = await ask(matrix(series((4 * STEP, "0"), (STEP, "0"), (timedelta(), "0"))))

    assert levels.changes == (
        LevelChange(END - 5 * STEP, Layer.GITOPS, Level.CONFORMS),
        LevelChange(END - 4 * STEP, Layer.GITOPS, None),
        LevelChange(END - 2 * STEP, Layer.GITOPS, Level.CONFORMS),
    )


async def test_what_no_rule_of_ours_makes_is_left_out() -> None:
    odd = [series((STEP, text)) for text in ("NaN", "+Inf", "2.5", "-1", "7", "x")]
    elsewhere = series((STEP, "5"), layer="kitchen")

    levels, gaps, _ = await ask(matrix(elsewhere, *odd))

    assert levels.changes == ()
    assert gaps == set()


async def test_one_bounded_question_for_each_step_of_the_clock() -> None:
    _, _, server = await ask(matrix(series((STEP, "0"))), times=3)

    (query,) = (query for _, query in server.asked if STATE in query.get("query", ""))
    assert 'cluster="north"' in query["query"]
    assert (float(query["end"]) - float(query["start"])) / float(query["step"]) == STEPS - 1


async def test_a_server_that_does_not_tell_is_asked_again_and_has_failed_at_nothing() -> None:
    times = 2
    broken = Scripted(status=503, body=b"too many samples")

    levels, gaps, server = await ask(broken, times=times)

    assert "503" in levels.trouble
    assert gaps == set()
    assert sum(STATE in query.get("query", "") for _, query in server.asked) >= times
