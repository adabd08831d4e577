"""The fact that declarations disagree, as the merge of all sources found it."""

from dataclasses import dataclass

from exporter.domain.declaration import Conflict


@dataclass(frozen=True, slots=True)
class Conflicts:
    """All disagreements between declarations; empty where they agree."""

    items: tuple[Conflict, ...]
