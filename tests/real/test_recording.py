"""What the simulated controllers are held against is what real ones write by now."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
import pytest_asyncio

from tests.real.control import CONTROLLERS, control_plane
from tests.real.objects import Object
from tests.real.recording import record
from tests.trust.transitions import (
    STEPS,
    Transitions,
    conditions,
    fields,
    lasting,
    recorded,
    within,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def folder(assets: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for a control plane, if there are its programs."""
    missing = [name for name in CONTROLLERS if not shutil.which(name, path=assets)]
    if missing:
        pytest.skip(f"{assets} lacks {' and '.join(missing)}: nothing was recorded")
    return tmp_path_factory.mktemp("recording")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def found(assets: Path, folder: Path) -> Transitions:
    """What real controllers write by now."""
    with control_plane(assets, folder) as server:
        return await record(server)


@pytest.mark.parametrize("kind", STEPS)
async def test_controllers_go_through_the_states_that_are_recorded_and_may_skip_some(
    kind: str, found: Transitions
) -> None:
    for step in STEPS[kind]:
        now, then = (lasting(kind, one[kind][step]) for one in (found, recorded()))

        assert (within(now, then), now[-1]) == (True, then[-1]), (step, now, then)


@pytest.mark.parametrize("kind", STEPS)
async def test_controllers_write_the_conditions_and_fields_that_are_recorded(
    kind: str, found: Transitions
) -> None:
    now, then = (
        [one for step in some[kind].values() for one in step] for some in (found, recorded())
    )

    assert _reasons(now) == _reasons(then)
    assert fields(now) == fields(then)


def _reasons(some: Sequence[Object]) -> dict[str, set[str]]:
    return {name: set(found) for name, found in conditions(some).items()}
