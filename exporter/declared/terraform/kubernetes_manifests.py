"""Objects that Terraform puts into the cluster, and that make nodes there: pools of Karpenter."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from exporter.declared.located import LocatedTree, from_plain
from exporter.declared.machines import objects
from exporter.declared.terraform.bodies import values_of
from exporter.declared.terraform.collector import Collector
from exporter.declared.terraform.language.functions.encoding import jsonencode
from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.language.syntax import Block
from exporter.declared.terraform.language.values import NotKnownError, Object, Unknown, Value
from exporter.declared.terraform.nodes import POOL_ADVICE
from exporter.domain.errors import ParseError, ReadError
from exporter.domain.finding import Subject
from exporter.foreign import yaml

MANIFESTS: Final[Mapping[str, str]] = {
    "kubectl_manifest": "yaml_body",
    "kubernetes_manifest": "manifest",
}
"""The types whose resources are any object, and where it stands in them."""
_GROUPS: Final = ("karpenter.sh/",)


def add_pools(block: Block, address: str, *, scopes: Iterable[Scope], collector: Collector) -> None:
    """Add the pools that a resource makes, or say that it makes some that nobody can tell."""
    attribute = MANIFESTS[block.labels[0]]
    for scope in scopes:
        value = values_of(block.body, scope, (attribute,)).get(attribute)
        if value is None or not _makes_pools(value):
            continue
        try:
            found = objects.read(_trees(value, collector))
        except (ParseError, ReadError, NotKnownError):
            found = None
        for pool in found.pools if found else ():
            if pool.group is not None and not pool.cluster:
                collector.group(pool.group, address=address)
        if found is None or found.errors or any(pool.message for pool in found.pools):
            message = f"{address} makes nodes, and what it says of them is not known"
            subject = Subject("NodeGroup", "", address)
            collector.hide(block.at, message, subject=subject, advice=POOL_ADVICE)


def _makes_pools(value: Value) -> bool:
    """Tell whether an object is of a group whose objects make nodes, as far as it is known."""
    match value.data:
        case str(text) | Unknown(partial=text):
            return any(group in text for group in _GROUPS)
        case Object() as content:
            version = content["apiVersion"].data if "apiVersion" in content else None
            return isinstance(version, str) and version.startswith(_GROUPS)
        case _:
            return False


def _trees(value: Value, collector: Collector) -> Iterator[LocatedTree]:
    """Yield the objects; raises :exc:`ParseError`, :exc:`ReadError` and :exc:`NotKnownError`."""
    match value.data:
        case str(text) | Unknown(partial=text):
            content = text
        case _:
            content = str(jsonencode(value))
    for document in yaml.load_all(content):
        yield from_plain(yaml.plain(document.value), collector.place(value.at))
