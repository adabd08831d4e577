"""Whatever bytes come, a parser gives a value or the error that it documents; in time, and no more.

The budget is fixed, and so are the documents, unless ``FUZZ_SECONDS`` says for how long to look
for new ones (``make fuzz``).
"""

import os
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.database import DirectoryBasedExampleDatabase

from .counting import TRIED
from .mutation import documents
from .target import Target
from .targets import TARGETS
from .watching import watched

pytestmark = pytest.mark.long

SECONDS = float(os.environ.get("FUZZ_SECONDS", "0"))
EXAMPLES = 120
ROUND = 200
KEPT = Path(__file__).parents[2] / ".cache" / "fuzz"
PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)


def try_one(target: Target, data: bytes) -> None:
    TRIED["documents parsed"] += 1
    subject = target.given(data)
    with watched():
        try:
            target.parse(subject)
        except target.allowed:
            return


def check(target: Target, *, fixed: bool) -> None:
    """Try many documents near the seeds of *target*."""

    @settings(
        max_examples=EXAMPLES if fixed else ROUND,
        derandomize=fixed,
        database=None if fixed else DirectoryBasedExampleDatabase(KEPT / target.name),
        deadline=None,
        phases=PHASES,
        suppress_health_check=list(HealthCheck),
        print_blob=not fixed,
    )
    @given(documents(target.seeds, words=target.words))
    def any_document(data: bytes) -> None:
        try_one(target, data)

    any_document()


@pytest.mark.parametrize("target", [pytest.param(one, id=one.name) for one in TARGETS])
def test_any_document_is_parsed_or_refused(target: Target) -> None:
    if not SECONDS:
        check(target, fixed=True)
    until = time.monotonic() + SECONDS / len(TARGETS) / 2
    while time.monotonic() < until:
        check(target, fixed=False)


@pytest.mark.parametrize("target", [pytest.param(one, id=one.name) for one in TARGETS])
def test_every_target_takes_its_seeds(target: Target) -> None:
    taken = []
    for seed in target.seeds:
        try:
            target.parse(target.given(seed))
        except target.allowed:
            continue
        taken.append(seed)

    assert taken != [], "none of its seeds is a document of its format"
