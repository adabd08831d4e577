"""Everything declared is counted, whatever becomes of it: held against counts made by others."""

import re
import subprocess
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporter.app import check_once
from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Verdict
from exporter.domain.items import ItemState
from exporter.settings.load import load
from tests.e2e.reference import EXAMPLE, Reference
from tests.programs import building
from tests.properties.mutations import MUTATIONS
from tests.properties.repositories import KINDS, PLANS, RENDERED, Plan, write
from tests.properties.rules import taken_away

NOW = datetime(2025, 11, 12, 5, 30, tzinfo=UTC)
SOME = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


async def judge(root: Path) -> Evaluation:
    return await check_once(load(root / "conformance.yaml"), at=NOW)


def counted(outcome: Evaluation) -> Counter[str]:
    """Return how many items of each kind there are, in whatever state."""
    counts: Counter[str] = Counter()
    for key, count in outcome.items.items():
        counts[key.kind] += count
    return counts


def built(kustomize: str, folder: Path) -> Counter[str]:
    """Count the objects that kustomize prints, by the text of their kinds."""
    command = [*building(kustomize), str(folder)]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return Counter(re.findall(r"^kind: (\w+)$", text, re.MULTILINE))


async def test_all_that_kustomize_prints_is_an_item(kustomize: str, tmp_path: Path) -> None:
    outcome = await Reference.copy(tmp_path / "reference").evaluate()

    overlays = (EXAMPLE / "repository" / "k8s" / "overlays").iterdir()
    printed = sum((built(kustomize, one) for one in overlays), Counter[str]())
    items = counted(outcome.evaluation)
    assert {kind: items[kind] for kind in printed} == printed


@pytest.mark.usefixtures("kustomize", "helm")
@SOME
@given(plan=PLANS)
async def test_each_application_and_each_object_is_counted_once(plan: Plan) -> None:
    with TemporaryDirectory() as folder:
        write(Path(folder), plan)
        outcome = await judge(Path(folder))

    items = counted(outcome)
    assert items["Application"] == len(plan.sources)
    readable = [one for one in plan.sources if one.how in RENDERED]
    declared = Counter(kind for one in readable for kinds in one.files for kind in kinds)
    assert {kind: items[kind] for kind in KINDS} == {kind: declared[kind] for kind in KINDS}
    reasons = Counter(
        (one.how, len([each for each in outcome.findings if each.subject.name == f"a{n}/0"]))
        for n, one in enumerate(plan.sources)
        if one.how not in RENDERED
    )
    assert all(found == 1 for _, found in reasons)


@pytest.mark.usefixtures("kustomize", "helm")
@SOME
@given(plan=PLANS)
async def test_whatever_is_not_compared_is_a_finding_that_says_why(plan: Plan) -> None:
    with TemporaryDirectory() as folder:
        write(Path(folder), plan)
        outcome = await judge(Path(folder))

    told = [one for one in outcome.findings if one.check == "declaration_compared"]
    counts = Counter(one.reason for one in told)
    expected = Counter[str]()
    for key, count in outcome.items.items():
        if key.state.is_reason:
            expected[key.state] += count
    assert counts == expected
    assert all(one.verdict is Verdict.UNKNOWN and one.detail for one in told)
    secrets = [key for key in outcome.items if key.kind == "Secret"]
    assert {key.state for key in secrets} <= {ItemState.OUT_OF_SCOPE}


@pytest.mark.usefixtures("kustomize", "helm")
@SOME
@given(plan=PLANS, choice=st.integers(0, 1_000))
async def test_a_file_that_cannot_be_read_hides_no_failure_and_raises_no_score(
    plan: Plan, choice: int
) -> None:
    with TemporaryDirectory() as folder:
        root = Path(folder)
        write(root, plan)
        before = await judge(root)
        files = sorted(file for file in (root / "repository").rglob("*") if file.is_file())
        chosen = files[choice % len(files)]
        MUTATIONS[choice % len(MUTATIONS)](chosen)
        after = await judge(root)

    path = chosen.relative_to(root / "repository").as_posix()
    assert list(taken_away(before, after, path)) == []
