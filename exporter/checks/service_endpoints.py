"""Every declared Service must have somebody who answers behind it."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from exporter.checks import object_present
from exporter.checks.lookup import gap_of
from exporter.checks.parts import Part, fails, judged, unknown
from exporter.checks.selected import TCP, Workloads, container_ports
from exporter.checks.wording import excerpt
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.declaration import DeclaredObject, WorkloadKey
from exporter.domain.facts import Facts
from exporter.domain.fields import text_of
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.json import Json, JsonObject, as_list, as_object, as_text, dig
from exporter.domain.objects import DeclaredObjects, ObservedObjects
from exporter.domain.references import SERVICE
from exporter.domain.services import Endpoints, ObservedEndpoints
from exporter.domain.workloads import DeclaredWorkloads, ObservedWorkloads

ID = "service_endpoints"

LACKING: Final = "no endpoint is ready, as a workload that it selects lacks pods"


def services(facts: Facts) -> list[tuple[Subject, DeclaredObject]]:
    """Return the declared Services at which somebody lets us look, sorted."""
    declared, observed = facts.find(DeclaredObjects), facts.find(ObservedObjects)
    if declared is None or (observed is not None and observed.refusal(SERVICE)):
        return []
    return facts.memory.once("services", (declared,), partial(_services, declared))


def _services(declared: DeclaredObjects) -> list[tuple[Subject, DeclaredObject]]:
    return sorted(
        ((one.subject, one) for key, one in declared.objects.items() if key.group_kind == SERVICE),
        key=lambda pair: pair[0],
    )


def judge(facts: Facts) -> Iterator[Finding]:
    """Look behind every declared Service; where its pods lack, that is their workload's matter."""
    look = _Look(facts)
    for _, service in services(facts):
        yield look.judge(service)


class _Look:
    """The facts that Services are judged by, and the *evidence* for the last one."""

    def __init__(self, facts: Facts) -> None:
        self._objects = facts.get(ObservedObjects)
        known = SERVICE in self._objects.kinds and not self._objects.gaps
        self._there = self._objects.kinds[SERVICE] if known else {}
        self._workloads = Workloads(facts)
        self._memory = facts.memory
        lost = gap_of(facts, ObservedEndpoints)
        self._endpoints = None if lost else facts.find(ObservedEndpoints)
        self.evidence = ""

    def judge(self, service: DeclaredObject) -> Finding:
        """Judge a Service; what was found before holds while all that it rests on is the same."""
        key = service.key
        have = self._there.get((key.namespace, key.name))
        if have is None or isinstance(have, Gap):  # as for few of 20,000
            return self._judge_odd(service)
        return self._judge_known(service)

    def _judge_odd(self, service: DeclaredObject) -> Finding:
        have = self._objects.get(service.key)
        gap = have if isinstance(have, Gap) else self._objects.gap(service.key)
        if gap is not None:
            return self._finding(service, [unknown(gap.message, cause=Cause(gap.source))])
        if service.key not in self._objects:
            cause = Cause(object_present.ID, service.subject)
            return self._finding(service, [unknown("Service is not in the cluster", cause=cause)])
        return self._judge_known(service)

    def _judge_known(self, service: DeclaredObject) -> Finding:
        select = partial(self._select, service)
        known = ("selected", service.subject)
        keys = self._memory.once(known, (service, self._workloads.by_label), select)
        sources = (service, self._hidden(service), self._found(service), *self._seen(keys))
        make = partial(self._judge, service, keys)
        return self._memory.once(service.subject, sources, make)

    def _select(self, service: DeclaredObject) -> list[WorkloadKey]:
        return self._workloads.selected(service.key.namespace, _selector(service))

    def _seen(self, keys: Sequence[WorkloadKey]) -> Iterator[object]:
        for key in keys:
            yield self._workloads.observed.get(key)
            yield self._workloads.declared.get(key)

    def _found(self, service: DeclaredObject) -> Endpoints | None:
        """Return the endpoints of a Service, None where nobody looked."""
        key = service.key
        return self._endpoints.of(key.namespace, key.name) if self._endpoints else None

    def _hidden(self, service: DeclaredObject) -> Gap | None:
        """Return why there may be further endpoints, if so."""
        return self._endpoints.hidden(service.key.namespace) if self._endpoints else None

    def _judge(self, service: DeclaredObject, keys: Sequence[WorkloadKey]) -> Finding:
        self.evidence = ""
        return self._finding(service, [*self._parts(service, keys)])

    def _finding(self, service: DeclaredObject, parts: Sequence[Part]) -> Finding:
        found = self._found(service)
        passing = Finding(
            check=ID,
            subject=service.subject,
            verdict=Verdict.PASS,
            detail=self.evidence,
            declared=dict(_selector(service)),
            observed={"ready": found.ready, "total": found.total} if found else None,
            provenance=(service.place,),
        )
        return judged(passing, parts)

    def _parts(self, service: DeclaredObject, keys: Sequence[WorkloadKey]) -> Iterator[Part]:
        """Yield what is amiss with a Service, or not known."""
        spec = as_object(service.manifest.get("spec"))
        if spec.get("type") == "ExternalName":
            self.evidence = f"stands for {excerpt(as_text(spec.get('externalName')))}"
            if not spec.get("externalName"):
                yield fails("it is of type ExternalName, and names nothing")
        elif not _selector(service):
            yield from self._without_selector(service)
        else:
            if keys:
                yield from self._ports(spec, keys)
            yield from self._behind(service, keys)

    def _without_selector(self, service: DeclaredObject) -> Iterator[Part]:
        """Judge one whose endpoints somebody else makes."""
        self.evidence = "has no selector: others make its endpoints"
        found, hidden = self._found(service), self._hidden(service)
        if found is None:
            yield unknown("it has no selector, and EndpointSlices are not looked at")
        elif not found.ready and hidden:
            yield unknown(hidden.message, cause=Cause(hidden.source))
        elif not found.ready:
            counted = f"{found.ready} of {found.total} endpoints are ready"
            yield fails(f"it has no selector, and {counted}")

    def _behind(self, service: DeclaredObject, keys: Sequence[WorkloadKey]) -> Iterator[Part]:
        lacking, found = self._workloads.lacking(keys), self._found(service)
        if found is None:
            yield from self._by_workloads(keys, lacking)
            return
        hidden = self._hidden(service)
        self.evidence = f"{found.ready} of {found.total} endpoints are ready"
        if found.ready:
            return
        if keys and not lacking and not self._workloads.wanted(keys):
            self.evidence = "its workloads ask for no pods"
        elif lacking is not None:
            yield unknown(LACKING, cause=lacking)
        elif hidden is not None:
            yield unknown(hidden.message, cause=Cause(hidden.source))
        elif not keys and not found.total:
            yield fails("its selector selects the pods of no workload, and it has no endpoints")
        else:
            yield fails(self.evidence)

    def _by_workloads(self, keys: Sequence[WorkloadKey], lacking: Cause | None) -> Iterator[Part]:
        """Judge by the pods of workloads alone, where nobody looked at EndpointSlices."""
        ready = self._workloads.ready(keys)
        self.evidence = f"{ready} pods that it selects are ready"
        if ready:
            return
        if keys and not lacking and not self._workloads.wanted(keys):
            self.evidence = "its workloads ask for no pods"
        elif lacking is not None:
            yield unknown(LACKING, cause=lacking)
        else:
            yield unknown(f"{self.evidence}, and EndpointSlices are not looked at")

    def _ports(self, spec: JsonObject, keys: Sequence[WorkloadKey]) -> Iterator[Part]:
        """Yield the ports to which no container of the selected pods has a counterpart.

        Containers need not name the ports that they listen at: numbers are only held against
        templates that name any.
        """
        named = [frozenset(container_ports(self._workloads.template(key))) for key in keys]
        known = frozenset().union(*named)
        for port in map(as_object, as_list(spec.get("ports"))):
            target = port.get("targetPort") or port.get("port")
            protocol = as_text(port.get("protocol")) or TCP
            if not _has(known, target, protocol) and (known or not _is_number(target)):
                shown = excerpt(text_of(target))
                yield fails(f"no container of the pods that it selects has the port {shown}")


def _selector(service: DeclaredObject) -> JsonObject:
    return as_object(dig(service.manifest, "spec", "selector"))


def _has(known: frozenset[tuple[str, int, str]], target: Json, protocol: str) -> bool:
    if _is_number(target):
        return any((number, own) == (int(text_of(target)), protocol) for _, number, own in known)
    return any((name, own) == (target, protocol) for name, _, own in known)


def _is_number(target: Json) -> bool:
    text = text_of(target)
    return text.isascii() and text.isdigit() and len(text) < 6  # noqa: PLR2004 - up to 65535


CHECK = Check(
    id=ID,
    layer=Layer.APPLICATIONS,
    severity=Severity.INFO,
    title="Services have ready endpoints",
    needs=(DeclaredObjects, ObservedObjects, DeclaredWorkloads, ObservedWorkloads),
    uses=(ObservedEndpoints,),
    subjects=lambda facts: [subject for subject, _ in services(facts)],
    judge=judge,
    judges="endpoints",
    chapter=Chapter.DEPENDENCIES,
    advice="Give the Services without ready endpoints a selector and ports that fit their pods.",
    alert=Alert(
        name="ServiceWithoutEndpoints",
        after="10m",
        summary="A declared Service has no ready endpoints, or a port that no pod has.",
        description=(
            "Service {{ $labels.object_namespace }}/{{ $labels.object_name }}{of_cluster} is "
            "declared, and nobody answers behind it although its workloads are ready. Next: "
            "compare its selector and target ports with the labels and ports of its pods; kubectl "
            "-n {{ $labels.object_namespace }} get endpointslices -l "
            "kubernetes.io/service-name={{ $labels.object_name }}."
        ),
    ),
)
