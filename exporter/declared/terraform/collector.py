"""Gathers what a declaration says, and turns what it does not say into notices."""

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from exporter.declared.checkout import Checkout
from exporter.declared.terraform.language.values import NotKnownError, Origin, Value, text
from exporter.domain.declaration import Failure, NodeStatement, Reading, Unresolved
from exporter.domain.errors import ReadError, Reason
from exporter.domain.provenance import Place, Source, Stated
from exporter.settings.model import TerraformSettings


@dataclass(slots=True)
class Collector:
    """The growing outcome of reading one declaration.

    *arguments* are the statements that kubelet arguments make; what is said of a node twice and
    alike, in user data and in the map that it is filled from, stands where it is said last.
    """

    checkout: Checkout
    settings: TerraformSettings
    nodes: list[NodeStatement] = field(default_factory=list)
    arguments: dict[Hashable, NodeStatement] = field(default_factory=dict)
    notices: dict[Unresolved, None] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    complete: bool = True

    def place(self, at: Origin) -> Place:
        """Return an origin as a place of the checkout."""
        return self.checkout.place(Source.TERRAFORM, at.path, at.line)

    def notice(self, at: Origin, message: str, *, hides_nodes: bool = False) -> None:
        """Say that something is unresolved; each thing once, however often it is met."""
        self.notices[Unresolved(self.place(at), message)] = None
        self.complete = self.complete and not hides_nodes

    def fail(self, error: ReadError, *, at: Origin | None = None, part: str = "") -> None:
        """Say that something could not be read; nodes may be missing for it."""
        failure = self.checkout.failure(Source.TERRAFORM, error, part=part)
        self.add_failure(failure if at is None else replace(failure, place=self.place(at)))

    def add_failure(self, failure: Failure) -> None:
        """Take a failure in; nodes may be missing for it."""
        if failure not in self.failures:
            self.failures.append(failure)
        self.complete = False

    def malformed(self, at: Origin, message: str) -> None:
        """Say that a value is wrong; nothing else is lost with it."""
        failure = Failure(self.place(at), Reason.MALFORMED, message)
        if failure not in self.failures:
            self.failures.append(failure)

    def string(
        self, value: Value | None, what: str, *, hides_nodes: bool = False
    ) -> Stated[str] | None:
        """Return a value as text with its place, or None with a notice where it is unknown."""
        if value is None:
            return None
        try:
            return Stated(text(value), self.place(value.at))
        except NotKnownError as error:
            self.notice(value.at, f"{what}: {error.unknown}", hides_nodes=hides_nodes)
            return None

    def wanted(self, name: str) -> bool:
        """Tell whether the settings count a node of this name."""
        return any(fnmatchcase(name, one) for one in self.settings.include) and not any(
            fnmatchcase(name, one) for one in self.settings.exclude
        )

    def reading(self) -> Reading:
        """Return all that was gathered."""
        return Reading(
            source=Source.TERRAFORM,
            nodes=(*self.nodes, *self.arguments.values()),
            unresolved=tuple(self.notices),
            failures=tuple(self.failures),
            complete=self.complete,
        )
