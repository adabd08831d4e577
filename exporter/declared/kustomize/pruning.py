"""A kustomization written anew without some of its entries."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from exporter.declared.kustomize.kustomization import LISTS_OF_ENTRIES, Kustomization, named_by
from exporter.domain.errors import ParseError, ReadError, Reason
from exporter.foreign import yaml


@dataclass(slots=True)
class Drops:
    """What goes: whole *fields*, *entries* by field and text, and *items* by field and value.

    *resources* are files that come in their place; *moved* has paths that stand for addresses, by
    field and address.
    """

    fields: set[str] = field(default_factory=set)
    entries: set[tuple[str, str]] = field(default_factory=set)
    items: list[tuple[str, Any]] = field(default_factory=list)
    resources: list[str] = field(default_factory=list)
    moved: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def removes(self) -> bool:
        """Whether anything goes."""
        return bool(self.fields or self.entries or self.items)

    def applied(self, kustomization: Kustomization) -> bytes:
        """Return *kustomization* without what goes, as JSON, which is YAML.

        Scalars are read as kustomize reads them, so that they mean the same when they are written
        again. Raises :exc:`ReadError` where something in it cannot be.
        """
        kept = {
            name: self._pruned(name, value)
            for name, value in kustomization.content.items()
            if name not in self.fields and not self._is_gone(name, value)
        }
        resources = kept.get("resources")  # kustomize refuses an empty kustomization
        if resources is None or self.resources:
            kept["resources"] = [*(resources or ()), *self.resources]
        try:
            text = json.dumps(yaml.plain(kept), ensure_ascii=False, allow_nan=False)
        except (ParseError, ValueError) as error:
            raise ReadError(
                f"cannot be built in part: {error}",
                reason=Reason.UNSUPPORTED,
                path=kustomization.path,
            ) from None
        return text.encode()

    def _pruned(self, name: str, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        kept = (item for item in value if not self._is_gone(name, item))
        return [self.moved.get((name, one), one) if isinstance(one, str) else one for one in kept]

    def _is_gone(self, name: str, value: Any) -> bool:
        if any(name == field_name and value is item for field_name, item in self.items):
            return True
        if isinstance(value, str):
            return (name, value) in self.entries
        keys = LISTS_OF_ENTRIES.get(name, ())
        return any((name, text) in self.entries for text in named_by(value, keys))
