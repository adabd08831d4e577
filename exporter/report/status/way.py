"""The way of a commit to its Application, for the page of that."""

from dataclasses import dataclass
from typing import Final

from exporter.domain.declaration import ApplicationKey
from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Subject
from exporter.domain.flow import ApplicationFlow, FlowStep, Reached
from exporter.report.status.words import Words
from exporter.report.texts import mark

STEPS: Final = {
    FlowStep.COMMIT: mark("Committed"),
    FlowStep.SEEN: mark("Seen by Argo CD"),
    FlowStep.SYNCED: mark("Synced"),
    FlowStep.ROLLED_OUT: mark("Rolled out"),
    FlowStep.READY: mark("Pods are ready"),
    FlowStep.ENDPOINTS: mark("Endpoints are ready"),
    FlowStep.SCRAPED: mark("Scraped"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """A step as it is shown: its *name*, and when it was taken."""

    name: str
    when: str
    taken: bool


@dataclass(frozen=True, slots=True)
class Way:
    """All steps of a *commit*, and in *told* how far behind the Application is, and why."""

    commit: str
    steps: tuple[Step, ...]
    told: tuple[str, ...]


def way(about: Subject, outcome: Evaluation, words: Words) -> Way | None:
    """Return the way of the commit that an Application shall have; None where nobody follows it."""
    key = ApplicationKey(about.namespace, about.name)
    flow = outcome.flows.get(key) if about.kind == "Application" else None
    if flow is None:
        return None
    taken = [
        Step(words.say(STEPS[one.step]), _when(one, words), taken=True) for one in flow.reached
    ]
    missing = [
        Step(words.say(STEPS[step]), words.say("not yet"), taken=False) for step in flow.missing
    ]
    return Way(flow.commit, (*taken, *missing), tuple(_told(flow, words)))


def _when(reached: Reached, words: Words) -> str:
    if reached.at is None:
        return words.say("before it was watched")
    when = words.when(reached.at)
    return when if reached.own else words.say("{when}, as first seen", when=when)


def _told(flow: ApplicationFlow, words: Words) -> list[str]:
    told = [words.detail(note) for note in flow.notes]
    if flow.behind:
        told.insert(
            0,
            words.count(
                "{commit} is deployed, {n} commit behind.",
                "{commit} is deployed, {n} commits behind.",
                flow.behind,
                commit=flow.deployed[:8],
            ),
        )
    if flow.late:
        age = words.age(flow.late)
        told.append(words.say("The first commit that is not deployed is {age} old.", age=age))
    return told
