"""What RBAC calls the kinds of which code declares objects: known, asked for, or guessed."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from exporter.domain.objectkeys import GroupKind
from exporter.domain.objects import DeclaredObjects, declared_resources
from exporter.domain.state import State
from exporter.foreign.clock import SYSTEM
from exporter.observed.kubernetes.api import Api
from exporter.observed.kubernetes.discovery import discover
from exporter.observed.kubernetes.errors import WatchError
from exporter.observed.kubernetes.login import Configured
from exporter.settings.load import Loaded
from exporter.settings.observed import KubernetesSettings

GRACE: Final = 5.0
"""Seconds to wait for a cluster that may not be within reach."""


class Resource(NamedTuple):
    """A resource as RBAC calls it; *guessed* is the kind by which it was, empty if it was not."""

    name: str
    guessed: str = ""


async def resources_of(declared: State, loaded: Loaded) -> list[Resource]:
    """Return the resources of all declared objects, sorted.

    Of kinds that neither Kubernetes nor a declared definition names the cluster is asked, where
    it can be reached.
    """
    objects = declared.facts.find(DeclaredObjects)
    known = declared_resources(objects) if objects else {}
    asked = await _asked(loaded, [kind for kind, name in known.items() if not name])
    return sorted(
        Resource(name or asked[kind])
        if name or kind in asked
        else Resource(kind.resource, guessed=kind.kind)
        for kind, name in known.items()
    )


async def _asked(loaded: Loaded, kinds: Iterable[GroupKind]) -> dict[GroupKind, str]:
    """Return what the cluster calls these *kinds*, as far as it answers and serves them."""
    observed = loaded.settings.observed
    found: dict[GroupKind, str] = {}
    if observed.snapshot is not None or not kinds:
        return found
    kubernetes = observed.kubernetes or KubernetesSettings()
    path = loaded.path(kubernetes.kubeconfig) if kubernetes.kubeconfig else None
    api = Api(Configured(path and Path(path), SYSTEM))
    try:
        async with asyncio.timeout(GRACE):
            for kind in kinds:
                served = await discover(api, kind, declared=())
                if served is not None:
                    found[kind] = f"{served.plural}.{kind.group}"
    except (WatchError, TimeoutError):
        return found
    finally:
        await api.close()
    return found
