"""The YAML files of a reading: each read once, all of them together bounded."""

from typing import Any

from exporter.declared.ansible.located_data import LocatedMap, located
from exporter.declared.ansible.unread_file import UnreadFile, searchable_text
from exporter.declared.ansible.variable_layer import VariableLayer, layer_of
from exporter.declared.ansible.vault import VAULT_ADVICE, VAULT_HEADER, VAULTED
from exporter.declared.checkout import MAX_FILE, Checkout
from exporter.domain.errors import ParseError, ReadError, Reason
from exporter.domain.provenance import Place, Source
from exporter.foreign import yaml
from exporter.foreign.files import MIB, decode
from exporter.foreign.scalars import ANSIBLE

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

    def layer(self, path: str) -> VariableLayer:
        """Return the variables of a file; raises :exc:`ReadError` where it is no mapping."""
        document = self.read(path)
        if document is None:
            document = LocatedMap(1, path)
        if not isinstance(document, LocatedMap):
            raise ReadError(
                "holds no mapping of variables", reason=Reason.MALFORMED, path=path, line=1
            )
        return layer_of(document, checkout=self.checkout)

    def unread(self, error: ReadError, *, path: str) -> UnreadFile:
        """Return the file that *error* is about, with its text where it is text at all."""
        return unread(error, path=path, checkout=self.checkout)

    def text(self, path: str) -> str | None:
        """Return the text of a file, None where it cannot be had."""
        return text_of(path, checkout=self.checkout)

    def place(self, path: str, line: int) -> Place:
        """Return the provenance of a line."""
        return self.checkout.place(Source.ANSIBLE, path, line)

    def _read(self, path: str) -> Any:
        data = self.checkout.read_bytes(path, limit=min(MAX_FILE, self._left))
        self._left -= len(data)
        if data.startswith(VAULT_HEADER):
            raise ReadError(
                VAULTED,
                reason=Reason.FORBIDDEN,
                path=path,
                line=1,
                advice=VAULT_ADVICE,
            )
        try:
            return located(yaml.load(decode(data, name=path), dialect=ANSIBLE), path)
        except ParseError as error:
            raise ReadError(
                error.message, reason=Reason.MALFORMED, path=path, line=error.line
            ) from None


def unread(error: ReadError, *, path: str, checkout: Checkout) -> UnreadFile:
    """Return the file that *error* is about, or *path*, with its text where it is text at all."""
    path = error.path or path
    text = text_of(path, checkout=checkout) if error.reason is Reason.MALFORMED else None
    place = checkout.place(Source.ANSIBLE, path, error.line)
    return UnreadFile(place, error.message, None if text is None else searchable_text(text))


def text_of(path: str, *, checkout: Checkout) -> str | None:
    """Return the text of a file, None where it cannot be had."""
    try:
        text = checkout.read_text(path)
    except ReadError:
        return None
    return None if text.startswith(VAULT_HEADER.decode()) else text
