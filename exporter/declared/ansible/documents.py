"""The YAML files of a reading: each read once, all of them together bounded."""

from typing import Any

from exporter.declared.ansible.values import (
    VAULT_HEADER,
    Layer,
    PlacedMap,
    layer_of,
    placed,
)
from exporter.declared.checkout import MAX_FILE, Checkout
from exporter.domain.errors import ParseError, ReadError, Reason
from exporter.domain.provenance import Place, Source
from exporter.foreign import yaml
from exporter.foreign.files import MIB, decode

MAX_TOTAL = 16 * MIB


class Documents:
    """Reads YAML files of the *checkout*."""

    def __init__(self, checkout: Checkout, *, limit: int = MAX_TOTAL) -> None:
        self.checkout = checkout
        self._left = limit
        self._known: dict[str, Any] = {}

    def read(self, path: str) -> Any:
        """Return the only document of a file, every collection placed, or None where it is empty.

        Raises :exc:`ReadError`, also for a file that is encrypted as a whole.
        """
        if path not in self._known:
            self._known[path] = self._read(path)
        return self._known[path]

    def layer(self, path: str) -> Layer:
        """Return the variables of a file; raises :exc:`ReadError` where it is no mapping."""
        document = self.read(path)
        if document is None:
            document = PlacedMap(1, path)
        if not isinstance(document, PlacedMap):
            raise ReadError(
                "holds no mapping of variables", reason=Reason.MALFORMED, path=path, line=1
            )
        return layer_of(document, checkout=self.checkout)

    def place(self, path: str, line: int) -> Place:
        """Return the provenance of a line."""
        return self.checkout.place(Source.ANSIBLE, path, line)

    def _read(self, path: str) -> Any:
        data = self.checkout.read_bytes(path, limit=min(MAX_FILE, self._left))
        self._left -= len(data)
        if data.startswith(VAULT_HEADER):
            raise ReadError(
                "is encrypted with Ansible Vault",
                reason=Reason.FORBIDDEN,
                path=path,
                line=1,
                advice="keep what describes nodes out of the vault; no vault password is ever used",
            )
        try:
            return placed(yaml.load(decode(data, name=path)), path)
        except ParseError as error:
            raise ReadError(
                error.message, reason=Reason.MALFORMED, path=path, line=error.line
            ) from None
