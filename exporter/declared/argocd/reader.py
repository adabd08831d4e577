"""The Argo CD reader: from patterns to one reading."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType

from exporter.declared.accounting import told
from exporter.declared.argocd import entries
from exporter.declared.argocd.destinations import Cluster
from exporter.declared.argocd.files import Files
from exporter.declared.argocd.following import Following
from exporter.declared.argocd.gathering import Gathering
from exporter.declared.argocd.image_updates import Selection, running_selections
from exporter.declared.argocd.items import of_rules
from exporter.declared.argocd.ledger import Ledger
from exporter.declared.argocd.roots import installed
from exporter.declared.argocd.rules import Rules
from exporter.declared.argocd.templating import Budget
from exporter.declared.checkout import Checkout
from exporter.declared.kinds import is_image_updater
from exporter.declared.remembered import Remembered, recalled, remembering
from exporter.declared.rendered import Manifest, Render
from exporter.declared.repositories import Further, Home
from exporter.declared.units import Units
from exporter.domain.applications import Overrides
from exporter.domain.declaration import ApplicationKey, Failure, Reading
from exporter.domain.errors import ReadError, Reason
from exporter.domain.gaps import Gap
from exporter.domain.provenance import Place, Source
from exporter.domain.renderings import ArgocdRendering
from exporter.settings.charts import RootChart


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What Argo CD's declarations say.

    *application_sets* names all ApplicationSets, *unevaluated* those of them that may make other
    Applications than the *reading* has. *paths* tells of every path of this repository that an
    Application deploys whether it exists in the checkout as a directory; *delivered* are those
    that go to the cluster that is looked at. *declarations* are the places of all Applications
    and ApplicationSets; *hiding* says where there may be further Applications. *rules* are those of
    Argo CD itself that the repository declares, *selections* those of Image Updater; *later* are
    the places of Applications that should have counted from the beginning.
    """

    reading: Reading
    application_sets: frozenset[str] = frozenset()
    unevaluated: frozenset[str] = frozenset()
    paths: Mapping[str, bool] = field(default_factory=dict)
    delivered: frozenset[str] = frozenset()
    declarations: frozenset[tuple[str, int]] = frozenset()
    hiding: tuple[Gap, ...] = ()
    rules: Rules | None = None
    selections: tuple[Selection, ...] = ()
    later: Mapping[ApplicationKey, Place] = field(default_factory=dict)


async def read(  # noqa: PLR0913 - all that may decide what is declared
    patterns: Sequence[str],
    *,
    home: Home,
    render: Render,
    cluster: Cluster | None = None,
    memory: Remembered | None = None,
    running: Sequence[Manifest] = (),
    overrides: Mapping[ApplicationKey, tuple[Overrides, ...]] = MappingProxyType({}),
    further: Sequence[Further] = (),
    units: Units | None = None,
    ruled: Rules | None = None,
    renderings: Mapping[ApplicationKey, ArgocdRendering] = MappingProxyType({}),
    roots: Sequence[RootChart] = (),
) -> Followed:
    """Return the Applications that *patterns* lead to, and what they deliver to *cluster*.

    Without one, that is the cluster in which Argo CD runs. What is broken counts as *memory* has
    it.
    *running* are the cluster's ApplicationSets and ImageUpdaters: those that no file holds (a chart
    made them) are evaluated as if one did. *overrides* are those of images in the cluster's
    Applications, which count where Image Updater is asked for them; *further* are other
    repositories at hand. With *units*, what their parts declare is left to these. *ruled* is how
    the cluster's Argo CD is told to work, where the repository does not say; *renderings* are what
    it says of what cannot be rendered here; *roots* say how charts are installed that make
    Applications. Never raises for what it reads.
    """
    once = partial(
        _read,
        patterns,
        home=home,
        render=render,
        cluster=cluster or Cluster(),
        memory=memory or Remembered(),
        running=[one for one in running if not is_image_updater(one.content)],
        overrides=overrides,
        further=further,
        units=units,
        renderings=renderings,
        roots=roots,
    )
    observed = ruled or Rules()
    updaters = [one for one in running if is_image_updater(one.content)]
    first = await once(rules=observed, counting={}, updaters=updaters, lazily=True)
    rules = observed if first.rules is None else first.rules
    declared = first.selections
    once = partial(once, updaters=updaters, declared=declared)
    anew = bool(first.later or declared)
    if rules == observed and not anew:
        passed = units is not None and units.passed
        return await once(rules=observed, counting={}) if passed else first
    # Its own rules may be delivered by the last of all Applications; what is rendered is known.
    again = await once(rules=rules, counting=first.later)
    found = {(one.key, one.place) for one in again.reading.applications}
    if first.later.items() <= found:
        return again
    return await once(rules=rules, counting={})  # what counts came of what does not


async def _read(  # noqa: PLR0913 - what may be asked for, and the rules
    patterns: Sequence[str],
    *,
    home: Home,
    render: Render,
    cluster: Cluster,
    memory: Remembered,
    running: Sequence[Manifest],
    rules: Rules,
    counting: Mapping[ApplicationKey, Place],
    overrides: Mapping[ApplicationKey, tuple[Overrides, ...]],
    further: Sequence[Further],
    units: Units | None,
    renderings: Mapping[ApplicationKey, ArgocdRendering],
    roots: Sequence[RootChart],
    updaters: Sequence[Manifest],
    declared: Sequence[Selection] = (),
    lazily: bool = False,
) -> Followed:
    checkout = home.checkout
    if units is not None:
        units.begin()
    files = Files(home, Budget(), memory, further=tuple(one.home for one in further))
    ledger = Ledger(checkout)
    live, amiss = running_selections(updaters, declared=declared)
    ledger.note(amiss)
    selected = (*declared, *live)
    gathering = Gathering(
        files, cluster, ledger, counting=counting, overrides=overrides, selected=selected
    )
    others = [
        replace(one, render=remembering(one.render, memory, repository=f"{_name(one)}:"))
        for one in further
    ]
    following = Following(
        gathering,
        remembering(render, memory),
        rules=rules,
        further=others,
        units=units,
        lazily=lazily,
        renderings=renderings,
    )
    found = await asyncio.to_thread(
        entries.find,
        patterns,
        checkout,
        memory=memory,
        roots=[one.path.strip("/") for one in roots],
    )
    await following.enter(found.paths, installed(found.charts, roots, checkout))
    for path in found.gone:
        await following.take(path, recalled(memory, path))
    holds_any = gathering.declarations or not ledger.is_empty
    if not (holds_any or found.failures or found.items):
        found.failures += [_empty(pattern, checkout) for pattern in patterns]
    for failure in found.failures:
        hidden = 0 if found.gone else await asyncio.to_thread(ledger.estimates.everywhere)
        ledger.lose(failure, size=hidden)
    await following.run()
    await following.adopt(running)
    for here in files.all:
        for path, error in here.failures.items():
            failure = here.home.checkout.failure(Source.ARGOCD, error, path=path, part=path)
            ledger.lose(failure)
    items = (*found.items, *ledger.all(), *of_rules(rules))
    counted = (following.resolved(one.application) for one in gathering.applications.values())
    reading = Reading(
        source=Source.ARGOCD,
        workloads=tuple(following.workloads),
        objects=tuple(following.objects),
        autoscalers=tuple(following.autoscalers),
        groups=tuple(group for one in following.pools for group in one.groups),
        gaps=tuple(gap for one in following.pools for gap in one.gaps),
        stack=tuple(gathering.stack),
        stack_gaps=tuple(gathering.stack_gaps),
        applications=(*gathering.superseded, *counted),
        unresolved=tuple(dict.fromkeys((*told(items), *ledger.notes))),
        failures=tuple(ledger.failures),
        items=items,
    )
    return Followed(
        reading=reading,
        application_sets=frozenset(gathering.application_sets),
        unevaluated=frozenset(gathering.unevaluated),
        paths=following.paths,
        delivered=frozenset(following.delivered),
        declarations=frozenset((one[0].path, one[0].line) for one in gathering.declarations),
        hiding=tuple(dict.fromkeys(following.hiding)),
        rules=gathering.rules,
        later=gathering.later,
        selections=tuple(gathering.selections),
    )


def _name(further: Further) -> str:
    return further.home.checkout.name


def _empty(pattern: str, checkout: Checkout) -> Failure:
    error = ReadError("holds no Application", reason=Reason.MISSING, path=pattern)
    return checkout.failure(Source.ARGOCD, error, part=pattern)
