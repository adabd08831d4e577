"""What a pod spec in the cluster has beyond the declared one, and gives pods more."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

from exporter.checks.wording import excerpt, listing
from exporter.domain.json import Json, JsonObject, as_list, as_object, as_text, dig
from exporter.domain.policy import matches_any

HOST: Final = ("hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace")
CONTAINERS: Final = ("initContainers", "containers")
COMMANDS: Final = ("command", "args")
PROBES: Final = ("livenessProbe", "readinessProbe", "startupProbe")
HARMLESS_VOLUMES: Final = frozenset({"name", "emptyDir", "downwardAPI"})
"""Volumes that give a pod nothing of others; all but these do."""
WRITTEN_VARIABLES: Final = ("STAKATER_*",)
"""Variables that controllers write into templates, so that pods are made anew: Reloader's."""
_NO_USER: Final = 0
RAISED: Final[Mapping[str, Json]] = {
    "privileged": True,
    "allowPrivilegeEscalation": True,
    "runAsNonRoot": False,
    "runAsUser": _NO_USER,
    "runAsGroup": _NO_USER,
    "procMount": "Unmasked",
}
RAISED_BELOW: Final[Mapping[tuple[str, str], Json]] = {
    ("seccompProfile", "type"): "Unconfined",
    ("appArmorProfile", "type"): "Unconfined",
    ("windowsOptions", "hostProcess"): True,
}


class Addition(NamedTuple):
    """A field in the cluster that gives more than is declared."""

    pointer: str
    value: Json


def additions(declared: JsonObject, observed: JsonObject, pointer: str) -> Iterator[Addition]:
    """Yield what the pod spec *observed* at *pointer* has beyond the *declared* one.

    A field that is declared at all is compared elsewhere. What the API server fills in gives pods
    nothing (Kubernetes API reference, core/v1, defaults of ``PodSpec``), and neither does what
    takes something from them, as a dropped capability.
    """
    for name in HOST:
        if observed.get(name) is True and declared.get(name) is None:
            yield Addition(f"{pointer}/{name}", value=True)
    yield from _account(declared, observed, pointer)
    yield from _names(declared, observed, pointer)
    yield from _volumes(declared, observed, pointer)
    yield from _security(declared, observed, pointer)
    hosted = observed.get("hostNetwork") is True
    for field in CONTAINERS:
        known = by_name(declared, field)
        for name, container in by_name(observed, field).items():
            where = f"{pointer}/{field}/{name}"
            if name not in known:
                yield Addition(where, excerpt(as_text(container.get("image"))))
            else:
                yield from _of_container(known[name], container, where, hosted=hosted)


def by_name(spec: JsonObject, field: str) -> dict[str, JsonObject]:
    """Return the items of a list by their names."""
    items = map(as_object, as_list(spec.get(field)))
    return {as_text(item.get("name")): item for item in items}


def _account(declared: JsonObject, observed: JsonObject, pointer: str) -> Iterator[Addition]:
    own = as_text(observed.get("serviceAccountName") or observed.get("serviceAccount"))
    stated = declared.get("serviceAccountName") or declared.get("serviceAccount")
    if own not in {"", "default"} and not stated:
        yield Addition(f"{pointer}/serviceAccountName", excerpt(own))


def _names(declared: JsonObject, observed: JsonObject, pointer: str) -> Iterator[Addition]:
    """Yield a priority, and by which other addresses pods know names."""
    if (priority := as_text(observed.get("priorityClassName"))) and not declared.get(
        "priorityClassName"
    ):
        yield Addition(f"{pointer}/priorityClassName", excerpt(priority))
    for field, shown in (("hostAliases", "(a list)"), ("dnsConfig", "(an object)")):
        if observed.get(field) and declared.get(field) is None:
            yield Addition(f"{pointer}/{field}", shown)


def _volumes(declared: JsonObject, observed: JsonObject, pointer: str) -> Iterator[Addition]:
    known = by_name(declared, "volumes")
    for name, volume in by_name(observed, "volumes").items():
        for source in sorted(volume.keys() - HARMLESS_VOLUMES) if name not in known else ():
            path = as_text(dig(volume, source, "path")) if source == "hostPath" else ""
            yield Addition(f"{pointer}/volumes/{name}/{source}", excerpt(path) or "(an object)")


def _of_container(
    declared: JsonObject, observed: JsonObject, pointer: str, *, hosted: bool
) -> Iterator[Addition]:
    yield from _security(declared, observed, pointer)
    for name in COMMANDS:
        if observed.get(name) and declared.get(name) is None:
            yield Addition(f"{pointer}/{name}", "(a list)")
    yield from _variables(declared, observed, pointer)
    yield from _run_in(declared, observed, pointer)
    if hosted:  # the API server fills in the ports of the host then
        return
    known = {dig(port, "containerPort"): as_object(port) for port in as_list(declared.get("ports"))}
    for port in as_list(observed.get("ports")):
        number, host = dig(port, "containerPort"), dig(port, "hostPort")
        if host and known.get(number, {}).get("hostPort") is None:
            yield Addition(f"{pointer}/ports/{number}/hostPort", host)


def _variables(declared: JsonObject, observed: JsonObject, pointer: str) -> Iterator[Addition]:
    """Yield variables of the environment by their names; their values are nobody's business."""
    known = by_name(declared, "env")
    for name in by_name(observed, "env"):
        if name not in known and not matches_any(name, WRITTEN_VARIABLES):
            yield Addition(f"{pointer}/env/{name}", "(a variable)")
    if observed.get("envFrom") and declared.get("envFrom") is None:
        yield Addition(f"{pointer}/envFrom", "(a list)")


def _run_in(declared: JsonObject, observed: JsonObject, pointer: str) -> Iterator[Addition]:
    """Yield what else runs in a container: hooks and probes that are commands."""
    for hook in as_object(observed.get("lifecycle")):
        if dig(declared, "lifecycle", hook) is None:
            yield Addition(f"{pointer}/lifecycle/{hook}", "(an object)")
    for probe in PROBES:
        if dig(observed, probe, "exec") is not None and declared.get(probe) is None:
            yield Addition(f"{pointer}/{probe}/exec", "(an object)")


def _security(declared: JsonObject, observed: JsonObject, pointer: str) -> Iterator[Addition]:
    """Yield what a security context has beyond the declared one and raises privileges."""
    known = as_object(declared.get("securityContext"))
    have = as_object(observed.get("securityContext"))
    where = f"{pointer}/securityContext"
    for name, value in RAISED.items():
        if _is(have.get(name), value) and known.get(name) is None:
            yield Addition(f"{where}/{name}", value)
    for (name, below), value in RAISED_BELOW.items():
        if _is(dig(have, name, below), value) and dig(known, name, below) is None:
            yield Addition(f"{where}/{name}/{below}", value)
    lists: tuple[tuple[tuple[str, ...], Callable[[Json], str]], ...] = (
        (("capabilities", "add"), str),
        (("sysctls",), lambda one: as_text(dig(one, "name"))),
    )
    for path, word in lists:
        added = as_list(dig(have, *path))
        if added and dig(known, *path) is None:
            shown = listing([excerpt(word(one)) for one in added])
            yield Addition(f"{where}/{'/'.join(path)}", shown)


def _is(found: Json, value: Json) -> bool:
    return found == value and isinstance(found, bool) == isinstance(value, bool)
