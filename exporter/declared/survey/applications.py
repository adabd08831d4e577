"""Where Applications lie, what they deploy, and what none of them does."""

import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final

from exporter.declared.survey.documents import Documents
from exporter.declared.survey.found import Found, Remote
from exporter.domain.json import as_list, as_object, as_text

_TEMPLATED: Final = re.compile(r"\{\{.*?(?:\}\}|\Z)", re.DOTALL)
STACK_CHART: Final = "kube-prometheus-stack"


@dataclass(slots=True)
class Deployments:
    """What the Applications of *documents* deploy: *paths* as shell patterns."""

    documents: Documents
    paths: dict[str, set[str]] = field(default_factory=dict)
    remotes: Counter[str] = field(default_factory=Counter)
    here: set[str] = field(default_factory=set)
    charts: dict[tuple[str, str], str] = field(default_factory=dict)
    stacks: list[Found] = field(default_factory=list)

    def read(self) -> None:
        """Look at every Application and ApplicationSet."""
        for file, content in self.documents.applications:
            own = self.paths.setdefault(file, set())
            for source in _sources(content):
                self._source(file, source, own)
            for key in ("directories", "elements"):
                for generator in _each(content, key):
                    path = as_text(generator.get("path"))
                    if path and not generator.get("exclude"):
                        own.add(posixpath.normpath(path))

    def _source(self, file: str, source: dict[str, Any], own: set[str]) -> None:
        url, chart = as_text(source.get("repoURL")), as_text(source.get("chart"))
        if chart:
            if "{{" not in f"{url}{chart}":  # else its generators say it
                self.charts.setdefault((url, chart), file)
            if chart == STACK_CHART:
                self.stacks.append(Found(file, f"its Application deploys {chart}"))
            return
        path = _TEMPLATED.sub("*", as_text(source.get("path")))
        if url and "{{" not in url:
            self.remotes[url] += 1
        if path.strip("*/"):  # else its generators say it
            own.add(posixpath.normpath(path))
            if url and self._exists(path):
                self.here.add(url)

    def _exists(self, pattern: str) -> bool:
        checkout = self.documents.checkout
        return any(fnmatchcase(one, posixpath.normpath(pattern)) for one in self._folders()) or (
            "*" not in pattern and checkout.is_dir(pattern)
        )

    def _folders(self) -> Sequence[str]:
        return list(self.documents.kustomizations)

    def entries(self) -> Iterator[Found]:
        """Yield the folders and files of Applications that no other Application deploys.

        Where Applications deploy each other in a circle, as an Argo CD that delivers itself does,
        the uppermost folder of the circle leads to the others.
        """
        files: dict[str, list[str]] = {}
        kinds: dict[str, Counter[str]] = {}
        for file, content in self.documents.applications:
            entry = self._entry(file)
            files.setdefault(entry, []).append(file)
            kinds.setdefault(entry, Counter())[as_text(content.get("kind"))] += 1
        for entry in sorted(self._roots(files)):
            told = " and ".join(f"{count} {kind}" for kind, count in sorted(kinds[entry].items()))
            first = "" if entry in files[entry] else f", the first in {files[entry][0]}"
            yield Found(entry, f"{told}{first}")

    def _entry(self, file: str) -> str:
        """Return what has to be read for the Applications of a file: its folder, or itself.

        All of the repository is no folder of Applications, and a kustomization hides what it does
        not list.
        """
        folder = posixpath.dirname(file)
        hidden = file not in self.documents.kustomizations.get(folder, {file})
        return file if hidden or not folder else folder

    def _roots(self, files: Mapping[str, Sequence[str]]) -> set[str]:
        """Return the fewest entries that lead to all of them; *files* has those of each."""
        ranked = sorted(files, key=lambda one: (one.count("/"), one))
        leads: dict[str, set[str]] = {one: {one} for one in ranked}
        for file, patterns in self.paths.items():
            leads[self._entry(file)] |= patterns
        led = {
            one: {to for to in ranked if to != one and self._cover(leads[one], files[to])}
            for one in ranked
        }
        free = [one for one in ranked if not any(one in others for others in led.values())]
        roots: set[str] = set()
        reached: set[str] = set()
        for entry in (*free, *ranked):
            if entry not in reached:
                roots.add(entry)
                _reach(entry, led, reached)
        return roots

    def _cover(self, patterns: set[str], files: Sequence[str]) -> bool:
        return all(any(self._covers(one, file) for one in patterns) for file in files)

    def _covers(self, pattern: str, file: str) -> bool:
        """Tell whether who reads what a shell pattern names reads a file, too."""
        if not _is_below(file, pattern):
            return False
        whole = pattern in {".", ""}
        folder = "" if whole else "/".join(file.split("/")[: len(pattern.split("/"))])
        listed = self.documents.kustomizations.get(folder)
        if listed is None:
            return True
        below = (one for one in listed if not folder or one.startswith(f"{folder}/"))
        return any(self._covers(one, file) for one in below if one not in {".", folder})

    def making(self) -> Iterator[Found]:
        """Yield charts that make Applications, and that no Application here deploys."""
        for folder, template in sorted(self.documents.charts.items()):
            if not self.deploys(folder):
                yield Found(
                    folder or ".",
                    f"{template} makes Applications, of the chart's own values; others that it is "
                    "installed with belong into declared.charts.roots",
                )

    def rules(self, entries: Sequence[Found]) -> Iterator[Found]:
        """Yield files with the rules of Argo CD that neither *entries* nor what they deploy has."""
        named = [one.path for one in entries]
        for file in self.documents.rules if named else ():
            folder = posixpath.dirname(file)
            if not (self.deploys(folder) or any(_is_below(file, one) for one in named)):
                yield Found(file, "it has the rules of Argo CD itself (argocd-cm)")

    def deploys(self, folder: str) -> bool:
        """Tell whether an Application deploys a folder."""
        return any(
            _is_below(folder, pattern) for patterns in self.paths.values() for pattern in patterns
        )

    def orphans(self) -> Iterator[Found]:
        """Yield kustomizations that neither an Application nor another kustomization points at."""
        known = self.documents.kustomizations
        pointed = {below for folder, many in known.items() for below in many if below != folder}
        for folder in sorted(known.keys() - pointed - self.documents.components):
            if not self.deploys(folder):
                yield Found(folder or ".", "no Application and no other kustomization points at it")

    def all_remotes(self) -> Iterator[Remote]:
        """Yield the repositories that Applications deploy from, the most used first."""
        for url, count in self.remotes.most_common():
            yield Remote(url, count, url in self.here)


def _reach(entry: str, led: Mapping[str, set[str]], reached: set[str]) -> None:
    """Add to *reached* an entry, and all that it leads to."""
    waiting = {entry}
    while waiting:
        here = waiting.pop()
        reached.add(here)
        waiting |= led[here] - reached


def _is_below(folder: str, pattern: str) -> bool:
    """Tell whether a folder is what a shell pattern names, or lies in it."""
    if pattern in {".", ""}:
        return True
    parts, wanted = folder.split("/"), pattern.split("/")
    head = parts[: len(wanted)]
    return len(head) == len(wanted) and all(
        fnmatchcase(one, part) for one, part in zip(head, wanted, strict=True)
    )


def _sources(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every source, of an Application or of the templates of an ApplicationSet."""
    for key in ("source", "sources"):
        yield from _each(content, key)


def _each(value: Any, key: str, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Yield the mappings that stand under *key*, or in a list under it, at any depth."""
    if depth > 20:  # noqa: PLR2004 - generators in generators; nobody nests them deeper
        return
    for name, below in as_object(value).items():
        found = below if isinstance(below, list) else [below]
        if name == key:
            yield from (one for one in found if isinstance(one, dict))
        for one in as_list(found):
            yield from _each(one, key, depth + 1)
