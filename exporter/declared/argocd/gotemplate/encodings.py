"""Functions that encode and decode: hashes, base64, YAML, addresses.

Source: sprig v3 (``crypto.go``, ``strings.go``), Argo CD's ``applicationset/utils`` (``toYaml``,
``fromYaml``) and sigs.k8s.io/yaml.
"""

import base64
import binascii
import hashlib
import html
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote_plus

from exporter.declared.argocd.gotemplate.arguments import as_string, bounded, text
from exporter.declared.argocd.gotemplate.syntax import UnsupportedError
from exporter.declared.argocd.gotemplate.texts import as_json, printed
from exporter.declared.argocd.gotemplate.values import from_json
from exporter.domain.errors import ParseError
from exporter.foreign import yaml
from exporter.foreign.scalars import KUBERNETES

MAX_DEPTH: Final = 50
_PLAIN: Final = re.compile(r"[A-Za-z0-9/][A-Za-z0-9_./+-]*(?: [A-Za-z0-9_./+-]+)*")
_DATE: Final = re.compile(r"\d{4}-")


def _encoded(value: Any) -> bytes:
    try:
        return text(value).encode()
    except UnicodeEncodeError:
        raise UnsupportedError("encoding half of a surrogate pair") from None


def hashed(algorithm: str) -> Callable[[Any], str]:
    """Return ``sha256sum`` and the like."""
    return lambda value: hashlib.new(algorithm, _encoded(value), usedforsecurity=False).hexdigest()


def adler32(value: Any) -> str:
    """Return ``adler32sum``."""
    return str(zlib.adler32(_encoded(value)))


def b64enc(value: Any) -> str:
    """Return ``b64enc``."""
    found = base64.b64encode(_encoded(value)).decode()
    bounded(len(found))
    return found


def b64dec(value: Any) -> str:
    """Return ``b64dec``; of what is no base64 sprig gives the error's text."""
    try:
        return base64.b64decode(text(value), validate=True).decode()
    except (binascii.Error, ValueError):
        raise UnsupportedError("b64dec of what is no base64 of a text") from None


def escaped(*values: Any) -> str:
    """Return ``html``."""
    found = html.escape(printed(*values)).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
    bounded(len(found))
    return found


def in_query(*values: Any) -> str:
    """Return ``urlquery``."""
    found = quote_plus(_encoded(printed(*values)))
    bounded(len(found))
    return found


def from_yaml(value: Any) -> Mapping[str, Any]:
    """Return ``fromYaml``: a map, its numbers as JSON has them."""
    found = _loaded(value)
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise ParseError("fromYaml is given something else than a map")
    return found


def from_yaml_array(value: Any) -> list[Any]:
    """Return ``fromYamlArray``."""
    found = _loaded(value)
    if found is None:
        return []
    if not isinstance(found, list):
        raise ParseError("fromYamlArray is given something else than a list")
    return found


def _loaded(value: Any) -> Any:
    if "*" in text(value):
        raise UnsupportedError("YAML that may repeat itself")
    documents = yaml.load_all(value)
    return from_json(yaml.plain(documents[0].value)) if documents else None


def as_yaml(value: Any) -> str:
    """Return ``toYaml``: maps and lists over several lines."""
    lines = list(_lines(value, 0))
    found = "\n".join(lines)
    bounded(len(found))
    return found


def _lines(value: Any, depth: int) -> Iterator[str]:
    if depth > MAX_DEPTH:
        raise ParseError("a template makes a value that is too large")
    if isinstance(value, Mapping) and value:
        for key in sorted(value):
            inside = list(_lines(value[key], depth + 1))
            if value[key] and isinstance(value[key], Mapping):
                yield f"{_scalar(key)}:"
                yield from (f"  {line}" for line in inside)
            elif value[key] and isinstance(value[key], list):
                yield f"{_scalar(key)}:"
                yield from inside
            else:
                yield f"{_scalar(key)}: {inside[0]}"
    elif isinstance(value, list) and value:
        for item in value:
            first, *rest = _lines(item, depth + 1)
            yield f"- {first}"
            yield from (f"  {line}" for line in rest)
    else:
        yield _scalar(value)


def _scalar(value: Any) -> str:
    if not isinstance(value, str):
        return as_json(value)
    if _PLAIN.fullmatch(value) and not _DATE.match(value):
        return value if isinstance(KUBERNETES.resolve(value), str) else f'"{value}"'
    if not value:
        return '""'
    raise UnsupportedError("toYaml of a text that may need quotes")


def joined(*values: Any) -> str:
    """Return ``cat``: all but nil, with spaces between."""
    found = " ".join(as_string(value) for value in values if value is not None)
    bounded(len(found))
    return found
