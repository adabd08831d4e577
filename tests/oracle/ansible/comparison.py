"""How our answer to a case stands to Ansible's."""

import json
from typing import Any

from exporter.declared.ansible.bounded_values import Unordered
from tests.oracle.ansible.ansible_core import FAILED
from tests.oracle.ansible.ours import Unresolved
from tests.oracle.figures import Outcome


def outcome(ours: Any, theirs: Any) -> Outcome:
    """Compare two answers; both may refuse, Ansible by an error, we by not telling."""
    if isinstance(ours, Unresolved):
        return Outcome.EQUAL if theirs == FAILED else Outcome.UNRESOLVED
    return Outcome.EQUAL if _same(ours, theirs) else Outcome.DIFFERENT


def _same(ours: Any, theirs: Any) -> bool:
    """Compare values by type, too; a set has no order."""
    if isinstance(ours, Unordered) and isinstance(theirs, list):
        return sorted(map(json.dumps, ours)) == sorted(map(json.dumps, theirs))
    return json.dumps(ours) == json.dumps(theirs)
