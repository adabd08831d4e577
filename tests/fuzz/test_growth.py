"""What a document costs grows with its size, in time and in memory, whatever its shape is.

The budget is fixed, and so are the shapes, unless ``FUZZ_SECONDS`` says for how long to look for
new ones (``make fuzz``).
"""

import os
import random
import time

import pytest

from .growth import shape_of, steep
from .target import Target
from .targets import TARGETS

pytestmark = pytest.mark.long

SECONDS = float(os.environ.get("FUZZ_SECONDS", "0"))
FEW = 2


@pytest.mark.parametrize("target", [pytest.param(one, id=one.name) for one in TARGETS])
def test_no_shape_costs_more_than_its_size(target: Target) -> None:
    until = time.monotonic() + SECONDS / len(TARGETS) / 2
    seed = 0 if not SECONDS else random.SystemRandom().getrandbits(30)
    tried = 0

    while tried < FEW or time.monotonic() < until:
        shape = shape_of(target, random.Random(seed + tried))  # noqa: S311 - can be had again
        found = steep(target, shape)
        assert found is None, f"seed {seed + tried}: {found}"
        tried += 1


@pytest.mark.parametrize(
    ("target", "number"),
    [
        pytest.param(one, number, id=f"{one.name}-{number}")
        for one in TARGETS
        for number in range(len(one.grown))
    ],
)
def test_no_shape_of_a_language_costs_more_than_its_size(target: Target, number: int) -> None:
    found = steep(target, target.grown[number])

    assert found is None, str(found)
