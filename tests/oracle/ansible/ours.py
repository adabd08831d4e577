"""Our own answers to the same cases."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jinja2.utils import missing

from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.templates import Budget, Templates
from exporter.foreign import yaml
from exporter.foreign.scalars import ANSIBLE

VARIABLES: Final[Mapping[str, Any]] = yaml.load(
    (Path(__file__).parent / "variables.yml").read_text(), dialect=ANSIBLE
)


_TEMPLATES: Final = Templates(Budget(steps=1 << 60, until=math.inf))
"""One for all cases, as it is the making of the environment that takes long."""


@dataclass(frozen=True, slots=True)
class Unresolved:
    """We say that only a run would tell, for a *reason*."""

    reason: str


class _Variables:
    def find(self, name: str) -> Any:
        if name == "omit":
            raise UnresolvedError("omit is known only to a run")
        return VARIABLES.get(name, missing)


def value(template: str) -> Any:
    """Return what we make of a template."""
    try:
        return _TEMPLATES.expand(template, _TEMPLATES.scope(_Variables()))
    except UnresolvedError as error:
        return Unresolved(str(error))


def truth(condition: str) -> Any:
    """Return whether we find that a condition holds."""
    try:
        return _TEMPLATES.holds(condition, _TEMPLATES.scope(_Variables()))
    except UnresolvedError as error:
        return Unresolved(str(error))
