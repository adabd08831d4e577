"""How charts are rendered, and what they rendered to before."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from msgspec import UNSET

from exporter.declared.helm.archives import Archives
from exporter.declared.helm.origins import Origin
from exporter.declared.helm.output import Printed
from exporter.declared.helm.run import LIMITS
from exporter.declared.helm.unsettled import Identity, Unsettled
from exporter.declared.remembered import Remembered
from exporter.domain.charts import NotFetched, parse_registry
from exporter.domain.finding import Subject
from exporter.domain.platform import Platform
from exporter.foreign.command import Limits
from exporter.settings.load import Loaded

AT_ONCE: Final = 2


@dataclass(frozen=True, slots=True)
class Kept:
    """What a chart rendered to, without places: they have the revision of the day.

    *origins* has, of objects that were asked about, which value makes which of their fields.
    """

    printed: tuple[Printed, ...]
    unsettled: Unsettled
    origins: Mapping[Identity, tuple[Origin, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class ChartCache:
    """What charts rendered to, by all that goes into it; *memory* has it for the next reading."""

    memory: Remembered = field(default_factory=Remembered)
    renders: int = 0

    def get(self, key: str) -> Kept | None:
        """Return what is known."""
        return self.memory.known(("chart", key), Kept)

    def put(self, key: str, value: Kept) -> None:
        """Remember a rendering."""
        self.memory.keep(("chart", key), value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charts:
    """How charts are rendered: by which *helm* (3, 4 or any), for which cluster.

    *archives* have charts of registries; *questions* are the objects whose values are to be traced
    to files, by the Application that delivers them. An empty *kube_version* is unknown,
    *api_versions* are unknown where they are None. *patterns* tells whether files of values are
    named by patterns.
    """

    helm: str = ""
    kube_version: str = ""
    api_versions: tuple[str, ...] | None = None
    patterns: bool = True
    archives: Archives = field(default_factory=Archives)
    cache: ChartCache = field(default_factory=ChartCache)
    questions: Mapping[str, frozenset[Subject]] = field(default_factory=dict)
    limits: Limits = LIMITS
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    @classmethod
    def of(
        cls,
        loaded: Loaded,
        *,
        memory: Remembered,
        failed: Mapping[str, NotFetched] = MappingProxyType({}),
        platform: Platform | None = None,
        questions: Mapping[str, frozenset[Subject]] = MappingProxyType({}),
    ) -> "Charts":
        """Return what the settings ask for; *memory* has what was rendered before.

        *failed* says what could not be fetched, and why; *questions* are as above. What the
        settings do not say is as the *platform* is observed.
        """
        settings = loaded.settings.declared.charts
        seen = platform or Platform()
        given = settings.api_versions
        return cls(
            archives=Archives(
                loaded.path(settings.cache) if settings.cache else None,
                fetched=tuple(parse_registry(one.url) for one in settings.fetch),
                failed=failed,
                memory=memory,
            ),
            helm=settings.helm or seen.helm,
            patterns=seen.knows_patterns,
            kube_version=settings.kube_version or seen.kube_version_for_helm,
            api_versions=seen.api_versions if given is UNSET else given,
            cache=ChartCache(memory),
            questions=questions,
        )
