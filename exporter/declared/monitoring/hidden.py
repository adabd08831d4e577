"""What may declare something of the monitoring stack, and is not known.

A chart that nobody renders, a file that is broken: by their names and texts most of them have
nothing to do with Prometheus, and hide nothing of it. In doubt they do.
"""

from collections.abc import Iterator, Mapping, Sequence

from exporter.declared.checkout import Checkout
from exporter.declared.monitoring.stack_relevance import (
    HELM,
    TEXT,
    StackRelevance,
    StackSearch,
    relevance_of_name,
)
from exporter.declared.stack import CHARTS, Hidden
from exporter.domain.declaration import ApplicationKey, DeclaredApplication, Failure, Reading
from exporter.domain.finding import Subject
from exporter.domain.gaps import Gap
from exporter.domain.items import Item, ItemState
from exporter.domain.provenance import Source

_VARIABLES = frozenset({"group_vars", "host_vars", "vars", "defaults"})
_TERRAFORM = ("(helm_release)", "(kubernetes_manifest)", "(kubectl_manifest)")
"""What Terraform puts into a cluster as other tools do."""


def hidden(readings: Sequence[Reading], checkout: Checkout | None) -> tuple[Hidden, ...]:
    """Return what *readings*, from the weakest to the strongest, hide of the stack.

    Texts are those of *checkout*; without it, nothing that is broken can be told to be harmless.
    """
    search = StackSearch(checkout)
    return tuple(
        gap for rank, reading in enumerate(readings) for gap in _Search(reading, search).of(rank)
    )


class _Search:
    """Looks through what is not known of one *reading*."""

    def __init__(self, reading: Reading, search: StackSearch) -> None:
        self._reading = reading
        self._search = search
        self._applications: Mapping[ApplicationKey, DeclaredApplication] = {
            application.key: application for application in reading.applications
        }

    def of(self, rank: int) -> Iterator[Hidden]:
        """Yield what the reading with this *rank* hides."""
        for stack_gap in self._reading.stack_gaps:
            yield Hidden(rank=rank, place=stack_gap.place, gap=stack_gap.gap, names=stack_gap.names)
        causes = [
            (failure.place, failure.message, self._failed(failure))
            for failure in self._reading.failures
        ]
        causes += [
            (item.place, item.message, self._item(item))
            for item in self._reading.items
            if item.state.is_reason
            and item.state is not ItemState.OTHER_CLUSTER
            and not item.broken
        ]
        for place, message, relevance in causes:
            if relevance:
                gap = Gap(place.source, f"{place.where}: {message}")
                yield Hidden(
                    rank=rank, place=place, gap=gap, surely=relevance is StackRelevance.STACK
                )

    def _failed(self, failure: Failure) -> StackRelevance:
        place = failure.place
        if place.source in {Source.TERRAFORM, Source.INVENTORY}:
            return StackRelevance.NONE  # they never say anything of the stack
        if place.source is Source.ANSIBLE and not _VARIABLES.isdisjoint(place.path.split("/")):
            return StackRelevance.NONE  # a task that needs the variable is unresolved itself
        if any(statement.value.place.path == place.path for statement in self._reading.stack):
            return StackRelevance.NONE  # what it last said stands in for it
        known = self._applications.items()
        delivered = next(
            (application for key, application in known if str(key) == failure.part), None
        )
        paths = [source.path for source in delivered.sources if source.local] if delivered else []
        pattern = HELM if place.source is Source.ANSIBLE else TEXT
        return self._search.of_files(place.path, *paths, pattern=pattern)

    def _item(self, item: Item) -> StackRelevance:
        terraform = item.source is Source.TERRAFORM
        return self._terraform(item) if terraform else self._left_out(item)

    def _left_out(self, item: Item) -> StackRelevance:
        subject, place = item.subject, item.place
        match subject.kind:
            case "Source":
                return self._source(subject)
            case "ApplicationSet":
                return self._search.of_document(place, templated=True)
            case "Objects":
                return self._search.of_tasks(place.path)
            case "File" | "Directory":
                return self._search.of_files(place.path)
            case "Role" | "Playbook":
                return relevance_of_name(subject.name)
            case _:
                # An object that was rendered, and read if it is of the stack.
                return StackRelevance.NONE

    def _terraform(self, item: Item) -> StackRelevance:
        """Judge what Terraform declares; only what it puts into the cluster may be of the stack."""
        of_objects = item.subject.name.endswith(_TERRAFORM)
        return self._search.of_files(item.place.path) if of_objects else StackRelevance.NONE

    def _source(self, subject: Subject) -> StackRelevance:
        """Judge a source of an Application; the values of a chart that is known here were read."""
        name, _, index = subject.name.rpartition("/")
        application = self._applications.get(ApplicationKey(subject.namespace, name))
        number = int(index) if index.isascii() and index.isdigit() else -1
        if application is None or not 0 <= number < len(application.sources):
            return relevance_of_name(subject.name)
        source = application.sources[number]
        if source.chart in CHARTS:
            return StackRelevance.NONE
        chart = relevance_of_name(source.chart or f"{source.repository}/{source.path}")
        if source.local and source.path:
            chart = max(chart, self._search.of_files(source.path))
        elif not application.application_set:
            chart = max(chart, self._search.of_document(application.place))
        return chart if source.chart else max(chart, relevance_of_name(name))
