"""The way of a commit to each Application: which steps it has taken, and when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from exporter.domain.declaration import ApplicationKey


class FlowStep(StrEnum):
    """A step of a commit's way, in their order. The values are label values: a public contract."""

    COMMIT = "commit"
    SEEN = "seen"
    SYNCED = "synced"
    ROLLED_OUT = "rolled_out"
    READY = "ready"
    ENDPOINTS = "endpoints"
    SCRAPED = "scraped"


@dataclass(frozen=True, slots=True)
class Reached:
    """A step that was taken *at* an instant; None where it was before anybody looked.

    *own* is true where Git, Argo CD or the object itself tells when, else it is when the exporter
    first saw it.
    """

    step: FlowStep
    at: datetime | None
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTaken:
    """A step that the *commit* of an Application was seen to have taken, as it is remembered."""

    application: ApplicationKey
    commit: str
    step: FlowStep
    at: datetime | None
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationFlow:
    """How far the *commit* that an Application shall have has come.

    *reached* are the steps it has taken, *missing* those that it has not. *deployed* is the commit
    that Argo CD deployed last, *behind* how many commits of the branch that is behind, and *late*
    how old the first of those is; both are None where nobody can tell. *notes* say what keeps it.
    """

    application: ApplicationKey
    commit: str
    reached: tuple[Reached, ...]
    missing: tuple[FlowStep, ...] = ()
    deployed: str = ""
    behind: int | None = None
    late: timedelta | None = None
    notes: tuple[str, ...] = ()
