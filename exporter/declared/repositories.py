"""Which addresses mean the same repository, and which revisions the same state of it.

Source: Argo CD, ``util/git`` (``NormalizeGitURL``, ``SameURL``). Beyond that, scheme and user are
disregarded here: a checkout is usually cloned by another way than Argo CD's.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from functools import partial

from exporter.declared import tracing
from exporter.declared.checkout import Checkout
from exporter.declared.mounts import FOLDER, Mount, MountedCheckout
from exporter.declared.opening import FurtherCheckout
from exporter.declared.reader import Inputs
from exporter.declared.rendered import Render
from exporter.declared.repository import COMMIT, is_remote
from exporter.domain.addresses import normalise

_VERSION = re.compile(r"v?\d+(?:\.\d+)*(?:[-+].*)?")
DEFAULT_BRANCHES = frozenset({"main", "master"})


def mounted(checkout: Checkout, homes: Iterable["Home"]) -> MountedCheckout:
    """Return *checkout*, one of *homes*, with the others beside it where addresses name them."""
    mounts = (
        Mount(
            path="" if home.checkout == checkout else f"{FOLDER}/{home.checkout.name or '_'}",
            checkout=home.checkout,
            addresses=home.addresses,
            holds=partial(_holds, home),
        )
        for home in homes
    )
    return MountedCheckout.with_others(checkout, tuple(mounts))


def _holds(home: "Home", revision: str) -> bool:
    return home.compare(revision) is Standing.SAME


def homes_of(inputs: Inputs) -> tuple["Home", ...]:
    """Return all repositories at hand, that of the cluster first."""
    address = inputs.git.url if is_remote(inputs.git.url) else ""
    here = FurtherCheckout(checkout=inputs.checkout, git=replace(inputs.git, url=address))
    return tuple(map(Home.of, (here, *inputs.further)))


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

    @classmethod
    def of(cls, found: FurtherCheckout) -> "Home":
        """Return a repository by what Git and the settings say of it."""
        return cls(
            checkout=found.checkout,
            addresses=frozenset({normalise(found.git.url)} - {""}),
            reference=found.git.reference,
            references=found.git.references,
        )

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
