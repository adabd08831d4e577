"""How old Argo CD's word on its Applications is, and whose word no longer counts."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from exporter.domain.applications import ObservedApplication, ObservedApplications
from exporter.domain.declaration import ApplicationKey

PERIODS = 3
DEFAULT_LIMIT = timedelta(minutes=12)
"""Three times the usual period of older versions, 180 seconds and a minute of jitter."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """What Argo CD has not compared for longer than *limit*.

    *controllers* are the namespaces of application controllers that have compared nothing since
    the given instant; *applications* those that were not compared since, though others of the same
    controller were.
    """

    controllers: Mapping[str, datetime] = field(default_factory=dict)
    applications: Mapping[ApplicationKey, datetime] = field(default_factory=dict)
    limit: timedelta = timedelta.max

    def is_stale(self, application: ObservedApplication) -> bool:
        """Tell whether what Argo CD says of *application* is too old to count."""
        controller = application.controller
        return controller in self.controllers or application.key in self.applications


def refresh_limit(refresh: timedelta | None) -> timedelta:
    """Return how old Argo CD's word may be where it compares every *refresh* at the latest."""
    return DEFAULT_LIMIT if refresh is None else PERIODS * refresh


def freshness(
    observed: ObservedApplications, *, now: datetime | None, limit: timedelta
) -> Freshness:
    """Return what is stale as of *now*; without it, as of the newest instant that Argo CD names.

    An Application of which it does not say when it was compared is neither fresh nor stale. A
    *limit* of zero means that nothing is compared again while nothing changes: then nothing is
    stale.

    Source: Argo CD, ``status.reconciledAt``, ``timeout.reconciliation`` of ``argocd-cm``.
    """
    compared: dict[str, dict[ApplicationKey, datetime]] = defaultdict(dict)
    for key, application in observed.applications.items():
        if application.reconciled is not None:
            compared[application.controller][key] = application.reconciled
    newest = {controller: max(times.values()) for controller, times in compared.items()}
    if not newest or not limit:
        return Freshness(limit=limit)
    reference = now or max(newest.values())
    halted = {name: at for name, at in newest.items() if reference - at > limit}
    stale = {
        key: at
        for controller, times in compared.items()
        if controller not in halted
        for key, at in times.items()
        if reference - at > limit
    }
    return Freshness(halted, stale, limit)
