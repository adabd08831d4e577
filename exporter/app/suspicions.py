"""What is suspicious about settings that are valid: it can be meant, and seldom is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path

from exporter.declared.checkout import Checkout
from exporter.declared.registry import READERS
from exporter.domain.errors import ReadError, SettingsError
from exporter.domain.instants import parse_duration, parse_instant
from exporter.settings.forms import Lies
from exporter.settings.load import Loaded, load
from exporter.settings.texts import CHECKS
from exporter.settings.written import WrittenPath, line_of, paths

LONGEST_WAIVER = timedelta(days=366)
LONGEST_MAINTENANCE = timedelta(days=31)


@dataclass(frozen=True, slots=True, order=True)
class Suspicion:
    """What may be wrong, on which *line*, and what to do; *key* names the value."""

    line: int
    key: str
    message: str


def read_validated(
    path: Path, *, at: datetime, strict: bool, observed: bool = True
) -> tuple[Loaded, list[str]]:
    """Read the settings; return with them what is suspicious, as lines for people.

    Raises :exc:`SettingsError` where something is wrong, or if *strict* suspicious.
    """
    loaded = load(path, observed=observed)
    found = suspicions(loaded, at=at)
    lines = [f"{path}:{one.line}: {one.key}: {one.message}" for one in found]
    if lines and strict:
        raise SettingsError(lines)
    return loaded, lines


def suspicions(loaded: Loaded, *, at: datetime) -> list[Suspicion]:
    """Return all that is suspicious as of *at*, in the order of the file."""
    return sorted([*_of_values(loaded, at=at), *_of_paths(loaded)])


def _of_values(loaded: Loaded, *, at: datetime) -> Iterator[Suspicion]:
    yield from _of_both_sides(loaded)
    yield from _of_waivers(loaded, at=at)
    yield from _of_maintenance(loaded, at=at)
    yield from _of_periods(loaded)
    yield from _of_names(loaded)


def _of_both_sides(loaded: Loaded) -> Iterator[Suspicion]:
    observed = loaded.settings.observed
    if observed.kubernetes is None and observed.snapshot is None:
        yield Suspicion(
            line_of(loaded, "observed"),
            "observed",
            "names no cluster, so that of the pod or of kubectl is looked at: write kubernetes: {} "
            "if that is meant, or snapshot with a folder of `kubectl get -o json` output",
        )
    if not any(reader.facts(loaded.settings) for reader in READERS.values()):
        yield Suspicion(
            line_of(loaded, "declared"),
            "declared",
            "names no source, so no node, workload or Application is compared: name terraform, "
            "ansible, machines, argocd, kustomize or inventory",
        )


def _of_waivers(loaded: Loaded, *, at: datetime) -> Iterator[Suspicion]:
    for index, waiver in enumerate(loaded.settings.waivers):
        key, line = f"waivers[{index}]", line_of(loaded, "waivers", index)
        expires = parse_instant(waiver.expires)
        several = sum(fnmatchcase(check, waiver.check) for check in CHECKS) > 1
        all_subjects = not waiver.subject.strip("*?")
        if several and all_subjects:
            message = "accepts every failure of several checks: name one check, or the subjects"
            yield Suspicion(line, key, message)
        if expires <= at:
            message = f"expired at {waiver.expires}: take it out, or decide anew until when"
            yield Suspicion(line, f"{key}.expires", message)
        elif expires - at > LONGEST_WAIVER and (several or all_subjects):
            message = "is more than a year away for all that it accepts: choose a nearer date"
            yield Suspicion(line, f"{key}.expires", message)
        if waiver.check in loaded.settings.checks.disabled:
            message = f"names {waiver.check}, which checks.disabled switches off: take one out"
            yield Suspicion(line, f"{key}.check", message)


def _of_maintenance(loaded: Loaded, *, at: datetime) -> Iterator[Suspicion]:
    for index, window in enumerate(loaded.settings.maintenance):
        line = line_of(loaded, "maintenance", index)
        if not (window.start and window.end):
            continue  # it comes again and again
        start, end = parse_instant(window.start), parse_instant(window.end)
        if end <= at:
            message = f"the window ended at {window.end}: take it out"
            yield Suspicion(line, f"maintenance[{index}].until", message)
        elif end - start > LONGEST_MAINTENANCE:
            message = "the window is longer than a month: take the nodes out of the code instead"
            yield Suspicion(line, f"maintenance[{index}]", message)


def _of_periods(loaded: Loaded) -> Iterator[Suspicion]:
    settings = loaded.settings
    if parse_duration(settings.watchdog) <= 2 * parse_duration(settings.interval):
        message = "is hardly longer than interval: a slow evaluation would restart the exporter"
        yield Suspicion(line_of(loaded, "watchdog"), "watchdog", message)
    prometheus = settings.observed.prometheus
    for index, target in enumerate(prometheus.targets if prometheus else ()):
        if target.per == "node" and target.min != 1:
            line = line_of(loaded, "observed", "prometheus", "targets", index)
            message = "counts with per: job only; with per: node each node must have one"
            yield Suspicion(line, f"observed.prometheus.targets[{index}].min", message)


def _of_names(loaded: Loaded) -> Iterator[Suspicion]:
    """Tell of names that stand for two things."""
    nodes = loaded.settings.nodes
    names = [group.name for group in nodes.groups]
    for index, name in enumerate(names):
        if name in names[:index]:
            line = line_of(loaded, "nodes", "groups", index)
            message = f"a group of the name {name!r} stands above: give each a name of its own"
            yield Suspicion(line, f"nodes.groups[{index}].name", message)
    observed = list(nodes.names.values())
    for index, (declared, name) in enumerate(nodes.names.items()):
        if name in observed[:index]:
            line = line_of(loaded, "nodes", "names", declared)
            message = f"another declared node is called {name!r} as well: only one can be"
            yield Suspicion(line, f"nodes.names.{declared}", message)


def _of_paths(loaded: Loaded) -> Iterator[Suspicion]:
    """Tell of paths at which nothing lies; those in a repository that is not there are left out."""
    try:
        checkout = Checkout.at(loaded.path(loaded.repository.path))
    except (ReadError, OSError):
        checkout = None
    for written in paths(loaded):
        if written.lies is Lies.IN_REPOSITORY:
            message = _in_repository(written.text, checkout) if checkout else ""
        else:
            message = _beside(written, loaded)
        if message:
            yield Suspicion(written.line, written.key, message)


def _in_repository(text: str, checkout: Checkout) -> str:
    try:
        found = [text] if text.startswith("/") else checkout.match(text)
        there = [path for path in found if checkout.resolve(path).exists()]
    except (ReadError, OSError) as error:
        return f"{text!r} {error.message if isinstance(error, ReadError) else error.strerror}"
    if there:
        return ""
    return f"nothing in the repository ({checkout.root}) is called, or matched by, {text!r}"


def _beside(written: WrittenPath, loaded: Loaded) -> str:
    path = loaded.path(written.text)
    match written.lies:
        case Lies.CHECKOUT:
            return "" if _is(path.is_dir) else f"{path} is no directory: name a checkout"
        case Lies.FILE:
            return "" if _is(path.is_file) else f"{path} is no file: name one, or mount it there"
        case Lies.MADE:
            return "" if _is(path.parent.is_dir) else f"{path.parent} is no directory: make it"
        case _:
            return "" if _is(path.exists) else f"{path} does not exist: name a file or folder"


def _is(question: Callable[[], bool]) -> bool:
    """Answer a *question* of the file system; what may not be looked at is not there for us."""
    try:
        return question()
    except OSError:
        return False
