"""What is wrong, in one line: of one subject, or of several alike."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from exporter.domain.finding import Subject, Verdict
from exporter.report.status.comparison import statements
from exporter.report.status.grouping import By, Entry
from exporter.report.status.words import Words
from exporter.report.texts import Lang, mark
from exporter.report.wording import SOURCES


class Title(NamedTuple):
    """What a check finds of one ``{subject}`` (or ``{name}``), and of ``{n}`` ``{things}``."""

    one: str
    many: str


TITLES: Final[Mapping[str, Title]] = {
    "alertmanager_connected": Title(
        mark("Alerts do not reach {subject}"), mark("Alerts do not reach {things}")
    ),
    "alertmanager_ready": Title(
        mark("{subject} is not ready to notify"), mark("{things} are not ready to notify")
    ),
    "alertmanager_silences": Title(
        mark("{subject} hides all alerts"), mark("{things} hide all alerts")
    ),
    "application_abandoned": Title(
        mark("{subject} is declared nowhere any more"),
        mark("{things} are declared nowhere any more"),
    ),
    "application_automated": Title(
        mark("{subject} is automated otherwise than declared"),
        mark("{things} are automated otherwise than declared"),
    ),
    "application_delivering": Title(
        mark("Argo CD cannot deliver {subject}"), mark("Argo CD cannot deliver {things}")
    ),
    "application_fresh": Title(
        mark("Argo CD has not compared {subject} for too long"),
        mark("Argo CD has not compared {things} for too long"),
    ),
    "application_healthy": Title(
        mark("{subject} is not Healthy"), mark("{things} are not Healthy")
    ),
    "application_overrides": Title(
        mark("{subject} overrides what nobody declares"),
        mark("{things} override what nobody declares"),
    ),
    "application_present": Title(
        mark("{subject} is not in the cluster"), mark("{things} are not in the cluster")
    ),
    "application_revision": Title(
        mark("{subject} has deployed another commit than its branch"),
        mark("{things} have deployed other commits than their branches"),
    ),
    "application_source_path": Title(
        mark("{subject} deploys another path than declared, or none"),
        mark("{things} deploy other paths than declared, or none"),
    ),
    "application_synced": Title(mark("{subject} is OutOfSync"), mark("{things} are OutOfSync")),
    "autoscaler": Title(
        mark("{subject} cannot scale its target"), mark("{things} cannot scale their targets")
    ),
    "cloud_exposure": Title(
        mark("{subject} opens an admin port to the world"),
        mark("{things} open an admin port to the world"),
    ),
    "cloud_instance": Title(
        mark("The instance of {subject} does not run"),
        mark("The instances of {things} do not run"),
    ),
    "cloud_instance_spec": Title(
        mark("The instance of {subject} is another one than declared"),
        mark("The instances of {things} are others than declared"),
    ),
    "cloud_load_balancer": Title(
        mark("{subject} is another one than declared, or has an unhealthy target"),
        mark("{things} are others than declared, or have unhealthy targets"),
    ),
    "cloud_network": Title(
        mark("{subject} is another one than declared"), mark("{things} are others than declared")
    ),
    "cloud_orphan": Title(
        mark("{subject} is declared by no code"), mark("{things} are declared by no code")
    ),
    "cloud_security_group": Title(
        mark("{subject} has other rules than declared"),
        mark("{things} have other rules than declared"),
    ),
    "component_ready": Title(
        mark("{subject} is not ready everywhere"), mark("{things} are not ready everywhere")
    ),
    "declaration_compared": Title(
        mark("{subject} is not compared"), mark("{things} are not compared")
    ),
    "declaration_conflict": Title(
        mark("{subject} is declared in two ways"), mark("{things} are declared in two ways")
    ),
    "declaration_readable": Title(
        mark("{subject} cannot be read"), mark("{things} cannot be read")
    ),
    "grafana_available": Title(
        mark("{subject} is not available"), mark("{things} are not available")
    ),
    "grafana_dashboards": Title(
        mark("{subject} is not in Grafana"), mark("{things} are not in Grafana")
    ),
    "grafana_datasources": Title(
        mark("{subject} does not answer through Grafana"),
        mark("{things} do not answer through Grafana"),
    ),
    "ingress_routes": Title(
        mark("{subject} leads to no Service that answers"),
        mark("{things} lead to no Service that answers"),
    ),
    "job_success": Title(mark("{subject} does not succeed"), mark("{things} do not succeed")),
    "kube_state_metrics": Title(
        mark("kube-state-metrics counts {name} otherwise than the API server"),
        mark("kube-state-metrics and the API server count {n} things differently"),
    ),
    "node_dedication": Title(
        mark("{subject} runs pods that do not belong there"),
        mark("{things} run pods that do not belong there"),
    ),
    "node_group_size": Title(
        mark("{subject} has another size than declared"),
        mark("{things} have other sizes than declared"),
    ),
    "node_identity": Title(
        mark("{subject} contradicts itself: ID, name and address are of different machines"),
        mark("{things} contradict themselves: ID, name and address are of different machines"),
    ),
    "node_instance": Title(
        mark("{subject} is another machine than declared"),
        mark("{things} are other machines than declared"),
    ),
    "node_labels": Title(
        mark("{subject} has other labels than declared"),
        mark("{things} have other labels than declared"),
    ),
    "node_maintenance": Title(
        mark("{subject} has been cordoned for too long"),
        mark("{things} have been cordoned for too long"),
    ),
    "node_present": Title(
        mark("{subject} is not in the cluster"), mark("{things} are not in the cluster")
    ),
    "node_ready": Title(mark("{subject} is not Ready"), mark("{things} are not Ready")),
    "node_taints": Title(
        mark("{subject} has other taints than declared"),
        mark("{things} have other taints than declared"),
    ),
    "node_unexpected": Title(
        mark("{subject} is declared by no code"), mark("{things} are declared by no code")
    ),
    "node_version": Title(
        mark("{subject} runs another version of Kubernetes than declared"),
        mark("{things} run other versions of Kubernetes than declared"),
    ),
    "object_additions": Title(
        mark("{subject} gives more than declared"), mark("{things} give more than declared")
    ),
    "object_present": Title(
        mark("{subject} is not in the cluster"), mark("{things} are not in the cluster")
    ),
    "object_spec": Title(
        mark("{subject} has other fields than declared"),
        mark("{things} have other fields than declared"),
    ),
    "prometheus_retention": Title(
        mark("{subject} keeps samples for another time than declared"),
        mark("{things} keep samples for other times than declared"),
    ),
    "prometheus_rules": Title(
        mark("{subject} is not loaded, or not healthy"),
        mark("{things} are not loaded, or not healthy"),
    ),
    "prometheus_storage": Title(
        mark("{subject} has another volume than declared"),
        mark("{things} have other volumes than declared"),
    ),
    "scrape_targets": Title(
        mark("Prometheus does not scrape {subject}"), mark("Prometheus does not scrape {things}")
    ),
    "secret_references": Title(
        mark("{subject} refers to what is not there, or holds a credential"),
        mark("{things} refer to what is not there, or hold a credential"),
    ),
    "service_endpoints": Title(
        mark("{subject} has no ready endpoints"), mark("{things} have no ready endpoints")
    ),
    "workload_additions": Title(
        mark("{subject} gives its pods more than declared"),
        mark("{things} give their pods more than declared"),
    ),
    "workload_images": Title(
        mark("The images of {subject} cannot be pulled"),
        mark("The images of {things} cannot be pulled"),
    ),
    "workload_placement": Title(
        mark("{subject} has pods on nodes that it does not select"),
        mark("{things} have pods on nodes that they do not select"),
    ),
    "workload_pods": Title(
        mark("{subject} has pods that are not what its template says"),
        mark("{things} have pods that are not what their templates say"),
    ),
    "workload_present": Title(
        mark("{subject} is not in the cluster"), mark("{things} are not in the cluster")
    ),
    "workload_ready": Title(
        mark("{subject} has too few ready pods"), mark("{things} have too few ready pods")
    ),
    "workload_replicas": Title(
        mark("{subject} asks for another number of replicas than declared"),
        mark("{things} ask for other numbers of replicas than declared"),
    ),
    "workload_restarts": Title(
        mark("{subject} restarts again and again"), mark("{things} restart again and again")
    ),
    "workload_spec": Title(
        mark("{subject} has other fields than declared"),
        mark("{things} have other fields than declared"),
    ),
    "workload_tolerations": Title(
        mark("{subject} does not tolerate the taints of the nodes that it selects"),
        mark("{things} do not tolerate the taints of the nodes that they select"),
    ),
    "workload_undeclared": Title(
        mark("{subject} is declared by no code"), mark("{things} are declared by no code")
    ),
}
"""What a failure of each check is called."""

_UNDECLARED: Final = Title(
    mark("{subject} carries a taint that no code declares"),
    mark("{things} carry a taint that no code declares"),
)
_MISSING: Final = Title(
    mark("{subject} lacks a declared taint"), mark("{things} lack a declared taint")
)
_UNSEEN: Final = Title(
    mark("{subject} could not be judged: {check}"), mark("{things} could not be judged: {check}")
)
_CONFORMS: Final = Title(mark("{subject} conforms: {check}"), mark("{things} conform: {check}"))
_IRREGULAR: Final = {"Node": mark("nodes")}


def title(entry: Entry, words: Words) -> str:
    """Return what *entry* is about."""
    if entry.source:
        return unanswered(entry.source, words)
    if entry.by is not By.CAUSE:
        return _name(entry, words)
    if len(entry.members) == 1 and (disputed := _disputed(entry, words)):
        return disputed
    said = _said(entry)
    message = said.one if len(entry.members) == 1 else said.many
    return filled(
        message,
        words,
        first=entry.first.finding.subject,
        number=len(entry.members),
        things=things(entry, words),
        check=words.say(entry.first.check.title),
    )


def unanswered(source: str, words: Words) -> str:
    """Return that a source does not answer."""
    return words.say("{source} does not answer the exporter", source=words.say(SOURCES[source]))


def filled(
    message: str, words: Words, *, first: Subject, number: int, things: str, check: str = ""
) -> str:
    """Return the *message* of a :class:`Title` about the *first* of a *number* of subjects."""
    return words.say(
        message,
        subject=subject(first),
        name=first,
        things=things,
        n=words.number(number),
        check=check,
    )


def subject(named: Subject) -> str:
    """Return the kind and the name of a subject; one name where both are the same."""
    if named.kind.casefold() == named.name.casefold():
        return named.kind
    return f"{named.kind} {named}"


def things(entry: Entry, words: Words) -> str:
    """Return how many subjects of which kind *entry* has."""
    number = entry.subjects.total()
    if len(entry.subjects) > 1:
        return words.count("{n} object", "{n} objects", number)
    return counted(entry.first.finding.subject.kind, number, words)


def counted(kind: str, number: int, words: Words) -> str:
    """Return a number of things of one kind."""
    named = words.say(_IRREGULAR[kind]) if kind in _IRREGULAR else _several(kind, words)
    if number == 1:
        named = words.say(mark("node")) if kind == "Node" else kind
    return words.say("{n} {kind}", n=words.number(number), kind=named)


def _several(kind: str, words: Words) -> str:
    """Return several objects of a *kind*: only English has a plural of its own for them."""
    return plural(kind) if words.lang is Lang.EN else kind


def plural(kind: str) -> str:
    """Return what Kubernetes documents call several objects of a *kind*."""
    if kind.endswith(("ss", "ch", "x")):
        return f"{kind}es"
    if kind.endswith("s"):
        return kind
    if kind.endswith("y") and kind[-2:-1] not in "aeiou":
        return f"{kind[:-1]}ies"
    return f"{kind}s"


def _said(entry: Entry) -> Title:
    row = entry.first
    if row.verdict is Verdict.PASS:
        return _CONFORMS
    if row.verdict is Verdict.UNKNOWN and not row.blind:
        return _UNSEEN
    if row.check.id == "node_taints":
        details = {one.finding.detail.partition(" ")[0] for one in entry.members}
        if details == {"undeclared"}:
            return _UNDECLARED
        if details == {"missing"}:
            return _MISSING
    return TITLES.get(row.check.id, _UNSEEN)


def _disputed(entry: Entry, words: Words) -> str:
    """Return who says what of one disputed attribute; nothing where that would be too long."""
    found = statements(entry.first.finding)
    values = dict.fromkeys(one.value for one in found)
    if len(values) != 2 or len({one.attribute for one in found}) != 1:  # noqa: PLR2004 - two sides
        return ""
    sides = {one.place: one for one in found}
    by_value: dict[str, list[str]] = {}
    for place in entry.first.finding.provenance:
        if (side := sides.get(str(place))) is not None:
            named = words.say(SOURCES[place.source])
            by_value.setdefault(side.value, []).append(named)
    if set(by_value) != set(values):
        return ""
    told = [
        words.say("{sources} {value}", sources=", ".join(dict.fromkeys(by_value[one])), value=one)
        for one in values
    ]
    attribute = found[0].attribute.rpartition(".")[2]
    return words.say(
        "{subject}: {attribute} is disputed ({one}; {other})",
        subject=subject(entry.first.finding.subject),
        attribute=attribute,
        one=told[0],
        other=told[1],
    )


def _name(entry: Entry, words: Words) -> str:
    if entry.by is By.CHECK:
        return words.say(entry.first.check.title)
    if entry.by is By.SUBJECT:
        return subject(entry.first.finding.subject)
    return entry.name or words.say("No owner is known")
