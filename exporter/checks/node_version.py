"""Every node must run the Kubernetes version that the code declares for it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from exporter.checks import subjects, unknowns
from exporter.checks.wording import excerpt
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.declaration import Attribute, DeclaredNode
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Subject, Verdict
from exporter.domain.nodes import DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.provenance import Located

ID = "node_version"

_FORM = re.compile(
    r"v?(?P<numbers>\d{1,9}(?:\.\d{1,9}){0,3})(?P<any>\.[x*])?"
    r"(?:-(?P<dash>[\w.*~-]{1,100}))?(?:\+(?P<build>[\w.-]{1,100}))?",
    re.ASCII,
)
_PACKAGE_REVISION = re.compile(r"[\d*]")
_PRE_RELEASE = re.compile(r"alpha|beta|rc")
_FULL = 3


@dataclass(frozen=True, slots=True)
class Version:
    """A version of Kubernetes, or as much of it as somebody wrote.

    *extra* is what a distribution adds (``k3s1``, ``eks-5e0fdde``).
    """

    numbers: tuple[int, ...]
    pre_release: str = ""
    extra: str = ""

    @classmethod
    @lru_cache(maxsize=256)
    def parse(cls, text: str) -> "Version | None":
        """Read ``v1.28.4``, ``1.28``, ``1.28.x``, ``1.28.4-1.1`` or ``v1.28.4+k3s1``.

        The revision of a package (``-1.1``, ``-00``, ``-*``) says nothing of Kubernetes and is
        dropped. Image tags have ``-k3s1`` for ``+k3s1``, so both are read alike.
        """
        match = _FORM.fullmatch(text.strip())
        if match is None:
            return None
        dash = match["dash"] or ""
        pre = dash if _PRE_RELEASE.match(dash) else ""
        if pre or _PACKAGE_REVISION.match(dash):
            dash = ""
        numbers = tuple(int(part) for part in match["numbers"].split("."))
        return cls(numbers, pre_release=pre, extra=match["build"] or dash)

    def covers(self, other: "Version") -> bool:
        """Tell whether *other* is this version, as far as this one is written.

        ``1.28`` covers every 1.28, while ``1.28.0`` does not cover ``1.28.0-rc.1``.
        """
        if other.numbers[: len(self.numbers)] != self.numbers:
            return False
        if self.extra and self.extra != other.extra:
            return False
        full = len(self.numbers) >= _FULL or self.pre_release
        return not full or self.pre_release == other.pre_release


def versioned_nodes(facts: Facts) -> list[Subject]:
    """Return the declared nodes for which a version is declared, or may be, sorted."""
    known = facts.find(DeclaredNodes)
    nodes = known.in_order if known else ()
    return [subjects.node(node.name) for _, node in nodes if _is_versioned(node)]


def judge(facts: Facts) -> Iterator[Finding]:
    """Compare the kubelet's version of every node for which one is declared."""
    observed = facts.get(ObservedNodes).nodes
    for name, node in facts.get(DeclaredNodes).in_order:
        if not _is_versioned(node):
            continue
        want, have = node.attributes.get(Attribute.VERSION), observed.get(name)
        unknown = node.unknown_in(Attribute.VERSION)
        if have is None:
            yield unknowns.absent_node(ID, node)
        elif want is None or unknown is not None:
            yield unknowns.undeclared(ID, node, unknown)
        else:
            yield _judge(node, have, want=want)


def _is_versioned(node: DeclaredNode) -> bool:
    return Attribute.VERSION in node.attributes or Attribute.VERSION in node.unknown


def _judge(node: DeclaredNode, have: ObservedNode, *, want: Located[str]) -> Finding:
    declared, observed = Version.parse(want.value), Version.parse(have.version)
    verdict, detail = Verdict.PASS, ""
    if declared is None:
        verdict, detail = Verdict.UNKNOWN, f"{excerpt(want.value)!r} is no version to compare with"
    elif observed is None:
        said = excerpt(have.version)
        verdict, detail = Verdict.UNKNOWN, f"kubelet reports {said!r}, which is no version"
    elif not declared.covers(observed):
        verdict, detail = Verdict.FAIL, f"kubelet is {have.version} instead of {want.value}"
    return Finding(
        check=ID,
        subject=subjects.node(node.name),
        verdict=verdict,
        detail=detail,
        declared=excerpt(want.value),
        observed=excerpt(have.version),
        provenance=(want.place,),
    )


CHECK = Check(
    id=ID,
    layer=Layer.INFRASTRUCTURE,
    severity=Severity.WARNING,
    title="Nodes run the declared version of Kubernetes",
    needs=(DeclaredNodes, ObservedNodes),
    subjects=versioned_nodes,
    judge=judge,
    aspect="version",
    headline=True,
    chapter=Chapter.NODES,
    advice="Bring all nodes to the declared version of Kubernetes.",
    alert=Alert(
        name="NodeVersionMismatch",
        after="1h",
        summary="A node runs another version of Kubernetes than declared.",
        description=(
            "Node {{ $labels.object_name }}{of_cluster} runs a kubelet whose version the declared "
            "one does not cover. Next: finish the upgrade, or correct the declaration; the status "
            "page shows both versions."
        ),
    ),
)
