"""The page of what was tried: operations, faults, and how they were told."""

from collections.abc import Mapping, Sequence
from statistics import median

from tests.real.operations import OPERATIONS as REAL
from tests.trust.operation import CATALOGUE, Operation
from tests.trust.rehearsal import QUIET
from tests.trust.suite import Ears, Heard

_HEAD = """\
# Trust: what nobody shall hear of, and what everybody shall hear of once

Written by `make trust`: every operation below goes on in a small simulated cluster of its own, of
four nodes and three Applications, once as it should and once with one real fault in it. An
exporter looks at each of them every two minutes, by a clock that goes on in steps; what they say is
told to one real Prometheus and one real Alertmanager, with the rules and the example of routes as
they are shipped, for which time passes up to 60 times as fast, as fast as the machine allows. A
deadline of a rollout is 15 minutes there (`rollout_deadline`), and one of a drain 30
(`drain_deadline`).

The simulated controllers (`tests/trust`) do what Kubernetes and Argo CD are known to do, as far as
objects show it. What they leave out nobody has tried here. Those of Deployments, StatefulSets and
DaemonSets are held against what the controllers of Kubernetes wrote in a rollout, in one that
stands still and in going back (`tests/trust/recorded`). `make real` tries {real} of the
operations, and a fault in each, with those controllers themselves, where their programs
are (CONTRIBUTING.md).
"""


def page(tried: Sequence[Operation], ears: Ears) -> str:
    """Return the page, in Markdown."""
    good = {one.id: ears.of(one.id) for one in tried}
    bad = {one.id: ears.of(f"{one.id}-broken") for one in tried}
    told = [_first(one, bad[one.id]) for one in tried]
    minutes = sorted(one.minute - QUIET for one in told if one is not None)
    lines = [
        _HEAD.format(real=len(REAL)),
        "| | |",
        "|---|---|",
        f"| operations that there are | {len(CATALOGUE)} |",
        f"| operations that this run tried | {len(tried)} |",
        f"| operations that somebody heard of (false) | {sum(map(bool, good.values()))} |",
        f"| faults | {len(tried)} |",
        f"| faults that nobody heard of by their cause (missed) | {told.count(None)} |",
        f"| faults of which more was heard | {_surplus(tried, bad)} |",
    ]
    if minutes:
        span = f"{minutes[0]:.0f} to {minutes[-1]:.0f}, half of them within {median(minutes):.0f}"
        lines.append(f"| minutes from the fault's operation to its notification | {span} |")
    lines += ["", *_table(tried, good=good, bad=bad)]
    return "\n".join(lines) + "\n"


def _table(
    tried: Sequence[Operation],
    *,
    good: Mapping[str, Sequence[Heard]],
    bad: Mapping[str, Sequence[Heard]],
) -> list[str]:
    head = ["| operation | heard | with the fault | heard | after |", "|---|---|---|---|---|"]
    rows = [
        f"| {one.title} | {_names(good[one.id]) or 'nothing'} | {one.fault} "
        f"| {_names(bad[one.id]) or 'nothing'} | {_after(_first(one, bad[one.id]))} |"
        for one in tried
    ]
    return [*head, *rows]


def _first(operation: Operation, heard: Sequence[Heard]) -> Heard | None:
    """Return the notification that names the cause of a fault, if that came."""
    wanted = (operation.told, operation.about)
    return next((one for one in heard if (one.alert, one.about) == wanted), None)


def _surplus(tried: Sequence[Operation], bad: Mapping[str, Sequence[Heard]]) -> int:
    return sum(len(bad[one.id]) > bool(_first(one, bad[one.id])) for one in tried)


def _names(heard: Sequence[Heard]) -> str:
    return ", ".join(f"{one.alert} {one.about}".strip() for one in heard)


def _after(heard: Heard | None) -> str:
    return "never" if heard is None else f"{heard.minute - QUIET:.0f}m"
