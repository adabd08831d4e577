"""Following commits on their way, look by look: when each Application took each step."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from exporter.checks.flow import Delivery, FlowLook
from exporter.domain.declaration import ApplicationKey
from exporter.domain.flow import ApplicationFlow, FlowStep, Reached, StepTaken
from exporter.domain.memory import Memory


@dataclass(slots=True)
class _Way:
    """The way of one *commit*; it is *new* if another one was followed before it."""

    commit: str
    new: bool
    reached: dict[FlowStep, Reached] = field(default_factory=dict)
    missing: tuple[FlowStep, ...] = ()


@dataclass(slots=True)
class Flows:
    """The ways of the commits that Applications shall have now.

    A step that was taken stays so: what became of the pods later is not the commit's matter.
    *memory* is for the looks that are followed.
    """

    _ways: dict[ApplicationKey, _Way] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)

    @classmethod
    def recalled(cls, steps: Iterable[StepTaken]) -> "Flows":
        """Return the ways as an earlier process left them; which steps are missing is seen anew."""
        ways: dict[ApplicationKey, _Way] = {}
        for one in steps:
            fresh = _Way(one.commit, new=True, missing=(one.step,))
            way = ways.setdefault(one.application, fresh)
            way.reached[one.step] = Reached(one.step, one.at, own=one.own)
        return cls(ways)

    def taken(self) -> tuple[StepTaken, ...]:
        """Return all steps that were taken, to be remembered."""
        return tuple(
            StepTaken(application=key, commit=way.commit, step=step, at=reached.at, own=reached.own)
            for key, way in self._ways.items()
            for step, reached in way.reached.items()
        )

    def follow(self, look: FlowLook, *, at: datetime) -> Mapping[ApplicationKey, ApplicationFlow]:
        """Return how far each commit has come, as seen *at* an instant."""
        before, self._ways = self._ways, {}
        flows: dict[ApplicationKey, ApplicationFlow] = {}
        for delivery in look.deliveries():
            known = before.get(delivery.key)
            if known is None or known.commit != delivery.commit:
                way, first = _Way(delivery.commit, new=known is not None), True
            else:
                way, first = known, False
            self._ways[delivery.key] = way
            if first or way.missing:
                _advance(way, delivery, look, at=None if first and not way.new else at)
            flows[delivery.key] = _flow(way, delivery, look, at=at)
        self.memory.next_round()
        return flows


def _advance(way: _Way, delivery: Delivery, look: FlowLook, *, at: datetime | None) -> None:
    """Let *way* take the steps that are taken, one after the other, seen first *at* an instant."""
    steps = list(look.steps(delivery))
    last: datetime | None = None
    for index, step in enumerate(steps):
        if step not in way.reached:
            found = look.reached(step, delivery)
            if found is None:
                way.missing = tuple(steps[index:])
                return
            way.reached[step] = _dated(found, last, at=at)
        last = way.reached[step].at or last
    way.missing = ()


def _dated(found: Reached, last: datetime | None, *, at: datetime | None) -> Reached:
    """Return a step with when it was taken: not before the one before it."""
    when = found.at if found.own else at
    if when is None or last is None or when >= last:
        return Reached(found.step, when, own=found.own)
    return Reached(found.step, last, own=found.own)


def _flow(way: _Way, delivery: Delivery, look: FlowLook, *, at: datetime) -> ApplicationFlow:
    return ApplicationFlow(
        application=delivery.key,
        commit=way.commit,
        reached=tuple(way.reached.values()),
        missing=way.missing,
        deployed=delivery.deployed,
        behind=look.behind(delivery),
        late=look.late(delivery, at=at),
        notes=tuple(look.notes(delivery)),
    )
