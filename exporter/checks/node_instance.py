"""Every node must be the machine that the code declares: type, zone, address, id, instance."""

from collections.abc import Collection, Iterator, Mapping
from ipaddress import ip_address

from exporter.checks import subjects, unknowns
from exporter.checks.machines import FACTS_OF_MACHINES, Machines
from exporter.checks.wording import excerpt
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.cloud import DeclaredCloud, ObservedInstances
from exporter.domain.declaration import Attribute, DeclaredNode
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Subject, Verdict
from exporter.domain.nodes import DeclaredNodes, ObservedNode, ObservedNodes

ID = "node_instance"

_WORDS: Mapping[Attribute, str] = {
    Attribute.INSTANCE_TYPE: "instance type",
    Attribute.ZONE: "zone",
    Attribute.INTERNAL_IP: "internal IP",
    Attribute.PROVIDER_ID: "provider ID",
}
_LABELS: Mapping[Attribute, tuple[str, str]] = {
    Attribute.INSTANCE_TYPE: (ObservedNode.INSTANCE_TYPE, "beta.kubernetes.io/instance-type"),
    Attribute.ZONE: (ObservedNode.ZONE, "failure-domain.beta.kubernetes.io/zone"),
}


def machines(facts: Facts) -> list[Subject]:
    """Return the declared nodes of whose machine anything is declared, sorted; all in a cloud."""
    known, cloud = facts.find(DeclaredNodes), facts.find(DeclaredCloud) is not None
    nodes = known.in_order if known else ()
    return [
        subjects.node(node.name) for _, node in nodes if cloud or _declared(node) or _unknown(node)
    ]


def judge(facts: Facts) -> Iterator[Finding]:
    """Compare what is declared of each machine with what its node reports of it.

    Where the cloud is looked at, each node is followed to its instance and that one's code.
    """
    cloud, chains = facts.find(DeclaredCloud) is not None, Machines(facts)
    observed = facts.get(ObservedNodes).nodes
    reported = {
        attribute
        for attribute in _WORDS
        if any(_reported(one, attribute) for one in observed.values())
    }
    for name, node in facts.get(DeclaredNodes).in_order:
        if not (cloud or _declared(node) or _unknown(node)):
            continue
        have = observed.get(name)
        if have is None:
            yield unknowns.absent_node(ID, node)
        else:
            chain = chains.chain(node, have)
            yield chain.of(_judge(node, have, reported=reported, complete=chain.complete))


def _unknown(node: DeclaredNode) -> bool:
    """Tell whether more of the machine may be declared than is known."""
    return not node.unknown.keys().isdisjoint(_WORDS)


def _declared(node: DeclaredNode) -> dict[Attribute, str]:
    stated = {word: node.attributes.get(word) for word in _WORDS}
    return {key: one.value for key, one in stated.items() if one is not None and one.value}


def _reported(node: ObservedNode, attribute: Attribute) -> tuple[str, ...]:
    """Return all values that the node reports of *attribute*; of addresses there may be several."""
    if attribute is Attribute.INTERNAL_IP:
        return node.internal_ips
    if attribute is Attribute.PROVIDER_ID:
        return (node.provider_id,) if node.provider_id else ()
    values = (node.labels.get(label) for label in _LABELS[attribute])
    return tuple(value for value in values if value)[:1]


def _judge(
    node: DeclaredNode, have: ObservedNode, *, reported: Collection[Attribute], complete: bool
) -> Finding:
    """Fail for any attribute that differs; pass only where all could be compared.

    What the node itself is silent on is known of its instance where that was found: it is compared
    there.
    """
    declared = _declared(node)
    observed = {attribute: _reported(have, attribute) for attribute in declared}
    silent = [attribute for attribute, values in observed.items() if not values]
    differing = [
        attribute
        for attribute, values in observed.items()
        if values
        and attribute not in node.unknown
        and not any(_same(attribute, declared=declared[attribute], observed=one) for one in values)
    ]
    verdict, detail = Verdict.PASS, ""
    if differing:
        verdict, detail = (
            Verdict.FAIL,
            _differences(differing, declared=declared, observed=observed),
        )
    elif silent and not complete:
        verdict, detail = Verdict.UNKNOWN, _silence(silent, reported)
    return Finding(
        check=ID,
        subject=subjects.node(node.name),
        verdict=verdict,
        detail=detail,
        declared={key.value: excerpt(value) for key, value in declared.items()},
        observed={
            key.value: excerpt(", ".join(values)) or None for key, values in observed.items()
        },
        provenance=tuple(dict.fromkeys(node.attributes[key].place for key in differing or declared))
        or node.places,
    )


def _differences(
    differing: Collection[Attribute],
    *,
    declared: Mapping[Attribute, str],
    observed: Mapping[Attribute, tuple[str, ...]],
) -> str:
    return ", ".join(
        f"{_WORDS[key]} is {excerpt(', '.join(observed[key]))} instead of {excerpt(declared[key])}"
        for key in differing
    )


def _silence(silent: Collection[Attribute], reported: Collection[Attribute]) -> str:
    words = " and ".join(_WORDS[attribute] for attribute in silent)
    if any(attribute in reported for attribute in silent):
        return f"node reports no {words}"
    return f"no node of this cluster reports {words}; a cloud controller manager would"


def _same(attribute: Attribute, *, declared: str, observed: str) -> bool:
    if declared == observed:
        return True
    match attribute:
        case Attribute.INTERNAL_IP:
            return _address(declared) == _address(observed)
        case Attribute.PROVIDER_ID:
            return _same_machine(declared, observed)
        case Attribute.ZONE:
            # Azure numbers zones (1), and labels nodes with region and number (westeurope-1).
            return declared.isdecimal() and observed.endswith(f"-{declared}")
        case _:
            return False


def _address(text: str) -> str:
    """Return an IP address in its one form, without the length of its network."""
    plain = text.strip().partition("/")[0]
    try:
        return str(ip_address(plain))
    except ValueError:
        return plain


def _same_machine(declared: str, observed: str) -> bool:
    """Compare provider IDs (``aws:///zone/i-0abc``); a bare id (``i-0abc``) with their last part.

    Case does not count: Azure writes its ids in both.
    """
    want, have = declared.strip().casefold(), observed.strip().casefold()
    return want == have or (
        "://" not in want and want.rpartition("/")[2] == have.rpartition("/")[2]
    )


CHECK = Check(
    id=ID,
    layer=Layer.INFRASTRUCTURE,
    severity=Severity.WARNING,
    title="Nodes are the declared machines",
    needs=(DeclaredNodes, ObservedNodes),
    uses=(DeclaredCloud, ObservedInstances),
    weighs=FACTS_OF_MACHINES,
    subjects=machines,
    judge=judge,
    aspect="instance",
    chapter=Chapter.NODES,
    advice="Replace the nodes that are other machines than declared.",
    alert=Alert(
        name="NodeInstanceMismatch",
        after="15m",
        summary="A node is another machine than declared.",
        description=(
            "Node {{ $labels.object_name }}{of_cluster} reports another provider ID, instance "
            "type, zone or internal IP than declared. Next: was the machine resized or replaced by "
            "hand? terraform plan shows it, too."
        ),
    ),
)
