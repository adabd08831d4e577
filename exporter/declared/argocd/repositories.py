"""Which addresses mean the same repository, and which revisions the same state of it.

Source: Argo CD, ``util/git`` (``NormalizeGitURL``, ``SameURL``). Beyond that, scheme and user are
disregarded here: a checkout is usually cloned by another way than Argo CD's.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from exporter.declared import tracing
from exporter.declared.checkout import Checkout
from exporter.declared.rendered import Render
from exporter.declared.repository import COMMIT
from exporter.domain.addresses import normalise

_VERSION = re.compile(r"v?\d+(?:\.\d+)*(?:[-+].*)?")
DEFAULT_BRANCHES = frozenset({"main", "master"})


class Standing(Enum):
    """How a revision stands to the one that is checked out."""

    SAME = auto()
    OTHER = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Further:
    """A further repository, by its own *home*, and what renders its paths."""

    home: "Home"
    render: Render


@dataclass(frozen=True, slots=True)
class Home:
    """The repository at hand: its checkout, its addresses and the branch it stands for.

    With no *addresses*, a source is local when its path exists in the checkout. *addresses* are
    normalised already. *references* are commits by the names of branches and tags.
    """

    checkout: Checkout
    addresses: frozenset[str] = frozenset()
    reference: str = ""
    references: Mapping[str, str] = field(default_factory=dict)

    def is_local(self, repository: str, path: str) -> bool:
        """Tell whether *path* of *repository* is a path of the checkout."""
        if self.addresses:
            return normalise(repository) in self.addresses
        return bool(path) and self.checkout.is_dir(path)

    def compare(self, revision: str) -> Standing:
        """Tell whether *revision* is what the checkout holds.

        ``HEAD``, the branch of the checkout (where it is unknown: ``main`` or ``master``) and all
        names of its commit are. Another commit, or a name of one, is not, and a version that the
        checkout does not know is taken for one. Of another unknown name nothing can be told.
        """
        name = revision.strip().removeprefix("refs/heads/").removeprefix("refs/tags/")
        if name in {"", "HEAD"} or name in (
            {self.reference} if self.reference else DEFAULT_BRANCHES
        ):
            return Standing.SAME
        tracing.ask_elsewhere()  # Git's references
        commit = name.lower() if COMMIT.fullmatch(name) else self.references.get(name)
        if not commit and _VERSION.fullmatch(name):
            return Standing.OTHER
        if not commit or not self.checkout.revision:
            return Standing.UNKNOWN
        return Standing.SAME if commit == self.checkout.revision else Standing.OTHER
