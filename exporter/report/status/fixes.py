"""What settles a finding: a patch of the code, or a command."""

from dataclasses import dataclass
from enum import StrEnum


class FixKind(StrEnum):
    """How something is settled."""

    PATCH = "patch"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Fix:
    """A *text* to apply or to run, and a *label* that says what it does."""

    kind: FixKind
    label: str
    text: str
