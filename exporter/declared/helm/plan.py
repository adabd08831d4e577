"""What helm is told: files in their order, substitutions, precedence, without running anything.

Source: Argo CD 3.5, ``reposerver/repository`` (``helmTemplate``, ``valueFileResolver``) and
``util/helm/cmd.go``.
"""

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from exporter.declared.checkout import Checkout
from exporter.declared.globs import doublestar_order, literal_prefix, match_doublestar
from exporter.declared.options import HelmOptions, NotPlannedError, substituted
from exporter.declared.repository import without_credentials
from exporter.domain.errors import ReadError, Reason
from exporter.domain.items import ItemState
from exporter.domain.platform import plain_version

MAX_FILES: Final = 1000
PATTERNS: Final = "patterns in valueFiles are known to Argo CD 3.4 and later ones"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One run of ``helm template``.

    *value_files* and the paths of *file_parameters* are paths in the checkout; *values* is YAML
    that counts more than all files. *settings* are option and value of each parameter.
    """

    release: str
    namespace: str = ""
    kube_version: str = ""
    api_versions: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    file_parameters: tuple[tuple[str, str], ...] = ()
    value_files: tuple[str, ...] = ()
    values: str = ""
    flags: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """All files that it reads beside the chart, each once."""
        return tuple(
            dict.fromkeys((*self.value_files, *(path for _, path in self.file_parameters)))
        )

    @property
    def texts(self) -> tuple[str, ...]:
        """What is said beside files; all of it may be a template, by ``tpl`` or helm itself."""
        return self.release, self.values, *(setting for _, setting in self.settings)

    def arguments(self, where: Mapping[str, str], *, values: str) -> list[str]:
        """Return helm's arguments in Argo CD's order, to be run inside the chart.

        *where* tells for each of *files* where it lies then, and *values* where the YAML does.
        """
        words = ["template", ".", "--name-template", self.release]
        if self.namespace:
            words += ["--namespace", self.namespace]
        if self.kube_version:
            words += ["--kube-version", self.kube_version]
        for option, setting in self.settings:
            words += [option, setting]
        for name, path in self.file_parameters:
            words += ["--set-file", f"{name}={_escaped(where[path])}"]
        for path in self.value_files:
            words += ["--values", where[path]]
        if self.values:
            words += ["--values", values]
        for version in self.api_versions:
            words += ["--api-versions", version]
        return [*words, *self.flags]


INSIDE: Final = "!/"
"""Begins the path of a file that lies in a chart of a registry, not in the checkout."""

ELSEWHERE: Final = "$/"
"""Begins the path of a file in the checkout of another source, whose reference comes next."""


def located(path: str, options: HelmOptions, checkout: Checkout) -> tuple[Checkout | None, str]:
    """Return which checkout has a planned file, and where; None for what lies in the chart."""
    if path.startswith(INSIDE):
        return None, path.removeprefix(INSIDE)
    if path.startswith(ELSEWHERE):
        name, _, inner = path.removeprefix(ELSEWHERE).partition("/")
        return dict(options.references)[name], inner
    return checkout, path


def plan(
    options: HelmOptions,
    *,
    chart: str,
    checkout: Checkout,
    inside: Mapping[str, bytes] | None = None,
    patterns: bool = True,
) -> Plan:
    """Return how Argo CD renders the *chart*, a directory of the *checkout*, with *options*.

    Of a chart of a registry *inside* has the files, and *chart* is no directory. *patterns* tells
    whether files of values are named by patterns, and each counts once. Raises :exc:`ReadError`
    where Argo CD refuses it, and :exc:`NotPlannedError`.
    """
    files = _Files(options, chart, checkout, inside, patterns)
    return Plan(
        release=options.release,
        namespace=options.namespace,
        kube_version=_kube_version(options.kube_version),
        api_versions=options.api_versions,
        settings=tuple(_settings(options)),
        file_parameters=tuple(
            (name, files.existing(path)) for name, path in options.file_parameters
        ),
        value_files=tuple(files.values()),
        values=options.values,
        flags=tuple(_flags(options)),
    )


def _kube_version(text: str) -> str:
    """Return a version without what a vendor adds; raises :exc:`ReadError` where it is none."""
    found = plain_version(text.strip())
    if text and not found:
        raise ReadError(f"kubeVersion {text[:100]!r} is no version", reason=Reason.MALFORMED)
    return found


def _settings(options: HelmOptions) -> Iterator[tuple[str, str]]:
    """Yield parameters, of each name the last, as they lie in two maps of Argo CD.

    Maps of Go have no order: which of ``a`` and ``a.b`` counts is random there. Here the shorter
    name comes first, so that both count where both can.
    """
    for option, forced in (("--set", False), ("--set-string", True)):
        found = {one.name: one.value for one in options.parameters if one.force_string is forced}
        for name in sorted(found):
            value = substituted(found[name], options.variables)
            yield option, f"{name}={_escaped(value)}"


def _flags(options: HelmOptions) -> Iterator[str]:
    if not options.skip_crds:
        yield "--include-crds"
    if options.skip_schema_validation:
        yield "--skip-schema-validation"
    if options.skip_tests:
        yield "--skip-tests"


def _escaped(value: str) -> str:
    """Return a value with its commas escaped, unless it is a list in braces, as Argo CD does."""
    if value.startswith("{") and value.endswith("}"):
        return value
    before, found = "", []
    for letter in value:
        found.append("\\," if letter == "," and before != "\\" else letter)
        before = letter
    return "".join(found)


@dataclass(frozen=True, slots=True)
class _Files:
    """Finds the files of values and of parameters in the checkout."""

    options: HelmOptions
    chart: str
    checkout: Checkout
    inside: Mapping[str, bytes] | None = None
    patterns: bool = True

    def values(self) -> list[str]:
        """Return the files of values in their order.

        One that is named and that a pattern matches, too, stands where it is named; each counts
        once, where it stands first (Argo CD 3.4; older ones know no patterns).
        """
        written = [self._path(one) for one in self.options.value_files]
        if not self.patterns:
            return [self._checked(one) for one in written if self._counts(one)]
        named = {one for one in written if not _is_pattern(one)}
        found: dict[str, None] = {}
        for path in written:
            if _is_pattern(path):
                matched = self._matched(path)
                found.update(dict.fromkeys(one for one in matched if one not in named))
            elif self._counts(path):
                found[self._checked(path)] = None
        if len(found) > MAX_FILES:
            raise ReadError(f"names more than {MAX_FILES} files", reason=Reason.TOO_LARGE)
        return list(found)

    def _counts(self, path: str) -> bool:
        return self._is_file(path) or not self.options.ignore_missing_value_files

    def existing(self, written: str) -> str:
        """Return the path of a file that has to be there."""
        return self._checked(self._path(written))

    def _checked(self, path: str) -> str:
        checkout, inner = located(path, self.options, self.checkout)
        if checkout is not None:
            checkout.resolve(inner)
        if not self._is_file(path):
            advice = "" if self.patterns or not _is_pattern(path) else PATTERNS
            raise ReadError("does not exist", reason=Reason.MISSING, path=inner, advice=advice)
        return path

    def _is_file(self, path: str) -> bool:
        checkout, inner = located(path, self.options, self.checkout)
        return checkout.is_file(inner) if checkout else inner in (self.inside or {})

    def _matched(self, pattern: str) -> Sequence[str]:
        checkout, inner = located(pattern, self.options, self.checkout)
        before = pattern.removesuffix(inner)
        start = literal_prefix(inner)
        if checkout is None:
            below = sorted(self.inside or {})
        else:
            below = checkout.files(start, suffixes=("",)) if checkout.is_dir(start) else []
        matched = [one for one in below if match_doublestar(inner, one)]
        matched.sort(key=lambda one: doublestar_order(inner, one))
        found = [f"{before}{one}" for one in matched]
        if not found and not self.options.ignore_missing_value_files:
            raise ReadError("matches no file of values", reason=Reason.MISSING, path=inner)
        return found

    def _path(self, written: str) -> str:
        """Return where a file lies in the checkout; one that begins with / from its top."""
        reference, _, rest = written.partition("/")
        for name, checkout in self.options.references:
            if reference == f"${name}":
                if checkout is None:
                    message = f"the values in {written[:200]} lie in another repository or revision"
                    raise NotPlannedError(ItemState.OTHER_REPOSITORY, message)
                path = self._inside(substituted(rest, self.options.variables))
                return path if checkout.root == self.checkout.root else f"{ELSEWHERE}{name}/{path}"
        path = substituted(written, self.options.variables)
        if "://" in path:
            message = f"the values at {without_credentials(path)[:200]} are not fetched"
            raise NotPlannedError(ItemState.NOT_RENDERED, message)
        if self.inside is not None:
            return f"{INSIDE}{self._inside(path)}"
        return self._inside(path if path.startswith("/") else f"{self.chart}/{path}")

    def _inside(self, path: str) -> str:
        clean = posixpath.normpath(path.lstrip("/"))
        if clean.split("/")[0] == "..":
            raise ReadError("leads out of the repository", reason=Reason.OUTSIDE, path=path[:200])
        return clean


def _is_pattern(path: str) -> bool:
    return any(letter in path for letter in "*?[")
