"""What a change of the code would add or resolve on a cluster that runs."""

import asyncio
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import msgspec

from exporter.app.conformance import check_once, say_nothing
from exporter.app.dump import DumpOptions, dump
from exporter.app.report import overview_of
from exporter.app.revisions import at_revision
from exporter.declared.declare import Run, here
from exporter.domain.evaluation import Evaluation
from exporter.report.changes import Changes, changes, only, told
from exporter.report.overview import Overview
from exporter.settings.load import Loaded
from exporter.settings.observed import ObservedSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainstOptions:
    """What is compared: the checkout with its revision *base*, by the settings' *file*.

    The cluster is *cluster*: a dump, or the address of an API server, which is asked with the token
    in *token_file*; empty is what the settings say.
    """

    file: Path
    base: str
    cluster: str = ""
    token_file: Path | None = None
    authority: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The changes, and the evaluation of the changed code with no findings but what is added."""

    changes: Changes
    added: Evaluation
    view: Overview


async def check_against(
    loaded: Loaded,
    options: AgainstOptions,
    *,
    at: datetime | None = None,
    tell: Callable[[str], None] = say_nothing,
    run: Run = here,
) -> Compared:
    """Judge the same look at a cluster by the base and by the change, and compare.

    Raises :exc:`SettingsError` where there is no such revision or dump, and
    :exc:`UnreachableError`.
    """
    with tempfile.TemporaryDirectory(prefix="conformance-") as name:
        folder = Path(name)
        observed = await _observed(loaded, options, folder=folder, tell=tell)
        settings = msgspec.structs.replace(loaded.settings, observed=observed)
        now = replace(loaded, settings=settings)
        base = await at_revision(now, options.base, into=folder / "base", file=options.file)
        tell(f"judging {options.base}")
        before = await check_once(base, at=at, run=run)
        tell("judging the change")
        after = await check_once(now, at=at, run=run)
    found = changes(told(before), told(after))
    added = only(found.added, after)
    return Compared(changes=found, added=added, view=overview_of(added, loaded))


async def _observed(
    loaded: Loaded, options: AgainstOptions, *, folder: Path, tell: Callable[[str], None]
) -> ObservedSettings:
    """Return the dump that both are judged by; a cluster is dumped once for that."""
    given = loaded.settings.observed
    if options.cluster and "://" not in options.cluster:
        return ObservedSettings(snapshot=await asyncio.to_thread(_whole, options.cluster))
    if given.snapshot is not None and not options.cluster:
        return given
    with _kubeconfig(options, folder) as kubeconfig:
        chosen = DumpOptions(
            folder=folder / "dump",
            kubeconfig=kubeconfig or _own(loaded),
            kubectl=None if options.cluster else "kubectl",
        )
        await dump(chosen, None, tell=tell)
    return ObservedSettings(snapshot=str(folder / "dump"))


def _whole(path: str) -> str:
    return str(Path(path).resolve())


def _own(loaded: Loaded) -> Path | None:
    kubernetes = loaded.settings.observed.kubernetes
    named = kubernetes.kubeconfig if kubernetes else None
    return loaded.path(named) if named else None


@contextmanager
def _kubeconfig(options: AgainstOptions, folder: Path) -> Iterator[Path | None]:
    """Write a kubeconfig for an address, which names the file with the token and not the token."""
    if not options.cluster:
        yield None
        return
    cluster = {"server": options.cluster}
    if options.authority:
        cluster["certificate-authority"] = str(options.authority.resolve())
    user = {"tokenFile": str(options.token_file.resolve())} if options.token_file else {}
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "against", "cluster": cluster}],
        "users": [{"name": "against", "user": user}],
        "contexts": [{"name": "against", "context": {"cluster": "against", "user": "against"}}],
        "current-context": "against",
    }
    path = folder / "kubeconfig"
    path.touch(mode=0o600)
    path.write_text(json.dumps(content))
    yield path
