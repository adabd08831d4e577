"""No workload may give its pods more than the code declares: containers, privileges, the host."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from exporter.checks import subjects, unknowns
from exporter.checks.wording import excerpt, listing
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.declaration import DeclaredWorkload
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Verdict
from exporter.domain.json import Json, JsonObject, as_list, as_object, as_text, dig
from exporter.domain.placement import pod_spec
from exporter.domain.workloads import DeclaredWorkloads, ObservedWorkload, ObservedWorkloads

ID = "workload_additions"

MAX_SHOWN: Final = 20
POD: Final = "/spec/template/spec"
HOST: Final = ("hostNetwork", "hostPID", "hostIPC")
CONTAINERS: Final = ("initContainers", "containers")
COMMANDS: Final = ("command", "args")
_NO_USER: Final = 0


class Addition(NamedTuple):
    """A field of the pod template in the cluster that gives pods more than is declared."""

    pointer: str
    value: Json


def judge(facts: Facts) -> Iterator[Finding]:
    """Look for what the pod template of each declared workload has beyond its declaration."""
    observed = facts.get(ObservedWorkloads).workloads
    for workload in subjects.in_order(facts.get(DeclaredWorkloads).workloads.values()):
        have = observed.get(workload.key)
        yield unknowns.absent_workload(ID, workload) if have is None else _judge(workload, have)


def _judge(workload: DeclaredWorkload, have: ObservedWorkload) -> Finding:
    declared, observed = pod_spec(workload.manifest), pod_spec(have.manifest)
    found = [one for one in additions(declared, observed) if not _is_ignored(one.pointer, workload)]
    shown = found[:MAX_SHOWN]
    return Finding(
        check=ID,
        subject=subjects.workload(workload.key),
        verdict=Verdict.FAIL if found else Verdict.PASS,
        detail=_describe(found),
        declared=dict.fromkeys((one.pointer for one in shown), None) or None,
        observed={one.pointer: one.value for one in shown} or None,
        provenance=(workload.place_of(POD),),
    )


def additions(declared: JsonObject, observed: JsonObject) -> Iterator[Addition]:
    """Yield what the pod spec *observed* has beyond the *declared* one and gives pods more.

    A field that is declared at all is ``workload_spec``'s to compare. What the API server fills in
    gives pods nothing (Kubernetes API reference, core/v1, defaults of ``PodSpec``), and neither
    does what takes something from them, as a dropped capability.
    """
    for name in HOST:
        if observed.get(name) is True and declared.get(name) is None:
            yield Addition(f"{POD}/{name}", value=True)
    yield from _account(declared, observed)
    yield from _volumes(declared, observed)
    yield from _security(declared, observed, POD)
    hosted = observed.get("hostNetwork") is True
    for field in CONTAINERS:
        known = _by_name(declared, field)
        for name, container in _by_name(observed, field).items():
            pointer = f"{POD}/{field}/{name}"
            if name not in known:
                yield Addition(pointer, excerpt(as_text(container.get("image"))))
            else:
                yield from _of_container(known[name], container, pointer, hosted=hosted)


def _account(declared: JsonObject, observed: JsonObject) -> Iterator[Addition]:
    own = as_text(observed.get("serviceAccountName") or observed.get("serviceAccount"))
    stated = declared.get("serviceAccountName") or declared.get("serviceAccount")
    if own not in {"", "default"} and not stated:
        yield Addition(f"{POD}/serviceAccountName", excerpt(own))


def _volumes(declared: JsonObject, observed: JsonObject) -> Iterator[Addition]:
    known = _by_name(declared, "volumes")
    for name, volume in _by_name(observed, "volumes").items():
        if name not in known and volume.get("hostPath") is not None:
            path = excerpt(as_text(dig(volume, "hostPath", "path")))
            yield Addition(f"{POD}/volumes/{name}/hostPath", path)


def _of_container(
    declared: JsonObject, observed: JsonObject, pointer: str, *, hosted: bool
) -> Iterator[Addition]:
    yield from _security(declared, observed, pointer)
    for name in COMMANDS:
        if observed.get(name) and declared.get(name) is None:
            yield Addition(f"{pointer}/{name}", "(a list)")
    if hosted:  # the API server fills in the ports of the host then
        return
    known = {dig(port, "containerPort"): as_object(port) for port in as_list(declared.get("ports"))}
    for port in as_list(observed.get("ports")):
        number, host = dig(port, "containerPort"), dig(port, "hostPort")
        if host and known.get(number, {}).get("hostPort") is None:
            yield Addition(f"{pointer}/ports/{number}/hostPort", host)


def _security(declared: JsonObject, observed: JsonObject, pointer: str) -> Iterator[Addition]:
    """Yield what a security context has beyond the declared one and raises privileges."""
    known = as_object(declared.get("securityContext"))
    have = as_object(observed.get("securityContext"))
    where = f"{pointer}/securityContext"
    raised: Mapping[str, Json] = {
        "privileged": True,
        "allowPrivilegeEscalation": True,
        "runAsNonRoot": False,
        "runAsUser": _NO_USER,
        "runAsGroup": _NO_USER,
        "procMount": "Unmasked",
    }
    for name, value in raised.items():
        same = have.get(name) == value and isinstance(have.get(name), bool) == isinstance(
            value, bool
        )
        if same and known.get(name) is None:
            yield Addition(f"{where}/{name}", value)
    added = as_list(dig(have, "capabilities", "add"))
    if added and dig(known, "capabilities", "add") is None:
        yield Addition(f"{where}/capabilities/add", listing([excerpt(str(one)) for one in added]))


def _by_name(spec: JsonObject, field: str) -> dict[str, JsonObject]:
    items = map(as_object, as_list(spec.get(field)))
    return {as_text(item.get("name")): item for item in items}


def _is_ignored(pointer: str, workload: DeclaredWorkload) -> bool:
    return any(pointer == one or pointer.startswith(f"{one}/") for one in workload.ignored)


def _describe(found: list[Addition]) -> str:
    if not found:
        return ""
    count = "1 addition" if len(found) == 1 else f"{len(found)} additions"
    return f"{count} that no code declares: {listing([excerpt(one.pointer) for one in found])}"


CHECK = Check(
    id=ID,
    layer=Layer.APPLICATIONS,
    severity=Severity.INFO,
    title="Workloads give their pods nothing beyond what is declared",
    needs=(DeclaredWorkloads, ObservedWorkloads),
    subjects=subjects.declared_workloads,
    judge=judge,
    judges="additions",
    chapter=Chapter.WORKLOADS,
    advice="Remove what was added to the workloads by hand, or declare it in the code.",
    alert=Alert(
        name="WorkloadExtended",
        after="5m",
        summary="A workload gives its pods more than declared.",
        description=(
            "{{ $labels.object_kind }} "
            "{{ $labels.object_namespace }}/{{ $labels.object_name }}{of_cluster} has containers, "
            "privileges or access to its node that no code declares. Next: the status page names "
            "them; find out who added them, then sync its Application."
        ),
    ),
)
