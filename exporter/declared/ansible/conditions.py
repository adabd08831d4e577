"""Whether the conditions of tasks hold, those of includes whose names are templated among them."""

from typing import Any

from exporter.declared.ansible.errors import HiddenError, UnresolvedError
from exporter.declared.ansible.include_candidates import IncludedFile
from exporter.declared.ansible.templates import Scope


def holds(condition: Any, scope: Scope) -> bool:
    """Tell whether a condition holds; raises :exc:`UnresolvedError` where only a run would tell."""
    if not isinstance(condition, IncludedFile):
        return scope.templates.holds(condition, scope)
    try:
        return condition.is_meant(scope.templates.expand(condition.name, scope))
    except HiddenError:
        raise
    except UnresolvedError as error:
        message = f"only a run would tell whether {condition.path} is included: {error}"
        raise UnresolvedError(message) from None
