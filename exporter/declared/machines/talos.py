"""Machine configurations of Talos, whole ones and patches.

Source: Talos, Configuration: ``v1alpha1`` (machine.network.hostname, nodeLabels, nodeTaints,
kubelet.image) and HostnameConfig.
"""

import re
from collections.abc import Iterator
from typing import Final

from exporter.declared.located import LocatedTree, UnresolvedError
from exporter.declared.machines.machine import Machine
from exporter.declared.machines.pool import kind_of
from exporter.declared.machines.values import Arguments, Values, stated
from exporter.domain.declaration import TAINTS, Attribute
from exporter.domain.errors import ParseError
from exporter.domain.provenance import Located
from exporter.domain.taints import Taint

VERSION: Final = "v1alpha1"
"""The API version of its further documents, which have no group."""
_TAG: Final = re.compile(r":(v\d+\.\d+\.\d+[^@]*)")


def read(tree: LocatedTree) -> Machine | None:
    """Return what a document says; None where it is none of Talos. Raises :exc:`ReadError`."""
    values = Values()
    if _version_of(tree) == VERSION:
        own = kind_of(tree)[1] == "HostnameConfig"
        name = values.text(tree, "hostname", "name") if own else None
        return Machine(place=tree.place, name=name, unknown=values.unknown, common=True)
    if "apiVersion" in tree.fields or not tree.has("machine"):
        return None
    machine = tree.object("machine")
    kind = machine.text("type")
    extra = machine.object("kubelet").fields.get("extraArgs")
    registered = values.arguments(extra) if extra is not None else Arguments()
    return Machine(
        place=tree.place,
        name=values.text(machine.object("network"), "hostname", "name"),
        groups=(kind,) if kind else (),
        attributes=dict(_version(machine.object("kubelet"), values)),
        labels={**registered.labels, **values.labels(machine.object("nodeLabels"))},
        taints=(*registered.taints, *_taints(machine.object("nodeTaints"), values)),
        unknown=values.unknown,
    )


def _version_of(tree: LocatedTree) -> str:
    version = tree.fields.get("apiVersion")
    return str(version.content) if version is not None else ""


def _version(kubelet: LocatedTree, values: Values) -> Iterator[tuple[Attribute, Located[str]]]:
    image = values.text(kubelet, "image", Attribute.VERSION)
    found = _TAG.search(image.value) if image else None
    if image and found:
        yield Attribute.VERSION, Located(found[1], image.place)
    elif image:
        values.miss(Attribute.VERSION, image.place, "is that of an image without a version")


def _taints(taints: LocatedTree, values: Values) -> Iterator[Located[Taint]]:
    """Yield the taints of a map from keys to ``value:Effect``."""
    for key, tree in taints.fields.items():
        try:
            value, _, effect = stated(tree).value.rpartition(":")
            yield Located(Taint.parse(f"{key}={value}:{effect}"), tree.place)
        except UnresolvedError as error:
            values.miss(TAINTS, error.place, error.message)
        except ParseError as error:
            values.miss(TAINTS, tree.place, f"hold what is none: {error.message}")
