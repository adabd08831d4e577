"""What readers cost at the limit: 5,000 nodes and 3,000 workloads, 66,000 findings."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bench.test_evaluation import write_repository

PROGRAM = """
import asyncio, json, sys, time
from dataclasses import replace
from pathlib import Path
from msgspec import structs
from exporter.app import Conformance
from exporter.domain.finding import Verdict
from exporter.domain.published import Asked
from exporter.foreign.clock import SYSTEM
from exporter.report import api, status
from exporter.report.status import Board, PageContext
from exporter.settings.load import load

conformance = Conformance(load(Path(sys.argv[1]) / "conformance.yaml"))
found = asyncio.run(conformance.look(SYSTEM.now()))
failing = (structs.replace(one, verdict=Verdict.FAIL, detail="is wrong") for one in found.findings)
spent = {"findings": len(found.findings)}

def measured(name, call):
    for _ in range(3):
        start = time.thread_time()
        made = call()
        spent[name] = min(1000 * (time.thread_time() - start), spent.get(name, 1e9))
    return made

for outcome, prefix in ((found, ""), (replace(found, findings=tuple(failing)), "all failing: ")):

    def made():
        board = Board(outcome=outcome)
        board.prepare()
        return board

    board = measured(f"{prefix}board", made)
    spent[f"{prefix}deviations"] = len(board.rows.by_key)
    views = api.views(outcome, declared=conformance.declared.state)

    def page(**asked):
        return status.page(board, Asked(tuple(asked.items())), context=PageContext())

    page()  # compiles the templates
    body = measured(f"{prefix}page", page).body
    spent[f"{prefix}page KiB"] = len(body) / 1024
    measured(f"{prefix}by subject", lambda: page(by="subject"))
    measured(f"{prefix}search", lambda: page(q="node-04999"))
    measured(f"{prefix}passes", lambda: page(verdict="pass"))
    measured(f"{prefix}API findings", lambda: views[api.FINDINGS](Asked()))
    measured(f"{prefix}API declared", lambda: views[api.DECLARED](Asked()))
print(json.dumps(spent))
"""


@pytest.mark.bench
def test_readers_at_the_limit(
    tmp_path: Path,
    dump: Callable[..., Path],
    measure: Callable[..., dict[str, float]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_repository(tmp_path, nodes=5000, workloads=3000, applications=300)
    dump(nodes=5000, workloads=3000, pods=30_000)

    spent = measure(PROGRAM, tmp_path)

    with capsys.disabled():
        figures = "\n".join(f"{name} {value:.0f}" for name, value in spent.items())
        print(f"\nms of CPU, the best of three, but for counts and KiB:\n{figures}")  # noqa: T201 - the figures
    assert spent["findings"] > 60_000
    assert spent["page"] < 100
    assert spent["all failing: page"] < 100
    assert spent["page KiB"] < 500
