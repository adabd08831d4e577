"""The pods of every declared workload must be what its template says."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final, NamedTuple

from msgspec.structs import replace

from exporter.checks import subjects, unknowns
from exporter.checks.injected import is_injected, is_resized
from exporter.checks.rollouts import progress
from exporter.checks.wording import excerpt, listing
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.declaration import DeclaredWorkload
from exporter.domain.facts import Facts
from exporter.domain.fields import same_quantity
from exporter.domain.finding import Cause, Finding, Layer, Severity, Verdict
from exporter.domain.images import same_image
from exporter.domain.json import Json, JsonObject, as_list, as_object, as_text, dig
from exporter.domain.placement import pod_spec
from exporter.domain.podcontent import PodContainer, PodContent
from exporter.domain.workloads import (
    DeclaredWorkloads,
    ObservedPods,
    ObservedWorkload,
    ObservedWorkloads,
)

ID = "workload_pods"

MAX_SHOWN: Final = 20
_QUANTITIES: Final = ("limits", "requests")


class Deviation(NamedTuple):
    """What pods have otherwise than their template, and which ones.

    *field* is where the first of them has it (``pods/<name>/spec/...``), ``*`` standing for one of
    many. It is *passing* where pods of an older template may have it so.
    """

    what: str
    pods: str
    field: str
    declared: Json
    observed: Json
    passing: bool = True


def judge(facts: Facts) -> Iterator[Finding]:
    """Compare the pods of every declared workload with the template that the cluster has of it.

    Whether that template is the declared one, ``workload_spec`` says.
    """
    observed, pods = facts.get(ObservedWorkloads).workloads, facts.get(ObservedPods).contents
    for workload in facts.get(DeclaredWorkloads).in_order:
        have = observed.get(workload.key)
        if have is None:
            yield unknowns.absent_workload(ID, workload)
        else:
            contents = pods.get(workload.key, ())
            look = partial(_judge, workload, have, contents)
            yield facts.memory.once(workload.key, (workload, have, contents), look)


def _judge(
    workload: DeclaredWorkload, have: ObservedWorkload, contents: Sequence[PodContent]
) -> Finding:
    found = list(deviations(have, contents))
    shown = found[:MAX_SHOWN]
    finding = Finding(
        check=ID,
        subject=subjects.workload(workload.key),
        verdict=Verdict.FAIL if found else Verdict.PASS,
        detail=listing([f"{one.what} ({one.pods})" for one in found]),
        declared={one.field: one.declared for one in shown} or None,
        observed={one.field: one.observed for one in shown} or None,
        provenance=(workload.place_of("/spec/template/spec/containers"),),
    )
    if not found:
        return _without_deviation(finding, have, contents)
    if not all(one.passing for one in found):
        return finding
    amiss = have.rollout_failed or have.ready < have.replicas
    cause = Cause("workload_ready", finding.subject) if amiss else None
    return replace(finding, cause=cause, progress=progress(have))


def _without_deviation(
    finding: Finding, have: ObservedWorkload, contents: Sequence[PodContent]
) -> Finding:
    """Return what is found where no pod differs: a pass, if there is any that could."""
    if any(not content.containers for content in contents):
        detail = "nobody was shown what its pods consist of"
        return replace(finding, verdict=Verdict.UNKNOWN, detail=detail)
    if contents:
        return finding
    if not have.replicas:
        return replace(finding, detail="it asks for no pods")
    cause = Cause("workload_ready", finding.subject)
    return replace(finding, verdict=Verdict.UNKNOWN, detail="it has no pods", cause=cause)


def deviations(have: ObservedWorkload, contents: Sequence[PodContent]) -> Iterator[Deviation]:
    """Yield what pods of these *contents* have otherwise than the template of *have*.

    Pods that a partition keeps at an older revision are what they shall be. Ephemeral containers,
    and resizes that wait, no template explains.
    """
    template = pod_spec(have.manifest)
    present = [content for content in contents if not _is_kept(content, have)]
    for content in contents:
        where = _named(content, contents)
        for container in content.ephemeral_containers:
            what, image = f"ephemeral container {excerpt(container.name)}", excerpt(container.image)
            at = _at(content, "ephemeralContainers", container.name)
            yield Deviation(what, where, at, None, image, passing=False)
        if content.resize and not is_resized(content):
            resize = excerpt(content.resize)
            what, at = f"resize {resize}", _at(content, "containers")
            yield Deviation(what, where, at, None, resize, passing=False)
    for content in present:
        if content.containers:
            yield from _of_content(content, template, _named(content, contents))
    yield from _revisions(have, present)
    yield from _image_ids(present)


def _is_kept(content: PodContent, have: ObservedWorkload) -> bool:
    """Tell whether such pods stay of an older revision, as ``partition`` says."""
    partition = dig(have.manifest, "spec", "updateStrategy", "rollingUpdate", "partition")
    stays = have.key.kind == "StatefulSet" and bool(partition)
    return stays and content.revision != have.revision


def _of_content(content: PodContent, template: JsonObject, where: str) -> Iterator[Deviation]:
    sorts = (
        ("init container", "initContainers", content.init_containers),
        ("container", "containers", content.containers),
    )
    for word, field, containers in sorts:
        wanted = {as_text(dig(one, "name")): as_object(one) for one in as_list(template.get(field))}
        have = {container.name: container for container in containers}
        for name, container in have.items():
            what, at = f"{word} {excerpt(name)}", _at(content, field, name)
            if name in wanted:
                found = _of_container(container, wanted[name], at, resized=is_resized(content))
                for part, path, declared, observed in found:
                    yield Deviation(f"{part} of {what}", where, path, declared, observed)
            elif not is_injected(container, content):
                yield Deviation(f"added {what}", where, at, None, excerpt(container.image))
        for name in [one for one in wanted if have and one not in have]:  # else none was shown
            image = excerpt(as_text(wanted[name].get("image")))
            what, at = f"missing {word} {excerpt(name)}", _at(content, field, name)
            yield Deviation(what, where, at, image, None)


def _of_container(
    container: PodContainer, wanted: JsonObject, at: str, *, resized: bool
) -> Iterator[tuple[str, str, Json, Json]]:
    """Yield the parts of a container that differ, with their pointers and both values."""
    image = as_text(wanted.get("image"))
    if image and not same_image(image, container.image):
        yield "image", f"{at}/image", excerpt(image), excerpt(container.image)
    if resized:
        return
    have = dict(container.resources)
    for name, quantity in _quantities(wanted):
        shown = have.get(name)
        if not same_quantity(quantity, shown):
            path = f"{at}/resources/{excerpt(name)}"
            yield excerpt(name), path, quantity, shown and excerpt(shown)


def _at(content: PodContent, *path: str) -> str:
    """Return where the first of pods of this *content* has a field."""
    first = content.names[0] if content.names else "*"
    return "/".join(("pods", excerpt(first), "spec", *map(excerpt, path)))


def _quantities(container: JsonObject) -> Iterator[tuple[str, Json]]:
    """Yield what a template asks for; what it leaves open, LimitRanges and others may fill in."""
    for part in _QUANTITIES:
        for name, quantity in as_object(dig(container, "resources", part)).items():
            yield f"{part}/{name}", quantity


def _revisions(have: ObservedWorkload, contents: Sequence[PodContent]) -> Iterator[Deviation]:
    """Yield the revisions of pods beside the newest, which only a StatefulSet names itself."""
    counts: dict[str, int] = {}
    for content in contents:
        if content.revision:
            counts[content.revision] = counts.get(content.revision, 0) + content.pods
    newest = have.revision if have.key.kind == "StatefulSet" else ""
    others = {one: count for one, count in sorted(counts.items()) if one != newest}
    if not others or (not newest and len(others) == 1):
        return
    shown: dict[str, Json] = {excerpt(name): count for name, count in others.items()}
    pods = listing([f"{count} of {name}" for name, count in shown.items()])
    wanted = excerpt(newest) if newest else "one"
    what = "pods of another revision" if newest else f"pods of {len(others)} revisions"
    yield Deviation(what, pods, what, wanted, shown)


def _image_ids(contents: Iterable[PodContent]) -> Iterator[Deviation]:
    """Yield the references by which containers of one name run several images.

    Runtimes name an image by a repository's digest or by that of its configuration; these two say
    nothing of each other.
    """
    found: dict[tuple[str, str, bool], dict[str, int]] = {}
    for content in contents:
        for container in (*content.init_containers, *content.containers):
            digest = container.image_id.rpartition("@")[2].rpartition("//")[2]
            if digest:
                pulled = "@" in container.image_id
                counts = found.setdefault((container.name, container.image, pulled), {})
                counts[digest] = counts.get(digest, 0) + content.pods
    for (name, image, _), counts in sorted(found.items()):
        if len(counts) > 1:
            shown: Mapping[str, Json] = {excerpt(one): n for one, n in sorted(counts.items())}
            what = f"images by the name {excerpt(image)} of container {excerpt(name)}"
            yield Deviation(what, f"{len(counts)} different ones", what, "one", dict(shown))


def _named(content: PodContent, contents: Sequence[PodContent]) -> str:
    """Say which pods have this *content*: all, or the first by their names."""
    if len(contents) == 1:
        return "all pods" if content.pods > 1 else "its pod"
    count = f"{content.pods} pods" if content.pods > 1 else "1 pod"
    names = listing([excerpt(name) for name in content.names])
    return f"{count}: {names}" if names else count


CHECK = Check(
    id=ID,
    layer=Layer.APPLICATIONS,
    severity=Severity.INFO,
    title="Pods are what their template says",
    needs=(DeclaredWorkloads, ObservedWorkloads, ObservedPods),
    subjects=subjects.declared_workloads,
    judge=judge,
    judges="pods",
    chapter=Chapter.WORKLOADS,
    advice="Find out who changed the pods, and replace them with new ones of the template.",
    alert=Alert(
        name="WorkloadPodsDiffer",
        after="5m",
        summary="Pods of a workload are not what its template says.",
        description=(
            "Pods of {{ $labels.object_kind }} "
            "{{ $labels.object_namespace }}/{{ $labels.object_name }}{of_cluster} have other "
            "images, containers or resources than their template, and no rollout explains it. "
            "Next: the status page names them; find out who changed them, then delete these pods."
        ),
    ),
)
