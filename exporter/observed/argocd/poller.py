"""The questions that Argo CD is asked: what it renders for Applications, a few at a time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar, Final
from urllib.parse import quote

from exporter.domain.clock import Clock
from exporter.domain.declaration import ApplicationKey, Failure
from exporter.domain.errors import ReadError
from exporter.domain.instants import parse_duration
from exporter.domain.provenance import Source
from exporter.domain.renderings import ArgocdRendering, ArgocdRenderings
from exporter.foreign.clock import SYSTEM
from exporter.observed.argocd.messages import parse_manifests
from exporter.observed.endpoint import Endpoint
from exporter.observed.polling import Answer, failed, query_each
from exporter.settings.monitoring import ArgocdSettings

MAX_PER_ROUND: Final = 60
"""So many Applications are asked for at once, the others later: each may be rendered for it."""

MAX_APPLICATIONS: Final = 500
MAX_HELD: Final = 64 << 20
"""Bytes of manifests that are held of all Applications together."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What was told last, and when by the boot clock; *failure* is what the last try gave."""

    rendering: ArgocdRendering
    at: float
    failure: Failure | None = None


@dataclass(slots=True, kw_only=True)
class ArgocdPoller:
    """Asks one Argo CD for the *wanted* Applications.

    What could not be had again counts until *max_age*. Nothing is ever changed there.
    """

    source: ClassVar[Source] = Source.ARGOCD_API
    kinds: ClassVar[tuple[type, ...]] = (ArgocdRenderings,)

    endpoint: Endpoint
    max_age: timedelta
    clock: Clock = SYSTEM
    wanted: frozenset[ApplicationKey] = frozenset()
    _told: dict[ApplicationKey, _Told] = field(default_factory=dict)

    @classmethod
    def of(cls, endpoint: Endpoint, settings: ArgocdSettings, clock: Clock) -> "ArgocdPoller":
        """Return what asks as the *settings* say."""
        return cls(endpoint=endpoint, max_age=parse_duration(settings.max_age), clock=clock)

    def want(self, keys: frozenset[ApplicationKey]) -> bool:
        """Ask for these from now on, and tell whether there is one that was never asked for."""
        self.wanted = keys
        return not keys <= self._told.keys()

    async def ask(self) -> Answer:
        """Ask for those that were not asked for the longest."""
        self._told = {key: told for key, told in self._told.items() if key in self.wanted}
        known = sorted(self.wanted)[:MAX_APPLICATIONS]
        known.sort(key=lambda key: self._told[key].at if key in self._told else -1.0)
        now = {str(key): key for key in known[:MAX_PER_ROUND]}
        answers = await query_each(now, self._ask)
        self._told |= {now[name]: told for name, told in answers.items()}
        failures = [told.failure for told in answers.values()]
        lost = failures[0] if failures and all(failures) else None
        found = self._known()
        return Answer(
            facts={ArgocdRenderings: ArgocdRenderings(found)},
            gaps={ArgocdRenderings: lost} if lost else {},
            items={"Application": sum(not one.refusal for one in found.values())},
        )

    async def close(self) -> None:
        """End all connections."""
        await self.endpoint.close()

    def _known(self) -> Mapping[ApplicationKey, ArgocdRendering]:
        """Return what counts now, as far as there is room."""
        found: dict[ApplicationKey, ArgocdRendering] = {}
        held = 0
        for key in sorted(self.wanted):
            told = self._told.get(key)
            if told is None:
                continue
            held += sum(map(len, told.rendering.manifests))
            found[key] = told.rendering if held <= MAX_HELD else _REFUSED
        return found

    async def _ask(self, key: ApplicationKey) -> _Told:
        path = f"/api/v1/applications/{quote(key.name, safe='')}/manifests"
        before, now = self._told.get(key), self.clock.boot()
        try:
            body = await self.endpoint.get(path, params={"appNamespace": key.namespace})
            return _Told(parse_manifests(body, path=path), now)
        except ReadError as error:
            failure = failed(error, source=self.source)
            fresh = before is not None and now - before.at <= self.max_age.total_seconds()
            if before is not None and fresh and not before.rendering.refusal:
                return _Told(before.rendering, before.at, failure)
            return _Told(ArgocdRendering(refusal=error.message), now, failure)


_REFUSED: Final = ArgocdRendering(
    refusal=f"all Applications together have more than {MAX_HELD >> 20} MiB of manifests"
)
