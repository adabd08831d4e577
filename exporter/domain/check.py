"""What a check is: its identity, what it needs to know, and how it judges."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Subject

OF_CLUSTER = "{of_cluster}"
"""Stands in the description of an alert where it may have to say of which cluster."""


class Chapter(StrEnum):
    """The tables of the report whose results are those of some checks."""

    NODES = "nodes"
    LABELS = "labels"
    TAINTS = "taints"
    TOLERATIONS = "tolerations"
    WORKLOADS = "workloads"
    PLACEMENT = "placement"
    STRAYS = "strays"
    DEPENDENCIES = "dependencies"
    OBJECTS = "objects"
    COMPONENTS = "components"
    CLOUD = "cloud"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What Prometheus is told to alert on, for each series of its own; ``rules/`` follows from it.

    *name* is without the *prefix*, which all have in common but one that has to be heard where
    somebody silenced all others. It fires once *expr* has held for *after*
    (Prometheus' ``for``), and goes on for *keep* when it no longer does (``keep_firing_for``).
    *expr* is empty where a failing subject of the check is all there is to it. *description* has
    the placeholders of Prometheus' templates, and :data:`OF_CLUSTER`. *why* is what somebody has
    to know who changes the rule.
    """

    name: str
    after: str
    keep: str = "5m"
    summary: str
    description: str
    expr: str = ""
    why: str = ""
    prefix: str = "ClusterConformance"

    @property
    def full_name(self) -> str:
        """The name by which Prometheus, Alertmanager and its runbook know it."""
        return f"{self.prefix}{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A named rule that compares declared with observed for one kind of subject.

    *id* is the name of its module, test, page and label value. *aspect* is its label value in
    the ``*_match`` metrics, empty where it has none there; *judges* is what it judges of a subject
    where that is not the aspect, as facts with gaps name it; *component* the part of the monitoring
    stack that it looks at, if any. It is handed the facts that it names, and no others:

    *needs* are the types of those without which it cannot judge. Where one is missing, or has a
    gap that could concern anything, the evaluation does not call *judge* but finds ``unknown`` for
    all *subjects*, which must make do with what is there.

    *uses* are the types of further ones that could show a pass to be wrong: where such a fact has
    a gap for a subject, a pass is ``unknown``. *weighs* are those that may be missing, or have
    gaps, and only the check itself can tell how far that matters: what could explain a failure
    away, say.

    *layer* is None where each finding names its own. A check *covers* what it judges unless that
    is nothing that the code declares, as a stray node, or only says what cannot be judged. Where
    it finds *only_amiss* no finding says that all is well.

    *alert* is how its failures reach somebody, *advice* what the report recommends then, *chapter*
    the table there in whose results they count. What is *delivered* by Argo CD may differ for as
    long as a sync of its Application waits for something. A *headline* is one by which owners tell
    success.
    """

    id: str
    layer: Layer | None
    severity: Severity
    title: str
    needs: tuple[type, ...]
    subjects: Callable[[Facts], Iterable[Subject]]
    judge: Callable[[Facts], Iterator[Finding]]
    aspect: str = ""
    judges: str = ""
    component: str = ""
    uses: tuple[type, ...] = ()
    weighs: tuple[type, ...] = ()
    covers: bool = True
    only_amiss: bool = False
    headline: bool = False
    delivered: bool = False
    chapter: Chapter | None = None
    advice: str = ""
    alert: Alert | None = None

    @property
    def handed(self) -> frozenset[type]:
        """The types of all facts that it may look at."""
        return frozenset((*self.needs, *self.uses, *self.weighs))

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers that its findings may have."""
        return tuple(Layer) if self.layer is None else (self.layer,)

    def layer_of(self, finding: Finding) -> Layer:
        """Return the layer of one of its findings."""
        layer = self.layer or finding.layer
        if layer is None:
            raise ValueError(f"{finding.check} finds something in no layer")
        return layer
