"""The components that shall be there: named by the settings, or installed by the code."""

from collections.abc import Iterable

from exporter.domain.components import KIND, Component, DeclaredComponents, Part, presets
from exporter.domain.items import Item
from exporter.domain.provenance import Place, Source
from exporter.settings.components import ComponentSettings


def declared_components(
    items: Iterable[Item], named: Iterable[str | ComponentSettings], path: str
) -> DeclaredComponents:
    """Return the components among *items*, and those that the settings at *path* name."""
    places: dict[str, tuple[Place, ...]] = {}
    for item in items:
        if item.subject.kind == KIND:
            name = item.subject.name
            places[name] = (*places.get(name, ()), item.place)
    found = presets(places)
    here = (Place(Source.INVENTORY, path),)
    for one in named:
        own = presets([one]) if isinstance(one, str) else {one.name: _component(one)}
        found.update(own)
        places.update({name: (*places.get(name, ()), *here) for name in own})
    return DeclaredComponents(found, places)


def _component(settings: ComponentSettings) -> Component:
    part = Part(
        kinds=(settings.kind,),
        name=settings.workload or settings.name,
        namespaces=(settings.namespace,) if settings.namespace else (),
        everywhere=settings.every_node,
    )
    return Component(parts=(part,))
