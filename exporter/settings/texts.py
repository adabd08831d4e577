"""Texts of the settings that have to have a form, and what to write where they have not.

The patterns are those of the JSON Schema: they say as much of a form as a pattern can.
"""

import posixpath
import re
from collections.abc import Collection
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Final, get_args

from exporter.domain.errors import ParseError
from exporter.domain.finding import Layer
from exporter.settings.checks import CheckId

DURATION: Final = r"^(0|([0-9]{1,9}(ms|[ywdhms]))+)$"
TAINT: Final = r"^\s*[^=:\s]+(=[^:]*)?:(NoSchedule|PreferNoSchedule|NoExecute)\s*$"
LABEL: Final = r"^([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$"
NAMESPACE: Final = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
ARGUMENT: Final = r"^([A-Za-z_][A-Za-z0-9_-]*)?$"
OUTSIDE: Final = r"^\.\.(/|$)"
FEW: Final = 10
_WILD: Final = re.compile(r"[*?\[]")
ADDRESS: Final = r"^https?://[^/?#@]"
REGISTRY: Final = r"^(https?|oci)://[^/?#@]"
CHECKS: Final[tuple[str, ...]] = get_args(CheckId)


def parse_argument(text: str) -> str:
    """Return the name of an argument of Terraform; raises :exc:`ParseError` for an expression."""
    if not re.fullmatch(ARGUMENT, text):
        raise ParseError(
            f"{text[:60]!r} is no name of an argument: write the name of the one that holds the "
            "node's name, as instance_name, and no expression"
        )
    return text


def parse_label_key(text: str) -> str:
    """Return the key of a label of Kubernetes; raises :exc:`ParseError` for what can be none.

    Source: Kubernetes, "Labels and Selectors", syntax and character set.
    """
    if not re.fullmatch(LABEL, text):
        raise ParseError(f"{text[:80]!r} is no key of a label; write phase or example.org/phase")
    return text


def parse_namespace(text: str) -> str:
    """Return the name of a namespace; raises :exc:`ParseError` for a pattern or another text."""
    if not re.fullmatch(NAMESPACE, text):
        raise ParseError(f"{text[:80]!r} is no namespace's name; name each, without patterns")
    return text


def parse_inside(text: str) -> str:
    """Return a path in the repository; raises :exc:`ParseError` for one that leads out of it."""
    if posixpath.normpath(text).split("/")[0] == "..":
        raise ParseError(
            f"{text[:80]!r} leads out of the repository: write a path below it, or name the "
            "checkout of another repository in declared.repositories"
        )
    return text


def parse_check(text: str) -> str:
    """Return a check's id, or a shell pattern that matches one; raises :exc:`ParseError`."""
    return _known(text, CHECKS, what="check")


def parse_layer(text: str) -> str:
    """Return a layer, or a shell pattern that matches one; raises :exc:`ParseError`."""
    return _known(text, tuple(Layer), what="layer")


def _known(text: str, known: Collection[str], *, what: str) -> str:
    if any(fnmatchcase(name, text) for name in known):
        return text
    if _WILD.search(text):
        raise ParseError(f"no {what} is matched by {text[:60]!r}{_nearest(text, known)}")
    raise ParseError(f"{text[:60]!r} is no {what}{_nearest(text, known)}")


def _nearest(text: str, known: Collection[str]) -> str:
    if near := get_close_matches(text, known, n=1, cutoff=0.5):
        return f"; did you mean {str(near[0])!r}?"
    return f"; known are {', '.join(known)}" if len(known) <= FEW else "; docs/checks has all"
