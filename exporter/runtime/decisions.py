"""What the owners decided, as far as it holds at an instant."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from exporter.domain.check import Check
from exporter.domain.finding import Subject
from exporter.domain.policy import Maintenance, RecurringMaintenance, Waiver


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """What the owners decided about failures, and for how long they may be excused or remembered.

    *deadline* is for what has no deadline of its own. A failure whose declaration can no longer
    be read is remembered for *declared_max_age*. *accepted* are the items whose not being compared
    is accepted, with the waivers by which. What only *disabled* checks speak of is out of scope. By
    *ahead* the clock by which objects are dated is ahead of ours.
    """

    waivers: tuple[Waiver, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()
    recurring: tuple[RecurringMaintenance, ...] = ()
    deadline: timedelta = timedelta.max
    declared_max_age: timedelta = timedelta(hours=1)
    disabled: tuple[Check, ...] = ()
    accepted: Mapping[Subject, tuple[Waiver, ...]] = field(default_factory=dict)
    ahead: timedelta = timedelta()

    def holding(self, at: datetime) -> "Decisions":
        """Return those that hold at the instant *at*."""
        return replace(
            self,
            waivers=tuple(waiver for waiver in self.waivers if at < waiver.expires),
            maintenance=tuple(
                one
                for one in (*self.maintenance, *(each.window(at) for each in self.recurring))
                if one is not None and one.start <= at < one.end
            ),
            recurring=(),
        )
