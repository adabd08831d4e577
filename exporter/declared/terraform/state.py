"""Reads a state file (version 4) and the output of ``terraform show -json``.

A state holds secrets. Of each resource only the attributes that the provider table names are
decoded; the decoder passes over the rest, and no message quotes a value.

Source: Terraform, "State" (file format version 4) and "JSON Output Format" (1.x).
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from exporter.declared.terraform import launch_templates
from exporter.declared.terraform.attribute_paths import first
from exporter.declared.terraform.collector import Collector
from exporter.declared.terraform.kubernetes_resources import NODE_METADATA
from exporter.declared.terraform.language.values import NotKnownError, Origin, Value, from_plain
from exporter.declared.terraform.nodes import ROLES, Candidate, describe
from exporter.declared.terraform.other_resources import OtherResources
from exporter.declared.terraform.pool_description import Declared
from exporter.declared.terraform.pools import describe_pools, pool_paths
from exporter.declared.terraform.providers import KINDS, Kind
from exporter.declared.terraform.resource_types import Role, role_of
from exporter.declared.terraform.state_schema import attributes_type, paths_type
from exporter.domain.errors import ReadError, Reason

MAX_STATE = 32 << 20
_VERSION = 4
_MAX_DEPTH = 50
_BYTE = re.compile(r"\(byte (\d+)\)")
_ADVICE = "give a version 4 state, or the output of `terraform show -json`"
_NULL = msgspec.Raw(b"null")
_STARTED = frozenset({"aws_autoscaling_group", "aws_eks_node_group"})
"""The types whose machines start by a launch template."""


class _Instance(msgspec.Struct):
    attributes: msgspec.Raw = _NULL
    deposed: str = ""
    index_key: int | str | None = None


class _Resource(msgspec.Struct):
    """A resource; *instances* in a state file, *values* in what ``show -json`` prints."""

    mode: str = ""
    type: str = ""
    name: str = ""
    module: str = ""
    address: str = ""
    instances: list[_Instance] = []
    values: msgspec.Raw = _NULL


class _Module(msgspec.Struct):
    resources: list[_Resource] = []
    child_modules: list["_Module"] = []


class _Values(msgspec.Struct):
    root_module: _Module = msgspec.field(default_factory=_Module)


class _Document(msgspec.Struct):
    """A state file, or what ``show -json`` prints of a state or a plan."""

    version: int | None = None
    format_version: str | None = None
    encryption_version: str | None = None
    resources: list[_Resource] = []
    values: _Values | None = None
    planned_values: _Values | None = None


class Instance(NamedTuple):
    """A managed resource instance: its address without, and with the key of the instance."""

    address: str
    keyed: str
    kind: str
    attributes: msgspec.Raw


def read_state(data: bytes, path: str, collector: Collector) -> None:
    """Describe all nodes of a state or plan; raises :exc:`ReadError` where it is neither."""
    at, other_resources = Origin(path, 0), OtherResources("File")
    found = [(one.address, one.kind, one.attributes) for one in resource_instances(data, path)]
    templates = _templates(found, at, collector)
    for address, kind, raw in found:
        role = role_of(kind)
        if role is not Role.NEITHER and collector.makes_none(address, kind):
            collector.leave_out(address, at, kind="Resource")
            continue
        match role:
            case Role.NODE:
                _describe(address, KINDS[kind], raw, at, collector)
            case Role.POOL:
                _describe_pools(address, kind, raw, templates, collector)
            case _:
                other_resources.resource(path, f"{kind}.{address.rpartition('.')[2]}", at=at)
                if kind in NODE_METADATA:
                    message = f"{address} sets {NODE_METADATA[kind]} of nodes, which is not read"
                    collector.gap(at, message, attributes={NODE_METADATA[kind]})
    other_resources.add_to(collector)


def _decode(data: bytes, path: str) -> _Document:
    if data.startswith(b"PK"):
        raise ReadError(
            "is a saved plan in binary form",
            reason=Reason.UNSUPPORTED,
            path=path,
            advice="give the output of `terraform show -json` for it",
        )
    try:
        return msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=_Document)
    except msgspec.ValidationError as error:
        raise ReadError(
            f"is no Terraform state: {error}", reason=Reason.MALFORMED, path=path, advice=_ADVICE
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        found = _BYTE.search(str(error))
        line = data.count(b"\n", 0, int(found[1])) + 1 if found else 0
        message = "is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise ReadError(
            message, reason=Reason.MALFORMED, path=path, line=line, advice=_ADVICE
        ) from None


def resource_instances(data: bytes, path: str) -> Iterator[Instance]:
    """Yield each managed resource instance; raises :exc:`ReadError` where it is no state."""
    document = _decode(data, path)
    if document.encryption_version is not None:
        raise _unsupported("is an encrypted state", path)
    if document.format_version is not None:
        if document.format_version.partition(".")[0] not in {"0", "1"}:
            raise _unsupported("has a format_version other than 1.x", path)
        shown = document.planned_values or document.values or _Values()
        yield from _shown(shown.root_module, path)
        return
    if document.version is None:
        raise _unsupported("is neither a state file nor output of `terraform show -json`", path)
    if document.version != _VERSION:
        raise _unsupported(f"is a state of version {document.version}, not {_VERSION}", path)
    for resource in document.resources:
        if resource.mode == "managed":
            address = ".".join(
                part for part in (resource.module, resource.type, resource.name) if part
            )
            for instance in resource.instances:
                if not instance.deposed:
                    keyed = address + instance_key(instance.index_key)
                    yield Instance(address, keyed, resource.type, instance.attributes)


def instance_key(key: float | str | None) -> str:
    """Return what follows an address for one instance of several: ``[0]`` or ``["a"]``."""
    if key is None:
        return ""
    return f"[{json.dumps(key) if isinstance(key, str) else int(key)}]"


def _unsupported(what: str, path: str) -> ReadError:
    return ReadError(what, reason=Reason.UNSUPPORTED, path=path, advice=_ADVICE)


def _shown(root: _Module, path: str) -> Iterator[Instance]:
    pending = [(root, 0)]
    while pending:
        module, depth = pending.pop()
        if depth > _MAX_DEPTH:
            raise ReadError(
                "is nested too deeply", reason=Reason.MALFORMED, path=path, advice=_ADVICE
            )
        for resource in module.resources:
            if resource.mode == "managed":
                address = resource.address or f"{resource.type}.{resource.name}"
                yield Instance(address, address, resource.type, resource.values)
        pending += [(child, depth + 1) for child in module.child_modules]


@dataclass(frozen=True, slots=True)
class _Templates:
    """The launch templates of the state *at* a place, by their IDs and names."""

    at: Origin
    known: Mapping[str, Mapping[str, Value]]


def _templates(
    instances: Iterable[tuple[str, str, msgspec.Raw]], at: Origin, collector: Collector
) -> _Templates:
    known: dict[str, Mapping[str, Value]] = {}
    for address, kind, raw in instances:
        if kind in launch_templates.TYPES:
            wanted = paths_type(launch_templates.TEMPLATE_PATHS)
            values = _attributes(address, wanted, raw, at, collector) or {}
            names = (values[key].data for key in ("id", "name") if key in values)
            known.update({name: values for name in names if isinstance(name, str)})
    return _Templates(at, known)


def _describe_pools(
    address: str, kind: str, raw: msgspec.Raw, templates: _Templates, collector: Collector
) -> None:
    started = kind in _STARTED
    paths = (*pool_paths(kind), *(launch_templates.PATHS if started else ()))
    attributes = _attributes(address, paths_type(paths), raw, templates.at, collector)
    if attributes is None:
        return
    if started:
        attributes |= launch_templates.in_state(attributes, templates.known, templates.at)
    describe_pools(
        Declared(address=address, at=templates.at, kind=kind, attributes=attributes, secret=True),
        collector,
    )


def _attributes(
    address: str, kind: Any, raw: msgspec.Raw, at: Origin, collector: Collector
) -> dict[str, Value] | None:
    """Return the attributes that the type *kind* takes; None, with a failure, of another form."""
    try:
        plain: Any = msgspec.to_builtins(msgspec.json.decode(raw, type=kind))
        return {name: from_plain(value, at) for name, value in (plain or {}).items()}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, NotKnownError):
        error = ReadError(
            f"an attribute of {address} has an unexpected form",
            reason=Reason.UNSUPPORTED,
            path=at.path,
        )
        collector.fail(error, part=address)
        return None


def _describe(address: str, kind: Kind, raw: msgspec.Raw, at: Origin, collector: Collector) -> None:
    wanted = attributes_type(kind, _tags(collector))
    attributes = _attributes(address, wanted, raw, at, collector)
    if attributes is None:
        return
    texts = (first(attributes, (path,)) for path in kind.user_data)
    describe(
        Candidate(
            address=address,
            at=at,
            kind=kind,
            attributes=attributes,
            texts=tuple(text for text in texts if text is not None),
            secret=True,
        ),
        collector,
    )


def _tags(collector: Collector) -> tuple[str, ...]:
    return (*collector.settings.tags, *ROLES)
