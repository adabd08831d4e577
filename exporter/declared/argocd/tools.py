"""Which tool renders a source, and the options that its Application gives for it.

Source: Argo CD, ``ApplicationSource`` (``ExplicitType``, ``IsZero``), ``util/app/discovery``,
``reposerver/repository`` (``newEnv``, ``mergeSourceParameters``).
"""

import json
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from exporter.declared.argocd.applications import NAMESPACE
from exporter.declared.argocd.entries import has_chart, has_kustomization
from exporter.declared.argocd.rules import Rules
from exporter.declared.checkout import Checkout
from exporter.declared.located import LocatedTree, from_yaml
from exporter.declared.options import HelmOptions, KustomizeOptions, Parameter, substituted
from exporter.declared.repositories import Home, Standing
from exporter.domain.declaration import ApplicationKey, DeclaredApplication
from exporter.foreign.yaml import YamlList, YamlMap

_TOOLS: Final = ("helm", "kustomize", "directory", "plugin")
_VALUES: Final = "valuesObject"
_KEPT: Final = ("repoURL", "path", "targetRevision", "chart")


def tool_of(options: LocatedTree, path: str, checkout: Checkout) -> str:
    """Return what renders *path*: helm, kustomize, directory or plugin.

    One that has options of its own counts, else what the files say, where a kustomization counts
    more than a chart. Raises :exc:`ReadError` where several have, as Argo CD does.
    """
    given = [one for one in _TOOLS if options.has(one) and not _is_zero(one, options.object(one))]
    if len(given) > 1:
        message = f"has options for {' and '.join(given)}, and only one of them can render it"
        raise options.fields[given[1]].wrong(message)
    if given:
        return given[0]
    if has_kustomization(checkout, path):
        return "kustomize"
    return "helm" if has_chart(checkout, path) else "directory"


def _is_zero(tool: str, options: LocatedTree) -> bool:
    """Tell whether options say nothing, so that Argo CD drops them; those of a plugin name one."""
    if tool == "plugin":
        return False
    nothing: tuple[object, ...] = (None, False, "", (), {})
    return all(one.content in nothing for one in options.fields.values())


def overridden(
    options: LocatedTree, path: str, *, key: ApplicationKey, checkout: Checkout
) -> LocatedTree:
    """Return a source with what ``.argocd-source.yaml`` and the Application's own file change.

    They are JSON merge patches (RFC 7386), of all but what is deployed from where; what one takes
    away stays, as Argo CD reads the outcome into what it had.
    """
    for name in (".argocd-source.yaml", f".argocd-source-{instance_name(key)}.yaml"):
        file = posixpath.join(path, name)
        if checkout.is_file(file):
            options = _merged(options, _read(file, options, checkout), top=True)
    return options


def instance_name(key: ApplicationKey) -> str:
    """Return how Argo CD calls an Application where one name has to do."""
    return key.name if key.namespace == NAMESPACE else f"{key.namespace}_{key.name}"


def _read(file: str, options: LocatedTree, checkout: Checkout) -> LocatedTree:
    documents = checkout.read_yaml(file)
    place = checkout.place(options.place.source, file, 1)
    found = from_yaml(documents[0].value, place) if documents else LocatedTree({}, place)
    if not isinstance(found.content, Mapping):
        raise found.wrong("is no object")
    return found


def _merged(target: LocatedTree, patch: LocatedTree, *, top: bool = False) -> LocatedTree:
    if isinstance(patch.content, tuple) and isinstance(target.content, tuple):
        return _merged_items(target, patch)
    if not isinstance(patch.content, Mapping):
        return patch
    fields = dict(target.fields)
    for key, value in patch.content.items():
        if value.content is not None and not (top and key in _KEPT):
            merge = _merged_values if key == _VALUES else _merged
            fields[key] = merge(fields.get(key, LocatedTree({}, value.place)), value)
    return LocatedTree(fields, (target if target.fields else patch).place)


def _merged_values(target: LocatedTree, patch: LocatedTree) -> LocatedTree:
    """Return values of a chart with a *patch*, which are no structs: what it takes away is gone."""
    if not isinstance(patch.content, Mapping):
        return patch
    fields = {**target.fields}
    for key, value in patch.content.items():
        if value.content is None:
            fields.pop(key, None)
        else:
            fields[key] = _merged_values(fields.get(key, LocatedTree({}, value.place)), value)
    return LocatedTree(fields, (target if target.fields else patch).place)


def _merged_items(target: LocatedTree, patch: LocatedTree) -> LocatedTree:
    """Return the list of a *patch*, of which each object keeps what it does not say anew.

    Argo CD reads the outcome into the structs that it had, item by item, as Go's ``encoding/json``
    does it: a parameter whose value alone is patched keeps its ``forceString``.
    """
    known = target.items[: len(patch.items)]
    kept = tuple(_merged(one, other) for one, other in zip(known, patch.items, strict=False))
    return LocatedTree((*kept, *patch.items[len(known) :]), patch.place)


def helm_options(
    application: DeclaredApplication,
    options: LocatedTree,
    *,
    index: int,
    home: Home,
    homes: Sequence[Home] = (),
) -> HelmOptions:
    """Return how Argo CD has helm render a source of *home*; *homes* are all repositories here.

    Raises :exc:`ReadError` for malformed options.
    """
    helm = options.object("helm")
    key = application.key
    registry, chart = application.sources[index].packed or ("", "")
    return HelmOptions(
        owner=f"{key}/{index}",
        release=helm.text("releaseName") or key.name,
        chart=chart,
        repository=registry,
        version=application.sources[index].revision,
        namespace=helm.text("namespace") or application.destination_namespace,
        value_files=helm.texts("valueFiles"),
        ignore_missing_value_files=helm.flag("ignoreMissingValueFiles"),
        values=_values(helm),
        parameters=tuple(
            Parameter(
                name=one.text("name"),
                value=one.text("value"),
                force_string=one.flag("forceString"),
            )
            for one in helm.list("parameters")
        ),
        file_parameters=tuple(
            (one.text("name"), one.text("path")) for one in helm.list("fileParameters")
        ),
        skip_crds=helm.flag("skipCrds"),
        skip_tests=helm.flag("skipTests"),
        skip_schema_validation=helm.flag("skipSchemaValidation"),
        kube_version=helm.text("kubeVersion"),
        api_versions=helm.texts("apiVersions"),
        references=tuple(_references(application, homes or (home,))),
        variables=variables(application, index=index, home=home),
        place=options.place_of("chart" if options.has("chart") else "path"),
    )


def kustomize_options(
    application: DeclaredApplication,
    options: LocatedTree,
    *,
    index: int,
    home: Home,
    rules: Rules | None = None,
) -> KustomizeOptions:
    """Return what Argo CD changes of a kustomization; raises :exc:`ReadError` for malformed ones.

    The commit, where it is not known and asked for, raises :exc:`NotPlannedError`.
    """
    given = options.object("kustomize")
    known = variables(application, index=index, home=home)
    return KustomizeOptions(
        owner=f"{application.key}/{index}",
        edits=tuple(_edits(given, known)),
        patches=_json(given.list("patches")),
        components=given.texts("components"),
        ignore_missing_components=given.flag("ignoreMissingComponents"),
        unrestricted=bool(rules and rules.unrestricted),
        stated=tuple(_stated(given)),
    )


def _json(values: tuple[LocatedTree, ...]) -> str:
    return json.dumps([one.plain() for one in values], ensure_ascii=False) if values else ""


def _edits(given: LocatedTree, known: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """Yield the words of each run of ``kustomize edit``, in Argo CD's order."""
    for option, field in (("nameprefix", "namePrefix"), ("namesuffix", "nameSuffix")):
        if given.text(field):
            yield "set", option, "--", given.text(field)
    images = [substituted(one, known) for one in given.texts("images")]
    if images:
        yield "set", "image", *images
    replicas = [f"{one.text('name')}={_count(one)}" for one in given.list("replicas")]
    if replicas:
        yield "set", "replicas", *replicas
    labels = {key: one.value for key, one in given.stated("commonLabels").items()}
    if labels:
        yield "add", "label", *_flags(given, _LABELS), *_pairs(labels, known)
    annotations = {key: one.value for key, one in given.stated("commonAnnotations").items()}
    if annotations:
        substitutes = known if given.flag("commonAnnotationsEnvsubst") else None
        yield "add", "annotation", *_flags(given, _ANNOTATIONS), *_pairs(annotations, substitutes)
    if given.text("namespace"):
        yield "set", "namespace", "--", given.text("namespace")


_LABELS: Final = {
    "forceCommonLabels": "--force",
    "labelWithoutSelector": "--without-selector",
    "labelIncludeTemplates": "--include-templates",
}
_ANNOTATIONS: Final = {"forceCommonAnnotations": "--force"}


def _flags(given: LocatedTree, flags: Mapping[str, str]) -> Iterator[str]:
    yield from (flag for field, flag in flags.items() if given.flag(field))


def _pairs(values: Mapping[str, str], known: Mapping[str, str] | None) -> Iterator[str]:
    for key, value in sorted(values.items()):
        yield f"{key}:{value if known is None else substituted(value, known)}"


def _count(replica: LocatedTree) -> str:
    count = replica.fields.get("count", LocatedTree(None, replica.place))
    text = str(count.content)
    if isinstance(count.content, bool) or not text.isdigit():
        raise count.wrong("count is no number of replicas")
    return text


def _stated(given: LocatedTree) -> Iterator[tuple[str, YamlMap]]:
    """Yield the options with the lines on which they stand, for each file that states some."""
    paths = dict.fromkeys(one.place.path for one in given.fields.values())
    for path in paths:
        found = _with_lines(given, path)
        if isinstance(found, YamlMap):
            yield path, found


def _with_lines(value: LocatedTree, path: str) -> Any:
    def line(part: LocatedTree) -> int:
        return part.place.line if part.place.path == path else 0

    if isinstance(value.content, Mapping):
        mapping = YamlMap(line(value))
        for key, part in value.content.items():
            mapping[key], mapping.lines[key] = _with_lines(part, path), line(part)
        return mapping
    if isinstance(value.content, tuple):
        items = YamlList(line(value))
        for part in value.content:
            items.append(_with_lines(part, path))
            items.lines.append(line(part))
        return items
    return value.content


def _values(helm: LocatedTree) -> str:
    """Return the YAML of ``valuesObject``, without which ``values`` count."""
    if not helm.has("valuesObject"):
        return helm.text("values")
    return json.dumps(helm.object("valuesObject").plain(), ensure_ascii=False)  # which is YAML


def _references(
    application: DeclaredApplication, homes: Sequence[Home]
) -> Iterator[tuple[str, Checkout | None]]:
    """Yield of each source that others refer to which checkout has it, if any."""
    for one in application.sources:
        if one.reference:
            having = (
                home.checkout
                for home in homes
                if (home.is_local(one.repository, one.path) or (one.local and home is homes[0]))
                and home.compare(one.revision) is not Standing.OTHER
            )
            yield one.reference, next(having, None)


def variables(application: DeclaredApplication, *, index: int, home: Home) -> Mapping[str, str]:
    """Return what Argo CD substitutes in parameters and paths."""
    source, revision = application.sources[index], home.checkout.revision
    return {
        "ARGOCD_APP_NAME": instance_name(application.key),
        "ARGOCD_APP_NAMESPACE": application.destination_namespace,
        "ARGOCD_APP_PROJECT_NAME": application.project,
        "ARGOCD_APP_REVISION": revision,
        "ARGOCD_APP_REVISION_SHORT": revision[:7],
        "ARGOCD_APP_REVISION_SHORT_8": revision[:8],
        "ARGOCD_APP_SOURCE_REPO_URL": source.repository,
        "ARGOCD_APP_SOURCE_PATH": source.path,
        "ARGOCD_APP_SOURCE_TARGET_REVISION": source.revision,
    }
