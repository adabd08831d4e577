"""Which images Argo CD Image Updater keeps up to date, and which tags it may set.

An Application asks for it by annotations, or an ``ImageUpdater`` (version 1.0) selects it.

Source: Argo CD Image Updater, ``pkg/argocd/annotations.go``, ``pkg/argocd/argocd.go``
(``FilterApplicationsForUpdate``, ``mergeCommonUpdateSettings``), ``registry-scanner/pkg/image``
(``ParseUpdateStrategy``, ``ParseMatch``, ``GetNewestVersionFromTags``, ``IsTagIgnored``).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from exporter.declared.argocd.applications import NAMESPACE
from exporter.declared.argocd.selectors import requirements
from exporter.declared.globs import match_path
from exporter.declared.helm.versions import Range, Version
from exporter.declared.kinds import IMAGE_UPDATER
from exporter.declared.located import LocatedTree, from_manifest
from exporter.declared.rendered import Manifest
from exporter.domain.declaration import Unresolved
from exporter.domain.errors import ParseError, ReadError
from exporter.domain.images import parse_image
from exporter.domain.regexp import PatternError, UnsupportedPatternError, compile_pattern
from exporter.domain.selectors import Requirement

_PREFIX: Final = f"{IMAGE_UPDATER}/"
MAX_TAG: Final = 128
_DEFAULTS: Final = ("image.name", "image.tag")
_REGEXP: Final = "regexp:"


class Strategy(StrEnum):
    """By what the newest version is told."""

    SEMVER = "semver"
    NEWEST_BUILD = "newest-build"
    ALPHABETICAL = "alphabetical"
    DIGEST = "digest"


_STRATEGIES: Final = {
    **{one.value: one for one in Strategy},
    "latest": Strategy.NEWEST_BUILD,
    "name": Strategy.ALPHABETICAL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """Which tags an image may be set to."""

    strategy: Strategy = Strategy.SEMVER
    allowed: str = ""
    ignored: tuple[str, ...] = ()

    def objection(self, tag: str, *, constraint: str) -> str:
        """Return why *tag* is none that may be set, or nothing."""
        plain, at, _ = tag.partition("@")
        if len(plain) > MAX_TAG:
            return "its tag is too long"
        if any(match_path(pattern, plain) for pattern in self.ignored if pattern):
            return f"{plain} is an ignored tag"
        if not self._is_allowed(plain):
            return f"{plain} is not allowed by {self.allowed[:100]}"
        if self.strategy is Strategy.DIGEST:
            return _no_digest(plain, constraint or "latest") if at else "it has no digest"
        return _outside(plain, constraint) if self.strategy is Strategy.SEMVER else ""

    def _is_allowed(self, tag: str) -> bool:
        if not self.allowed or self.allowed.lower() == "any":
            return True
        if not self.allowed.lower().startswith(_REGEXP):
            return False
        try:
            return compile_pattern(self.allowed[len(_REGEXP) :]).search(tag) is not None
        except PatternError:
            return False  # which Image Updater takes for a function that no tag fits
        except UnsupportedPatternError:
            return True  # nobody can tell here


def _no_digest(tag: str, followed: str) -> str:
    """Return why an image by digest is not of the tag that is followed, or nothing."""
    return "" if tag in {"", followed} else f"its tag is not {followed}"


def _outside(tag: str, constraint: str) -> str:
    """Return why *tag* is no version that the *constraint* allows, or nothing."""
    try:
        version = Version.parse(tag)
        wanted = Range.parse(constraint or "*")
    except ParseError:
        return ""  # Image Updater would give up over it, and never set anything
    if version is None:
        return f"{tag} is no version"
    return "" if version in wanted else f"{tag} is not in {constraint or '*'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageUpdate:
    """One image that is kept up to date: which one, where its name and tag go, which tags may be.

    *images* are its names in kustomizations; *name*, *tag* and *spec* are parameters of charts, of
    which *spec* takes the whole reference. *is_live* tells whether it is written into the live
    Application, and not into Git.
    """

    repository: str
    constraint: str = ""
    tags: Tags = Tags()
    image: str = ""
    name: str = _DEFAULTS[0]
    tag: str = _DEFAULTS[1]
    spec: str = ""
    is_live: bool = True

    @property
    def images(self) -> frozenset[str]:
        """The repositories under which a kustomization may name it."""
        return frozenset({self.image or self.repository})

    @property
    def parameters(self) -> frozenset[str]:
        """The parameters of a chart that it goes to."""
        return frozenset({self.spec} if self.spec else {self.name, self.tag})


def of_annotations(annotations: Mapping[str, str]) -> Iterator[ImageUpdate]:
    """Yield what an Application asks for by its annotations."""

    def given(name: str, alias: str = "") -> str:
        key = f"{alias}.{name}" if alias else name
        return annotations.get(f"{_PREFIX}{key}", "").strip()

    is_live = (given("write-back-method") or "argocd") == "argocd"
    for entry in given("image-list").split(","):
        alias, equals, image = (part.strip() for part in entry.strip().partition("="))
        alias, image = (alias, image) if equals else ("", alias)
        if image:
            repository, constraint = split(image)
            yield ImageUpdate(
                repository=repository,
                constraint=constraint,
                tags=_tags(
                    *(
                        (given(one, alias) if alias else "") or given(one)
                        for one in ("update-strategy", "allow-tags", "ignore-tags")
                    )
                ),
                image=split(given("kustomize.image-name", alias))[0] if alias else "",
                name=(given("helm.image-name", alias) if alias else "") or _DEFAULTS[0],
                tag=(given("helm.image-tag", alias) if alias else "") or _DEFAULTS[1],
                spec=given("helm.image-spec", alias) if alias else "",
                is_live=is_live,
            )


def _tags(strategy: str, allowed: str, ignored: str) -> Tags:
    return Tags(
        strategy=_STRATEGIES.get(strategy.lower(), Strategy.SEMVER),
        allowed=allowed,
        ignored=tuple(part.strip() for part in ignored.split(",") if part.strip()),
    )


def split(image: str) -> tuple[str, str]:
    """Return what an image is of, and the constraint that stands where its tag would."""
    found = parse_image(image)
    if found is not None:
        return found.repository, found.tag
    head, colon, rest = image.rpartition(":")
    plain = parse_image(head) if colon and "/" not in rest else None
    return (plain.repository, rest) if plain else (image, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The Applications of a *namespace* that an ``ImageUpdater`` selects, and what it keeps.

    *updater* is its own namespace and name.
    """

    updater: tuple[str, str]
    namespace: str
    pattern: str
    labels: tuple[Requirement, ...] = ()
    by_annotations: bool = False
    updates: tuple[ImageUpdate, ...] = ()

    def fits(self, *, namespace: str, name: str, labels: Mapping[str, str]) -> bool:
        """Tell whether an Application is selected."""
        return (
            namespace == self.namespace
            and match_path(self.pattern, name)
            and all(one.matches(labels) for one in self.labels)
        )

    @property
    def precedence(self) -> tuple[bool, bool, int]:
        """The more special counts: a whole name before a pattern, then one with labels."""
        return not set("*?[") & set(self.pattern), bool(self.labels), len(self.pattern)


def selections(manifest: LocatedTree, *, namespace: str) -> tuple[Selection, ...]:
    """Return what an ``ImageUpdater`` selects; raises :exc:`ReadError` for a malformed one."""
    spec = manifest.object("spec")
    metadata = manifest.object("metadata")
    namespace = metadata.text("namespace") or namespace
    return tuple(
        Selection(
            updater=(namespace, metadata.text("name")),
            namespace=spec.text("namespace") or namespace,
            pattern=reference.text("namePattern"),
            labels=requirements(reference.object("labelSelectors")),
            by_annotations=reference.flag("useAnnotations"),
            updates=tuple(_updates(spec, reference)),
        )
        for reference in spec.list("applicationRefs")
    )


def running_selections(
    updaters: Iterable[Manifest], *, declared: Iterable[Selection]
) -> tuple[list[Selection], list[Unresolved]]:
    """Return what those *updaters* of the cluster select that no file declares, and what is amiss.

    Of one that is *declared* the declaration counts.
    """
    known = {one.updater for one in declared}
    found, notes = list[Selection](), list[Unresolved]()
    for one in updaters:
        try:
            selected = selections(from_manifest(one), namespace=NAMESPACE)
        except ReadError as error:
            notes.append(Unresolved(one.place, f"is malformed: {error.message}"))
        else:
            found += (each for each in selected if each.updater not in known)
    return found, notes


def _updates(spec: LocatedTree, reference: LocatedTree) -> Iterator[ImageUpdate]:
    method = _first(("writeBackConfig", "method"), reference, spec) or "argocd"
    for entry in reference.list("images"):
        repository, constraint = split(entry.text("imageName"))
        targets = entry.object("manifestTargets")
        helm = targets.object("helm")
        yield ImageUpdate(
            repository=repository,
            constraint=constraint,
            tags=_settings(entry, reference, spec),
            image=split(targets.object("kustomize").text("name"))[0],
            name=helm.text("name") or _DEFAULTS[0],
            tag=helm.text("tag") or _DEFAULTS[1],
            spec=helm.text("spec"),
            is_live=method == "argocd",
        )


def _settings(*levels: LocatedTree) -> Tags:
    """Return which tags may be set, the first of *levels* that says something counting."""
    settings = [level.object("commonUpdateSettings") for level in levels]
    ignored = next((one.texts("ignoreTags") for one in settings if one.has("ignoreTags")), ())
    strategy, allowed = (
        next((one.text(field) for one in settings if one.text(field)), "")
        for field in ("updateStrategy", "allowTags")
    )
    return Tags(
        strategy=_STRATEGIES.get(strategy.lower(), Strategy.SEMVER),
        allowed=allowed,
        ignored=tuple(ignored),
    )


def _first(path: tuple[str, str], *levels: LocatedTree) -> str:
    above, field = path
    return next(
        (one.object(above).text(field) for one in levels if one.object(above).text(field)), ""
    )


def updates_of(
    selected: Sequence[Selection],
    *,
    namespace: str,
    name: str,
    labels: Mapping[str, str],
    annotations: Mapping[str, str],
) -> tuple[ImageUpdate, ...]:
    """Return what is kept up to date in an Application.

    Annotations count by themselves, as before version 1.0, unless an ``ImageUpdater`` selects it.
    """
    fitting = [one for one in selected if one.fits(namespace=namespace, name=name, labels=labels)]
    best = max(fitting, key=lambda one: one.precedence, default=None)
    if best is None or best.by_annotations:
        return tuple(of_annotations(annotations))
    return best.updates
