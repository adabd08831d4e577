"""Sources of Applications rendered as Argo CD is told to, or not at all.

Source: Argo CD, ``ApplicationSource`` (``ExplicitType``), ``util/app/discovery``,
``reposerver/repository`` (``getPotentiallyValidManifestFile``).
"""

import posixpath
from collections.abc import Iterator
from dataclasses import replace

from exporter.declared.argocd.destinations import Cluster
from exporter.declared.argocd.entries import has_chart, has_kustomization
from exporter.declared.argocd.globs import match_any
from exporter.declared.argocd.located import Located
from exporter.declared.argocd.repositories import Home, Standing
from exporter.declared.checkout import Checkout
from exporter.declared.rendered import LeftOut, Render, Rendered
from exporter.domain.declaration import ApplicationSource, DeclaredApplication
from exporter.domain.finding import Subject
from exporter.domain.items import ItemState

_HARMLESS = frozenset(
    {
        "version",
        "commonAnnotations",
        "commonAnnotationsEnvsubst",
        "commonLabels",
        "labelWithoutSelector",
        "labelIncludeTemplates",
        "ignoreMissingComponents",
        "kubeVersion",
        "apiVersions",
    }
)
"""Options of a kustomize source that change nothing of what a workload declares, but add to it."""


NAME_IT = "if that is this cluster, name it in cluster.destinations"
SAY_WHICH = "if that is this repository, set repository.url to the address that Applications name"


def delivers(source: ApplicationSource) -> bool:
    """Tell whether a source has objects: one that others only refer to has none."""
    return bool(source.path or source.chart or not source.reference)


def elsewhere(
    application: DeclaredApplication, options: Located, *, cluster: Cluster
) -> LeftOut | None:
    """Return why what an Application delivers is not for this *cluster*, if it is not."""
    if cluster.receives(application):
        return None
    where = application.destination_server[:200]
    return LeftOut(
        place=options.place,
        state=ItemState.OUT_OF_SCOPE if cluster.given else ItemState.OTHER_CLUSTER,
        message=f"is delivered to the cluster {where}",
        advice="" if cluster.given else NAME_IT,
    )


def not_here(source: ApplicationSource, options: Located, *, home: Home) -> LeftOut | None:
    """Return why the checkout does not hold what a source deploys, if it does not."""
    if source.chart:
        message = f"the chart {source.chart[:200]} of {source.repository[:200]} is not rendered"
        return LeftOut(
            place=options.place_of("chart"), state=ItemState.NOT_RENDERED, message=message
        )
    if not source.local:
        return LeftOut(
            place=options.place_of("repoURL"),
            state=ItemState.OTHER_REPOSITORY,
            message=_other_repository(source, home),
            advice=SAY_WHICH,
        )
    if home.compare(source.revision) is Standing.OTHER:
        return LeftOut(
            place=options.place_of("targetRevision"),
            state=ItemState.OTHER_REVISION,
            message=f"deploys {source.revision[:200]} of {source.path}, and the checkout holds "
            "another revision",
        )
    return None


def _other_repository(source: ApplicationSource, home: Home) -> str:
    known = " or ".join(sorted(home.addresses))
    here = (
        f"is of {known}" if known else f"has no {source.path[:200]}, and its address is not known"
    )
    return f"{source.repository[:200]} is deployed, and the checkout {here}"


async def render_source(
    path: str, options: Located, *, render: Render, checkout: Checkout
) -> Rendered:
    """Return what a local source renders to; *options* is the source as it is declared.

    What is rendered in a way that is not known here is left out as a whole. Raises
    :exc:`ReadError` where the options are malformed, or the files cannot be listed.
    """
    for tool in ("helm", "plugin"):
        if options.has(tool):
            return _left_out(options, tool, f"{tool} is not run for {path}")
    if has_kustomization(checkout, path):
        if options.has("directory"):
            message = f"{path} holds a kustomization, but is read as a plain directory"
            return _left_out(options, "directory", message)
        return _changed(options.object("kustomize"), path) or await render(path)
    if has_chart(checkout, path):
        return _left_out(options, "path", f"the Helm chart {path} is not rendered")
    return await _plain(path, options.object("directory"), render=render, checkout=checkout)


def _left_out(options: Located, key: str, message: str) -> Rendered:
    place = options.place_of(key)
    reason = LeftOut(place=place, state=ItemState.NOT_RENDERED, message=message)
    return Rendered(left_out=(reason,))


def _changed(options: Located, path: str) -> Rendered | None:
    """Return that *path* is not rendered where options change what it renders to."""
    for key in options.fields:
        if options.has(key) and key not in _HARMLESS and not _is_empty(options.fields[key]):
            return _left_out(options, key, f"kustomize.{key} changes what {path} renders to")
    return None


def _is_empty(value: Located) -> bool:
    return value.content in (False, "", (), {})


async def _plain(path: str, directory: Located, *, render: Render, checkout: Checkout) -> Rendered:
    """Render a directory of manifests, of which ``include`` and ``exclude`` choose files."""
    recurse = directory.flag("recurse")
    include, exclude = directory.text("include"), directory.text("exclude")
    rendered = await render(path, recurse=recurse)

    def takes(file: str) -> bool:
        name = posixpath.relpath(file, path)
        if exclude and match_any(exclude, name):
            return False
        return not include or match_any(include, name)

    jsonnet = [
        _jsonnet(one, checkout, directory)
        for one in _jsonnets(path, recurse=recurse, checkout=checkout)
        if takes(one)
    ]
    if not rendered.by_file:
        return replace(rendered, left_out=(*rendered.left_out, *jsonnet))
    return replace(
        rendered,
        manifests=tuple(one for one in rendered.manifests if takes(one.place.path)),
        left_out=(*(one for one in rendered.left_out if takes(one.place.path)), *jsonnet),
        failures=tuple(one for one in rendered.failures if takes(one.place.path)),
    )


def _jsonnets(path: str, *, recurse: bool, checkout: Checkout) -> Iterator[str]:
    top = "" if path == "." else path
    for one in checkout.files(path, suffixes=(".jsonnet",)):
        if recurse or posixpath.dirname(one) == top:
            yield one


def _jsonnet(file: str, checkout: Checkout, directory: Located) -> LeftOut:
    return LeftOut(
        place=checkout.place(directory.place.source, file, 1),
        state=ItemState.NOT_RENDERED,
        message="jsonnet is not evaluated",
        subject=Subject("File", "", file),
    )
