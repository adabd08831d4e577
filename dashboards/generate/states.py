"""What a value means: its text, and one of four colours that differ for colour-blind people too."""

from enum import IntEnum
from typing import TypeAlias

from grafana_foundation_sdk.models.dashboard import (
    DashboardSpecialValueMapOptions,
    SpecialValueMap,
    SpecialValueMatch,
    ValueMap,
    ValueMappingResult,
)

BLUE = "#5794F2"  # conforms
YELLOW = "#FADE2A"  # deviates
RED = "#C4162A"  # deviates, and act now
GREY = "#8E8E8E"  # could not look, which is never a pass

Meaning: TypeAlias = tuple[str, str]
Meanings: TypeAlias = dict[int | str, Meaning]


class State(IntEnum):
    """The recorded states of a layer or a check, the worst last: see rules/recording.yaml."""

    CONFORMS = 0
    ACCEPTED = 1
    PARTLY_UNKNOWN = 2
    DEVIATES = 3
    UNKNOWN = 4
    CRITICAL = 5


STATES: Meanings = {
    State.CONFORMS: ("Conforms", BLUE),
    State.ACCEPTED: ("Accepted", BLUE),
    State.PARTLY_UNKNOWN: ("Partly unknown", GREY),
    State.DEVIATES: ("Deviates", YELLOW),
    State.UNKNOWN: ("Unknown", GREY),
    State.CRITICAL: ("Critical", RED),
}
SEVERITIES: Meanings = {
    3: ("critical", RED),
    2: ("warning", YELLOW),
    1: ("info", "transparent"),
}
ALERTS: Meanings = {"firing": ("Firing", RED), "pending": ("Pending", YELLOW)}
ITEM_STATES: Meanings = {
    "compared": ("Compared", BLUE),
    "accepted": ("Accepted, not compared", BLUE),
    "out_of_scope": ("Out of scope", "transparent"),
    "not_rendered": ("Not rendered", GREY),
    "unresolved": ("Only a run would tell", GREY),
    "unreadable": ("Not readable", GREY),
    "unsupported": ("Not supported yet", GREY),
    "other_cluster": ("For another cluster", GREY),
    "other_repository": ("In another repository", GREY),
    "other_revision": ("At another revision", GREY),
    "no_host": ("Hosts in no inventory", GREY),
    "refused": ("Access refused", GREY),
}
VERDICTS = {
    "pass": BLUE,
    "fail": RED,
    "unknown": GREY,
    "waived": YELLOW,
    "suppressed": YELLOW,
}


def named(good: str, bad: str) -> Meanings:
    """Name the values of :func:`dashboards.generate.queries.trouble`."""
    return {0: (good, BLUE), 1: ("Unknown", GREY), 2: (bad, RED)}


def mapping(meanings: Meanings) -> ValueMap:
    """Show each value as its text, in its colour."""
    return ValueMap(
        {
            str(value): ValueMappingResult(text=text, color=colour, index=index)
            for index, (value, (text, colour)) in enumerate(meanings.items())
        }
    )


def missing(text: str) -> SpecialValueMap:
    """Show what is no number as *text*, grey."""
    result = ValueMappingResult(text=text, color=GREY, index=0)
    return SpecialValueMap(DashboardSpecialValueMapOptions(SpecialValueMatch.NULL_AND_NAN, result))
