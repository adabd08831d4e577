"""Files of variables that plays, roles and tasks load, and what stands in for a broken one."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from exporter.declared.ansible.documents import Documents
from exporter.declared.ansible.unread_file import UnreadFile, searchable_text
from exporter.declared.ansible.variable_layer import VariableLayer
from exporter.domain.declaration import Failure
from exporter.domain.errors import ReadError
from exporter.domain.provenance import Place, Source


@dataclass(slots=True)
class VariableFiles:
    """Reads files of variables, each once; what is wrong with one becomes a value."""

    documents: Documents
    failures: dict[Failure, None] = field(default_factory=dict)
    _layers: dict[str, VariableLayer] = field(default_factory=dict)

    def layer(self, path: str) -> VariableLayer:
        """Return the variables of a file, or a hidden layer where it cannot be read."""
        if path not in self._layers:
            self._layers[path] = self._read(path)
        return self._layers[path]

    @property
    def paths(self) -> AbstractSet[str]:
        """The files of variables that were asked for."""
        return self._layers.keys()

    def any_of(self, paths: Sequence[str], where: Place) -> VariableLayer:
        """Return a hidden layer for variables of one of *paths*; only a run knows which."""
        texts = [self.documents.text(path) for path in paths]
        known = [text for text in texts if text is not None]
        text = searchable_text("\n".join(known)) if known and len(known) == len(texts) else None
        return VariableLayer.hidden(
            UnreadFile(where, "only a run would tell which variables are read", text)
        )

    def absent(self, where: Place, message: str) -> VariableLayer:
        """Return what stands in for variables that are not in the repository."""
        return VariableLayer.hidden(UnreadFile(where, message))

    def _read(self, path: str) -> VariableLayer:
        try:
            return self.documents.layer(path)
        except ReadError as error:
            checkout = self.documents.checkout
            self.failures[checkout.failure(Source.ANSIBLE, error, path=path, part=path)] = None
            return VariableLayer.hidden(self.documents.unread(error, path=path))
