"""What people and controllers do on purpose is told to nobody; what goes wrong in it once.

Exporters look at simulated clusters in which that goes on. What they say is told to a real
Prometheus and a real Alertmanager with the shipped rules and routes, for which time passes faster.
"""

import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from tests.trust.figures import page
from tests.trust.operation import Operation
from tests.trust.operations import CATALOGUE, chosen
from tests.trust.rehearsal import Trial, rehearse, trials
from tests.trust.suite import Ears, hear

QUICK = (
    "rollout-restart",
    "pods-killed",
    "daemon-set-update",
    "node-added",
    "moved",
    "reboot",
    "tainted-for-debugging",
    "exporter-restart",
)
"""Those that CI tries, whose faults are told soon."""
BRIEF = 24.0
"""Minutes for which these are tried there."""
TOGETHER = 12
"""How many are tried at once: a hundred exporters are more than one Prometheus can take so fast."""

Tried = tuple[dict[str, Trial], Ears]

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def tried(some: Sequence[Operation], folder: Path) -> Tried:
    """Try operations side by side, with and without their faults; those that take as long at once.

    How fast time passes for Prometheus is found out once.
    """
    everything: dict[str, Trial] = {}
    ears = Ears()
    in_order = sorted(some, key=lambda one: one.minutes)
    for first in range(0, len(in_order), TOGETHER):
        found = trials(in_order[first : first + TOGETHER], folder)
        await rehearse(found)
        heard = await hear(found, factor=ears.factor)
        ears = Ears(heard.factor, heard={**ears.heard, **heard.heard})
        everything |= {trial.name: trial for trial in found}
    return everything, ears


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def everything(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Tried]:
    """All operations that are asked for, tried once."""
    own = [one for one in request.session.items if one.path == Path(__file__)]
    names = [name for name in CATALOGUE if any(f"[{name}]" in one.name for one in own)]
    some = chosen(names)
    if set(names) <= set(QUICK):
        some = [replace(one, minutes=BRIEF) for one in some]
    found, ears = await tried(some, tmp_path_factory.mktemp("trust"))
    write(page(some, ears))
    yield found, ears


def write(text: str) -> None:
    """Write the page of figures, if that is asked for."""
    if path := os.environ.get("TRUST_PAGE"):
        Path(path).write_text(text, encoding="utf-8")


NAMES = [
    pytest.param(name, marks=[pytest.mark.trust, *([pytest.mark.long] * (name in QUICK))])
    for name in CATALOGUE
]


@pytest.mark.parametrize("name", NAMES)
async def test_a_legitimate_operation_is_told_to_nobody(name: str, everything: Tried) -> None:
    _, ears = everything

    assert ears.of(name) == []


@pytest.mark.parametrize("name", NAMES)
async def test_a_fault_in_it_is_told_once_with_its_cause(name: str, everything: Tried) -> None:
    found, ears = everything
    wanted = found[name].operation

    assert [(one.alert, one.about) for one in ears.of(f"{name}-broken")] == [
        (wanted.told, wanted.about)
    ]
