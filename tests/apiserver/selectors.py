"""Field and label selectors, as lists and watches take them."""

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

import msgspec

from tests.apiserver.status import bad_request
from tests.apiserver.store import Version

Test: TypeAlias = Callable[[Mapping[str, str]], bool]

_FIELDS = {
    "pods": {"spec.nodeName", "status.phase", "spec.restartPolicy", "spec.serviceAccountName"},
    "namespaces": {"status.phase"},
}
_SET = re.compile(r"\s*([^\s,()!=]+)\s+(in|notin)\s*\(([^)]*)\)\s*$")
_EQUAL = re.compile(r"\s*([^\s,()!=]+)\s*(==|=|!=)\s*([^\s,()!=]*)\s*$")
_EXISTS = re.compile(r"\s*(!?)\s*([^\s,()!=]+)\s*$")


class _Metadata(msgspec.Struct):
    labels: dict[str, str] | None = None


class _Spec(msgspec.Struct, rename="camel"):
    node_name: str = ""
    restart_policy: str = ""
    service_account_name: str = ""


class _Status(msgspec.Struct):
    phase: str = ""


class _Selectable(msgspec.Struct):
    metadata: _Metadata
    spec: _Spec = msgspec.field(default_factory=_Spec)
    status: _Status = msgspec.field(default_factory=_Status)


_decode = msgspec.json.Decoder(_Selectable).decode


class Selector:
    """What a list or watch is restricted to; true where it asks for nothing."""

    def __init__(self, *, plural: str = "", fields: str = "", labels: str = "") -> None:
        allowed = {"metadata.name", "metadata.namespace", *_FIELDS.get(plural, ())}
        self._fields = [_field(term, allowed) for term in fields.split(",") if term]
        self._labels = [_label(term) for term in _terms(labels)]

    def __bool__(self) -> bool:
        return bool(self._fields or self._labels)

    def matches(self, version: Version) -> bool:
        """Tell whether an object is one of those asked for."""
        if not self:
            return True
        found = _decode(version.write(b"{"))
        fields = {
            "metadata.name": version.name,
            "metadata.namespace": version.namespace,
            "spec.nodeName": found.spec.node_name,
            "spec.restartPolicy": found.spec.restart_policy,
            "spec.serviceAccountName": found.spec.service_account_name,
            "status.phase": found.status.phase,
        }
        labels = found.metadata.labels or {}
        return all(test(fields) for test in self._fields) and all(
            test(labels) for test in self._labels
        )


def _field(term: str, allowed: set[str]) -> Test:
    parsed = _EQUAL.match(term)
    if parsed is None:
        raise bad_request(f"invalid selector: '{term}'; can't understand '{term}'")
    name, operator, value = parsed.groups()
    if name not in allowed:
        raise bad_request(f"field label not supported: {name}")
    return lambda fields: (fields[name] == value) is (operator != "!=")


def _terms(text: str) -> list[str]:
    """Split at the commas that stand outside of parentheses."""
    return [term for term in re.split(r",(?![^(]*\))", text) if term.strip()]


def _label(term: str) -> Test:
    if parsed := _SET.match(term):
        name, operator, listed = parsed.groups()
        values = {value.strip() for value in listed.split(",")}
        return lambda labels: (labels.get(name) in values) is (operator == "in")
    if parsed := _EQUAL.match(term):
        name, operator, value = parsed.groups()
        return lambda labels: (labels.get(name) == value) is (operator != "!=")
    if parsed := _EXISTS.match(term):
        absent, name = parsed.groups()
        return lambda labels: (name in labels) is not bool(absent)
    raise bad_request(f'unable to parse requirement: found "{term}"')
