"""What a provider of a cloud is: what it is asked, and what that costs."""

from typing import Protocol

from exporter.domain.cloud import CloudCalls
from exporter.domain.cloud_services import CloudQuestions
from exporter.domain.provenance import Source


class CloudProvider(Protocol):
    """Looks at one account and region; only reads.

    Its methods block: they are called in threads, several at a time.
    """

    @property
    def source(self) -> Source:
        """Return which source it is."""

    @property
    def kinds(self) -> tuple[type, ...]:
        """Return the types of the facts that it can tell."""

    def start(self) -> None:
        """Begin a new look: count from zero, and take up credentials that were renewed."""

    def want(self, questions: CloudQuestions) -> None:
        """Ask these as well from the next look on."""

    def ask(self, kind: type) -> object:
        """Return the fact of one *kind*; raises :exc:`ReadError` that names the action it takes."""

    def cost(self, *, seconds: float) -> CloudCalls:
        """Return what this look has cost, which took so many *seconds*."""

    def close(self) -> None:
        """End all connections, and let no further request begin."""
