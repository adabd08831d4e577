"""Transitions: what a finding was before, what it became, and when."""

from datetime import datetime

from msgspec import Struct

from exporter.domain.finding import Subject, Verdict


class Transition(Struct, frozen=True, kw_only=True, gc=False):
    """What *check* says of a subject became another at the instant *at*.

    *before* and *after* are None where it did not speak of the subject. *detail* is the new
    finding's, *revision* the commit of the declaration then. *series* is true of what was read from
    the series of failures in Prometheus: there, None only says that it did not fail.
    """

    at: datetime
    check: str
    subject: Subject
    before: Verdict | None
    after: Verdict | None
    detail: str = ""
    revision: str = ""
    series: bool = False
