"""Sources of Applications rendered as Argo CD is told to, or not at all.

Source: Argo CD, ``ApplicationSource`` (``ExplicitType``), ``util/app/discovery``,
``reposerver/repository`` (``getPotentiallyValidManifestFile``).
"""

import posixpath

from exporter.declared.argocd.entries import has_chart, has_kustomization
from exporter.declared.argocd.globs import match_any
from exporter.declared.argocd.located import Located, UnresolvedError
from exporter.declared.checkout import Checkout
from exporter.declared.rendered import Render, Rendered

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


async def render_source(
    path: str, options: Located, *, render: Render, checkout: Checkout
) -> Rendered:
    """Return what a local source renders to; *options* is the source as it is declared.

    Raises :exc:`UnresolvedError` where it is rendered in a way that is not known here, and
    :exc:`ReadError` where the options are malformed, or the files cannot be listed.
    """
    for tool in ("helm", "plugin"):
        if options.has(tool):
            raise UnresolvedError(options.place_of(tool), f"{tool} is not run for {path}")
    if has_kustomization(checkout, path):
        if options.has("directory"):
            message = f"{path} holds a kustomization, but is read as a plain directory"
            raise UnresolvedError(options.place_of("directory"), message)
        _check_kustomize(options.object("kustomize"), path)
        return await render(path)
    if has_chart(checkout, path):
        raise UnresolvedError(options.place_of("path"), f"the Helm chart {path} is not rendered")
    return await _plain(path, options.object("directory"), render=render, checkout=checkout)


def _check_kustomize(options: Located, path: str) -> None:
    for key in options.fields:
        if options.has(key) and key not in _HARMLESS and not _is_empty(options.fields[key]):
            message = f"kustomize.{key} changes what {path} renders to"
            raise UnresolvedError(options.place_of(key), message)


def _is_empty(value: Located) -> bool:
    return value.content in (False, "", (), {})


async def _plain(path: str, directory: Located, *, render: Render, checkout: Checkout) -> Rendered:
    """Render a directory of manifests, of which ``include`` and ``exclude`` choose files."""
    recurse = directory.flag("recurse")
    jsonnet = checkout.files(path, suffixes=(".jsonnet",))
    top = "" if path == "." else path
    if any(recurse or posixpath.dirname(one) == top for one in jsonnet):
        raise UnresolvedError(directory.place, f"jsonnet is not evaluated for {path}")
    rendered = await render(path, recurse=recurse)
    include, exclude = directory.text("include"), directory.text("exclude")

    def takes(file: str) -> bool:
        name = posixpath.relpath(file, path)
        if exclude and match_any(exclude, name):
            return False
        return not include or match_any(include, name)

    return Rendered(
        manifests=tuple(one for one in rendered.manifests if takes(one.place.path)),
        unresolved=rendered.unresolved,
        failures=tuple(one for one in rendered.failures if takes(one.place.path)),
    )
