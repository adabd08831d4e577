"""Whether names and texts in the repository are about the monitoring stack, or about monitoring."""

import posixpath
import re
from collections.abc import Iterable, Iterator
from enum import IntEnum

from exporter.declared.checkout import Checkout
from exporter.declared.stack import mentions_stack
from exporter.domain.errors import ReadError, Reason
from exporter.domain.provenance import Place

MAX_FILES = 300
"""How many files are searched for one part of the repository."""
MAX_TOKENS = 5_000
"""How many words of a file are tried as paths."""

_SUFFIXES = (".yaml", ".yml", ".json", ".tf", ".sh", "Kustomization")
_KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_STACK = re.compile(r"prometheus|alertmanager", re.IGNORECASE)
_MONITORING = re.compile(
    r"victoria-?metrics|thanos|mimir|cortex|monitoring|observability", re.IGNORECASE
)
_RELATED = re.compile(r"exporter|adapter|pushgateway|crds|rules|alerts|msteams", re.IGNORECASE)
"""What is named after Prometheus, and does not run it."""
TEXT = re.compile(
    r"""prometheusSpec|alertmanagerSpec
    |kind["']?\s*:\s*["']?(?:Prometheus|Alertmanager)\b
    |chart(?:_ref|_name)?["']?\s*[:=]\s*["']?[\w./:-]{0,200}(?:prometheus|alertmanager)
        (?![\w-]{0,100}(?:exporter|adapter|pushgateway|crds|rules|alerts|msteams))
    |kube-prometheus-stack["']?\s*:
    |name["']?\s*:\s*["']?(?:kube-prometheus(?:-stack)?|prometheus-operator)\b
    |[\w.-]/(?:kube-prometheus(?:-stack)?|prometheus-operator)(?![\w-])
    |\b(?:stable|charts?|prom|prometheus|prometheus-community)/(?:prometheus|alertmanager)(?![\w/-])
    |path["']?\s*:\s*["']?[\w./-]{0,200}(?:kube-prometheus|prometheus-stack|alertmanager)
    """,
    re.VERBOSE,
)
"""What a text names that runs Prometheus or Alertmanager, or sets their values."""
HELM = re.compile(r"\bhelm\b")
"""What a playbook names that may do so: its charts may be variables."""
_TEMPLATED = re.compile(r"\b(?:chart|path)[\"']?\s*:[^\n]{0,200}?\{\{")
_TASK = re.compile(r"(?m)^(?=\s*- (?:name|hosts|block|[\w.]*(?:shell|command|helm|k8s))\s*:)")
_TOKEN = re.compile(r"[\w@.-]+(?:/[\w@.-]+)*")


class StackRelevance(IntEnum):
    """Whether something may be about the stack."""

    NONE = 0
    MONITORING = 1
    """It names monitoring in general."""
    STACK = 2
    """It names Prometheus or Alertmanager, or what it names is not known."""


def relevance_of_name(name: str) -> StackRelevance:
    """Judge by a name, as of a chart or a path."""
    if _RELATED.search(name):
        return StackRelevance.NONE
    if _STACK.search(name):
        return StackRelevance.STACK
    return StackRelevance.MONITORING if _MONITORING.search(name) else StackRelevance.NONE


class StackSearch:
    """Searches what the repository holds; each part once.

    Without a *checkout* nobody can tell that anything is harmless.
    """

    def __init__(self, checkout: Checkout | None) -> None:
        self._checkout = checkout
        self._relevance: dict[object, StackRelevance] = {}
        self._documents: dict[str, list[tuple[int, str]]] = {}

    def of_files(self, *paths: str, pattern: re.Pattern[str] = TEXT) -> StackRelevance:
        """Judge by the texts of files and directories, and of what kustomizations there name."""
        key = (paths, pattern)
        if key not in self._relevance:
            try:
                clear = not any(map(pattern.search, self._closure(paths)))
            except ReadError:
                clear = False
            self._relevance[key] = StackRelevance.NONE if clear else StackRelevance.STACK
        return self._relevance[key]

    def of_document(self, place: Place, *, templated: bool = False) -> StackRelevance:
        """Judge by the document of a file that *place* lies in.

        One that is *templated* may name its charts elsewhere.
        """
        before = [text for start, text in self._split(place.path) if start <= max(1, place.line)]
        text = before[-1] if before else ""
        if TEXT.search(text):
            return StackRelevance.STACK
        return (
            StackRelevance.MONITORING
            if templated and _TEMPLATED.search(text)
            else StackRelevance.NONE
        )

    def of_tasks(self, path: str) -> StackRelevance:
        """Judge by the tasks of a playbook, but those of charts that are known: these are read."""
        try:
            tasks = [task for task in _TASK.split(self._text(path)) if not mentions_stack(task)]
        except ReadError:
            return StackRelevance.STACK
        return StackRelevance.STACK if any(map(TEXT.search, tasks)) else StackRelevance.NONE

    def _text(self, path: str) -> str:
        """Return the text of a file; raises :exc:`ReadError`."""
        if self._checkout is None:
            raise ReadError("there is no checkout", reason=Reason.MISSING, path=path)
        return self._checkout.read_text(path)

    def _split(self, path: str) -> list[tuple[int, str]]:
        """Return the YAML documents of a file as text, each with its first line."""
        if path not in self._documents:
            found, line = list[tuple[int, str]](), 1
            try:
                text = self._text(path)
            except ReadError:
                text = ""  # of the cluster, or rendered: no file has its text
            for part in re.split(r"(?m)^---", text):
                found.append((line, part))
                line += part.count("\n")
            self._documents[path] = found
        return self._documents[path]

    def _closure(self, paths: Iterable[str]) -> Iterator[str]:
        """Yield the texts of all that belongs to *paths*; raises :exc:`ReadError` in doubt."""
        pending, seen = [posixpath.normpath(path) for path in paths], set[str]()
        while pending:
            path = pending.pop()
            if path in seen:
                continue
            seen.add(path)
            if len(seen) > MAX_FILES:
                raise ReadError("names too many files", reason=Reason.TOO_LARGE, path=path)
            if self._checkout is not None and self._checkout.is_dir(path):
                pending += self._checkout.files(path, suffixes=_SUFFIXES)
            else:
                text = self._text(path)
                yield text
                pending += self._named_in(path, text)

    def _named_in(self, path: str, text: str) -> Iterator[str]:
        """Yield the paths that a kustomization, or an Application, names in the repository."""
        relative = path.endswith(_KUSTOMIZATIONS)
        base = posixpath.dirname(path) if relative else ""  # an Application's begin at the root
        tokens = dict.fromkeys(token for token in _TOKEN.findall(text) if relative or "/" in token)
        if len(tokens) > MAX_TOKENS:
            raise ReadError("names too much", reason=Reason.TOO_LARGE, path=path)
        for token in tokens:
            found = posixpath.normpath(posixpath.join(base, token))
            if found not in {".", ".."} and self._is_there(found):
                yield found

    def _is_there(self, path: str) -> bool:
        checkout = self._checkout
        return checkout is not None and (checkout.is_file(path) or checkout.is_dir(path))
