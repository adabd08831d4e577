"""Reads the files that declare machines: their configurations, and objects that make them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from exporter.declared.checkout import Checkout
from exporter.declared.located import LocatedTree, from_yaml
from exporter.declared.machines import kubeadm, objects, rancher, talos
from exporter.declared.machines.collector import SOURCE, Collector
from exporter.declared.machines.machine import Machine
from exporter.declared.machines.pool import Pool, kind_of
from exporter.domain.declaration import PRESENT, Reading
from exporter.domain.errors import ReadError, Reason
from exporter.domain.finding import Subject
from exporter.domain.items import ItemState
from exporter.settings.declared import MachinesSettings

SUFFIXES: Final = (".yaml", ".yml", ".json")
_CONFIGURATIONS: Final = (talos.read, kubeadm.read, rancher.read)


def read(settings: Sequence[MachinesSettings], *, checkout: Checkout, cluster: str = "") -> Reading:
    """Return what all entries declare of the nodes of *cluster*, as the settings call it."""
    collector = Collector(checkout)
    for setting in settings:
        _Entry(setting, collector, setting.cluster or cluster).read()
    gaps = collector.all_gaps()
    return Reading(
        source=SOURCE,
        nodes=tuple(collector.nodes),
        groups=tuple(collector.groups),
        unresolved=tuple(dict.fromkeys(collector.notices)),
        failures=tuple(collector.failures),
        items=tuple(collector.items),
        gaps=gaps,
        complete=not any(PRESENT in gap.attributes for gap in gaps),
    )


@dataclass(slots=True)
class _Entry:
    """One entry of the settings; *trees* are the objects of all its files."""

    settings: MachinesSettings
    collector: Collector
    cluster: str
    trees: list[LocatedTree] = field(default_factory=list)

    def read(self) -> None:
        """Read all files of the entry."""
        path = self.settings.path
        try:
            files = self._files()
        except ReadError as error:
            self.collector.fail(error, path=path)
            return
        for name in files:
            try:
                self._take(name)
            except ReadError as error:
                self.collector.fail(error, path=name)
        self._pools()

    def _files(self) -> list[str]:
        """Return the files, each once; raises :exc:`ReadError` where there is none."""
        files = list(dict.fromkeys(self._matching()))
        if not files:
            raise ReadError("matches no file", reason=Reason.MISSING, path=self.settings.path)
        return files

    def _matching(self) -> Iterator[str]:
        checkout = self.collector.checkout
        for path in checkout.match(self.settings.path):
            if checkout.is_dir(path):
                yield from checkout.files(path, suffixes=SUFFIXES)
            else:
                yield path

    def _take(self, name: str) -> None:
        """Read a file; raises :exc:`ReadError` where it is broken."""
        machines: list[Machine] = []
        checkout = self.collector.checkout
        for document in checkout.read_yaml(name):
            tree = from_yaml(document.value, checkout.place(SOURCE, name, document.line))
            if objects.makes_machines(kind_of(tree)[0]):
                self.trees.append(tree)
                continue
            found = next((one for read in _CONFIGURATIONS if (one := read(tree))), None)
            if found is None:
                self._strange(tree, name)
            else:
                machines.append(found)
        self._machines(machines)

    def _machines(self, machines: Sequence[Machine]) -> None:
        """Take in what one file says; what names no machine is for the one that the file names."""
        own = list(dict.fromkeys(one.name.value for one in machines if one.name))
        given = own if len(own) == 1 else self.settings.nodes
        for one in machines:
            names = [one.name.value] if one.name else given
            if names:
                self.collector.machine(one, names)
            elif one.speaks:
                self.collector.nameless(one)

    def _strange(self, tree: LocatedTree, name: str) -> None:
        group, kind = kind_of(tree)
        if kind:
            message = f"{kind[:80]} ({group[:80] or 'v1'}) makes no machine that is known here"
        else:
            message = "is no configuration of a machine that is known here"
        self.collector.hide(
            Subject("File", "", name),
            place=tree.place,
            message=message,
            advice="name only files in declared.machines that configure machines, or make them",
            state=ItemState.UNSUPPORTED,
        )

    def _pools(self) -> None:
        found = objects.read(self.trees)
        for tree, error in found.errors:
            self.collector.fail(error, path=tree.place.path)
        clusters = list(dict.fromkeys(one.cluster for one in found.pools if one.cluster))
        own = self.cluster if self.cluster in clusters or self.settings.cluster else ""
        if not own and len(clusters) == 1:
            (own,) = clusters
        for pool in found.pools:
            if not pool.cluster or pool.cluster == own:
                self.collector.pool(pool)
            elif own:
                state = ItemState.OTHER_CLUSTER
                self.collector.item(pool.subject, pool.place, state=state, message=_other(pool))
            else:
                self._ambiguous(pool)

    def _ambiguous(self, pool: Pool) -> None:
        self.collector.hide(
            pool.subject,
            place=pool.place,
            message=f"{_other(pool)}, one of several, and which is meant is not said",
            advice="name the cluster: cluster, beside the path in declared.machines",
        )


def _other(pool: Pool) -> str:
    return f"its machines are of the cluster {pool.cluster}"
