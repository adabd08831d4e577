"""The Argo CD reader: from patterns to one reading."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from exporter.declared.argocd import entries
from exporter.declared.argocd.files import Files
from exporter.declared.argocd.following import Following
from exporter.declared.argocd.repositories import Home
from exporter.declared.argocd.templating import Budget
from exporter.declared.checkout import Checkout
from exporter.declared.rendered import Manifest, Render
from exporter.domain.declaration import Failure, Reading
from exporter.domain.errors import ReadError, Reason
from exporter.domain.provenance import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What Argo CD's declarations say.

    *application_sets* names all ApplicationSets, *unevaluated* those of them that may make other
    Applications than the *reading* has. *paths* tells of every path of this repository that an
    Application deploys whether it exists in the checkout as a directory.
    """

    reading: Reading
    application_sets: frozenset[str] = frozenset()
    unevaluated: frozenset[str] = frozenset()
    paths: Mapping[str, bool] = field(default_factory=dict)


async def read(
    patterns: Sequence[str],
    *,
    home: Home,
    render: Render,
    running: Sequence[Manifest] = (),
) -> Followed:
    """Return the Applications that *patterns* lead to, and what they deliver to this cluster.

    *running* are the cluster's ApplicationSets: those that no file holds (a chart made them) are
    evaluated as if one did. Never raises for what it reads.
    """
    checkout = home.checkout
    following = Following(Files(home, Budget()), render)
    found = await asyncio.to_thread(entries.find, patterns, checkout)
    for rendered in await asyncio.gather(*(render(path) for path in found.paths)):
        await following.take(rendered)
    if following.is_empty and not (found.failures or found.unresolved):
        found.failures += [_empty(pattern, checkout) for pattern in patterns]
    await following.run()
    await following.adopt(running)
    reading = Reading(
        source=Source.ARGOCD,
        workloads=tuple(following.workloads),
        autoscalers=tuple(following.autoscalers),
        stack=tuple(following.stack),
        applications=tuple(one.application for one in following.applications.values()),
        unresolved=(*found.unresolved, *following.unresolved),
        failures=(*found.failures, *following.failures),
    )
    return Followed(
        reading=reading,
        application_sets=frozenset(following.application_sets),
        unevaluated=frozenset(following.unevaluated),
        paths=following.paths,
    )


def _empty(pattern: str, checkout: Checkout) -> Failure:
    error = ReadError("holds no Application", reason=Reason.MISSING, path=pattern)
    return checkout.failure(Source.ARGOCD, error, part=pattern)
