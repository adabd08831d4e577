"""Which steps of a commit's way an Application has taken, by facts and by what checks found."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import Final

from exporter.checks import rollouts, scrape_targets, service_endpoints, workload_ready
from exporter.checks.sources import commit_of, local_sources, with_local_sources
from exporter.checks.wording import excerpt
from exporter.domain.applications import (
    DeclaredApplications,
    ObservedApplication,
    ObservedApplications,
    Repository,
)
from exporter.domain.declaration import ApplicationKey, DeclaredApplication, WorkloadKey
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Subject, Verdict
from exporter.domain.flow import FlowStep, Reached
from exporter.domain.memory import Memory
from exporter.domain.objects import DeclaredObjects
from exporter.domain.references import SERVICE
from exporter.domain.workloads import DeclaredWorkloads, ObservedWorkload, ObservedWorkloads

SHORT: Final = 12
_BY_CHECK: Final = {
    FlowStep.READY: workload_ready.ID,
    FlowStep.ENDPOINTS: service_endpoints.ID,
    FlowStep.SCRAPED: scrape_targets.ID,
}
Findings = Mapping[str, tuple[Finding, ...]]


@dataclass(frozen=True, slots=True)
class Delivery:
    """An Application whose source *index* is of this repository, and the *commit* for it."""

    application: DeclaredApplication
    have: ObservedApplication
    index: int
    commit: str

    @property
    def key(self) -> ApplicationKey:
        """Which Application it is."""
        return self.application.key

    @property
    def compared(self) -> str:
        """The commit that Argo CD compares with, or nothing."""
        return _at(self.have.revisions, self.index)

    @property
    def deployed(self) -> str:
        """The commit that Argo CD deployed last, or that is there as nothing had to be deployed."""
        if self.have.sync == "Synced" and self.compared:
            return self.compared
        return _at(self.have.history[-1], self.index) if self.have.history else ""


@dataclass
class FlowLook:
    """One look at all Applications: *facts*, and what checks found of them (*by_check*).

    *memory* spares the next look what follows from a declaration.
    """

    facts: Facts
    by_check: Findings
    memory: Memory = field(default_factory=Memory)
    _passing: dict[str, frozenset[Subject]] = field(default_factory=dict)

    @cached_property
    def repository(self) -> Repository:
        """The repository of the code, as far as it is known."""
        return self.facts.find(Repository) or Repository()

    @cached_property
    def _log(self) -> tuple[str, ...]:
        return tuple(self.repository.log)

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {commit: place for place, commit in enumerate(self._log)}

    @cached_property
    def _targets(self) -> Mapping[str, list[Subject]]:
        """The targets that were looked for, by their names."""
        found = defaultdict(list)
        for one in self.by_check.get(scrape_targets.ID, ()):
            found[one.subject.name].append(one.subject)
        return found

    @cached_property
    def _by_application(self) -> Mapping[ApplicationKey, tuple[Subject, ...]]:
        """The workloads and Services that each Application delivers."""
        sources = self.facts.find(DeclaredWorkloads), self.facts.find(DeclaredObjects)
        return self.memory.once("delivered", sources, partial(_by_application, *sources))

    def deliveries(self) -> Iterator[Delivery]:
        """Yield the Applications that deploy from this repository and are in the cluster."""
        declared = self.facts.find(DeclaredApplications)
        observed = self.facts.find(ObservedApplications)
        if declared is None or observed is None or not self.repository.revision:
            return
        for application in with_local_sources(declared):
            have = observed.applications.get(application.key)
            index, source = local_sources(application)[0]
            commit = commit_of(source.revision, self.repository)
            if have is not None and commit:
                yield Delivery(application, have, index, commit)

    def steps(self, delivery: Delivery) -> Iterator[FlowStep]:
        """Yield the steps that there are for an Application, in their order."""
        yield from (FlowStep.COMMIT, FlowStep.SEEN, FlowStep.SYNCED)
        subjects = self._delivered(delivery)
        if any(subject.kind != SERVICE.kind for subject in subjects):
            yield FlowStep.ROLLED_OUT
        yield from (step for step in _BY_CHECK if self._subjects(step, delivery))

    def reached(self, step: FlowStep, delivery: Delivery) -> Reached | None:
        """Return that an Application has taken a *step*, and its own word when; None if not yet."""
        match step:
            case FlowStep.COMMIT:
                at = self._committed(delivery.commit)
                return Reached(step, at, own=at is not None)
            case FlowStep.SEEN:
                return _seen(delivery)
            case FlowStep.SYNCED:
                return _synced(delivery)
            case FlowStep.ROLLED_OUT:
                return self._rolled_out(delivery)
            case _:
                subjects = self._subjects(step, delivery)
                return Reached(step, None) if subjects <= self._passes(_BY_CHECK[step]) else None

    def behind(self, delivery: Delivery) -> int | None:
        """Return how many commits of its branch are not deployed, None where nobody can tell."""
        if delivery.deployed.startswith(delivery.commit):
            return 0
        wanted, deployed = map(self._places.get, (delivery.commit, delivery.deployed))
        if wanted is None or deployed is None or deployed <= wanted:
            return None
        return deployed - wanted

    def late(self, delivery: Delivery, *, at: datetime) -> timedelta | None:
        """Return how old the first commit is that is not deployed, as of *at*."""
        behind = self.behind(delivery)
        if behind == 0:
            return timedelta()
        first = delivery.commit
        if behind:
            first = self._log[self._places[delivery.deployed] - 1]
        committed = self._committed(first)
        return max(at - committed, timedelta()) if committed and delivery.deployed else None

    def notes(self, delivery: Delivery) -> Iterator[str]:
        """Yield what keeps an Application: errors, a rollback, rollouts that came to no end."""
        have = delivery.have
        yield from map(excerpt, have.errors)
        if rolled_back := rollback(have, delivery.index):
            yield rolled_back
        for workload in self._workloads(delivery):
            name = f"{workload.key.kind} {workload.key.namespace}/{workload.key.name}"
            if workload.aborted:
                yield f"the rollout of {name} was aborted: {excerpt(workload.aborted)}"
            elif workload.rollout_failed:
                yield f"the rollout of {name} stands still"

    def _committed(self, commit: str) -> datetime | None:
        if commit == self.repository.revision:
            return self.repository.committed
        return self.repository.log.get(commit)

    def _rolled_out(self, delivery: Delivery) -> Reached | None:
        keys = [one for one in self._delivered(delivery) if one.kind != SERVICE.kind]
        found = list(self._workloads(delivery))
        if len(found) < len(keys) or any(map(_under_way, found)):
            return None
        instants = [one.progressed if one.rollout_complete else None for one in found]
        known = [instant for instant in instants if instant is not None]
        own = len(known) == len(found)
        return Reached(FlowStep.ROLLED_OUT, max(known) if own else None, own=own)

    def _workloads(self, delivery: Delivery) -> Iterator[ObservedWorkload]:
        observed = self.facts.find(ObservedWorkloads)
        for one in self._delivered(delivery) if observed else ():
            found = observed and observed.workloads.get(
                WorkloadKey(one.namespace, one.kind, one.name)
            )
            if found:
                yield found

    def _subjects(self, step: FlowStep, delivery: Delivery) -> frozenset[Subject]:
        """Return what has to pass for a *step*; nothing where there is no such step."""
        delivered = self._delivered(delivery)
        if _BY_CHECK[step] not in self.by_check:
            return frozenset()
        if step is FlowStep.SCRAPED:
            return frozenset(
                target for one in delivered for target in self._targets.get(one.name, ())
            )
        services = step is FlowStep.ENDPOINTS
        return frozenset(one for one in delivered if (one.kind == SERVICE.kind) is services)

    def _passes(self, check: str) -> frozenset[Subject]:
        if check not in self._passing:
            self._passing[check] = frozenset(
                one.subject for one in self.by_check.get(check, ()) if one.verdict is Verdict.PASS
            )
        return self._passing[check]

    def _delivered(self, delivery: Delivery) -> tuple[Subject, ...]:
        """Return the workloads and Services that an Application delivers."""
        return self._by_application.get(delivery.key, ())


def rollback(have: ObservedApplication, index: int = 0) -> str:
    """Say that an older revision was deployed again, if so; a commit that reverts is a newer one.

    Source: Argo CD, ``argocd app rollback`` syncs to a revision of ``status.history``.
    """
    revisions = [_at(one, index) for one in have.history]
    if len(revisions) <= 1 or not revisions[-1] or revisions[-1] == revisions[-2]:
        return ""
    if revisions[-1] not in revisions[:-2]:
        return ""
    return f"rolled back from {revisions[-2][:SHORT]} to {revisions[-1][:SHORT]}"


def _by_application(
    workloads: DeclaredWorkloads | None, objects: DeclaredObjects | None
) -> dict[ApplicationKey, tuple[Subject, ...]]:
    found: dict[ApplicationKey, list[Subject]] = defaultdict(list)
    for key, workload in workloads.workloads.items() if workloads else ():
        if workload.application is not None:
            found[workload.application].append(Subject(key.kind, key.namespace, key.name))
    for name, one in objects.objects.items() if objects else ():
        if one.application is not None and name.group_kind == SERVICE:
            found[one.application].append(one.subject)
    return {key: tuple(sorted(subjects)) for key, subjects in found.items()}


def _seen(delivery: Delivery) -> Reached | None:
    """Return that Argo CD compares with the commit; an operation to deploy it began after that."""
    operation = delivery.have.operation
    if _at(operation.revisions, delivery.index).startswith(delivery.commit):
        return Reached(FlowStep.SEEN, operation.started, own=operation.started is not None)
    if delivery.compared.startswith(delivery.commit):
        return Reached(FlowStep.SEEN, None)
    return None


def _synced(delivery: Delivery) -> Reached | None:
    operation = delivery.have.operation
    mine = _at(operation.revisions, delivery.index).startswith(delivery.commit)
    if mine and operation.phase == "Succeeded":
        return Reached(FlowStep.SYNCED, operation.finished, own=operation.finished is not None)
    if delivery.have.sync == "Synced" and delivery.compared.startswith(delivery.commit):
        return Reached(FlowStep.SYNCED, None)
    return None


def _under_way(have: ObservedWorkload) -> bool:
    return bool(have.rollout_failed or have.aborted or rollouts.progress(have))


def _at(revisions: tuple[str, ...], index: int) -> str:
    return revisions[index].lower() if index < len(revisions) else ""
