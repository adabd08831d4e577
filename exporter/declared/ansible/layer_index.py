"""What each layer of variables holds that concerns nodes, found once for all its hosts."""

from collections.abc import Container
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from exporter.declared.ansible.inventory_variables import Host
from exporter.declared.ansible.node_values import mentions_kubelet
from exporter.declared.ansible.variable_layer import VariableLayer
from exporter.declared.ansible.variable_names import USUAL_VARIABLES


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerContent:
    """The names of those variables of a *layer* that concern nodes.

    *usual* have a name that roles usually read, *kubelet_arguments* hold such, and *host_maps*
    are mappings keyed by hosts.
    """

    layer: VariableLayer
    usual: AbstractSet[str]
    kubelet_arguments: tuple[str, ...]
    host_maps: tuple[str, ...]


@dataclass(slots=True)
class LayerIndex:
    """Looks through layers, each once; *hosts* are those of the inventory."""

    hosts: Container[str]
    _contents: dict[int, LayerContent] = field(default_factory=dict)

    def content(self, layer: VariableLayer) -> LayerContent:
        """Return what *layer* holds."""
        found = self._contents.get(id(layer))
        if found is None:
            found = self._contents[id(layer)] = self._content(layer)
        return found

    def usual_variables(self, host: Host) -> AbstractSet[str]:
        """Return the usual names that are, or in a file that cannot be read may be, set."""
        if host.has_unread:
            return USUAL_VARIABLES
        return set().union(*(self.content(layer).usual for layer in host.layers))

    def is_host_map(self, value: Any) -> bool:
        """Tell whether *value* is a mapping of which some key is a host."""
        return isinstance(value, dict) and any(key in self.hosts for key in value)

    def _content(self, layer: VariableLayer) -> LayerContent:
        variables = layer.values.items()
        return LayerContent(
            layer=layer,  # kept, as its identity stands for it
            usual=USUAL_VARIABLES & layer.values.keys(),
            kubelet_arguments=tuple(name for name, value in variables if mentions_kubelet(value)),
            host_maps=tuple(name for name, value in variables if self.is_host_map(value)),
        )
