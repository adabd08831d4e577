"""Sources of Applications rendered as Argo CD is told to, or not at all.

Source: Argo CD, ``ApplicationSource`` (``ExplicitType``), ``util/app/discovery``,
``reposerver/repository`` (``getPotentiallyValidManifestFile``).
"""

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from exporter.declared.argocd.destinations import Cluster
from exporter.declared.argocd.entries import has_kustomization
from exporter.declared.argocd.rules import Rules
from exporter.declared.argocd.tools import (
    helm_options,
    kustomize_options,
    overridden,
    tool_of,
)
from exporter.declared.checkout import Checkout
from exporter.declared.globs import match_any
from exporter.declared.located import LocatedTree
from exporter.declared.options import NotPlannedError
from exporter.declared.rendered import LeftOut, Render, Rendered
from exporter.declared.repositories import Further, Home, Standing
from exporter.domain.declaration import ApplicationSource, DeclaredApplication
from exporter.domain.errors import ReadError
from exporter.domain.finding import Subject
from exporter.domain.items import ItemState

SKIP = b"+argocd:skip-file-rendering"
ASK = "name Argo CD's API in observed.argocd: it tells what it renders"
NAME_IT = "if that is this cluster, name it in cluster.destinations"
SAY_WHICH = (
    "if that is this repository, set repository.url to the address that Applications name; else "
    "name a checkout of it in declared.repositories"
)


def delivers(source: ApplicationSource) -> bool:
    """Tell whether a source has objects: one that others only refer to has none."""
    return bool(source.path or source.chart or not source.reference)


def elsewhere(
    application: DeclaredApplication, options: LocatedTree, *, cluster: Cluster
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


def not_here(
    source: ApplicationSource, options: LocatedTree, *, home: Home, further: Further | None = None
) -> LeftOut | None:
    """Return why neither the checkout nor the *further* one holds what a source deploys, if so.

    Charts of registries lie elsewhere in any case.
    """
    if source.packed:
        return None
    if further is not None:
        home = further.home
    elif not source.local:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployer:
    """Argo CD as it renders sources of one repository, which is *home*.

    *homes* are all repositories that others of an Application's sources may refer to.
    """

    home: Home
    render: Render
    homes: Sequence[Home] = ()
    rules: Rules = field(default_factory=Rules)


async def render_source(
    application: DeclaredApplication, options: LocatedTree, *, index: int, deployer: Deployer
) -> Rendered:
    """Return what a local source renders to; *options* is the source as it is declared.

    What is rendered in a way that is not known here is left out as a whole. Raises
    :exc:`ReadError` where the options are malformed, or the files cannot be listed.
    """
    source, checkout = application.sources[index], deployer.home.checkout
    if source.packed:
        return await _chart(application, options, index=index, deployer=deployer)
    path = source.path
    options = overridden(options, path, key=application.key, checkout=checkout)
    tool = tool_of(options, path, checkout)
    if tool == "helm":
        return await _chart(application, options, index=index, deployer=deployer)
    if tool == "kustomize":
        return await _kustomization(application, options, index=index, deployer=deployer)
    if tool == "plugin":
        return _left_out(options, tool, f"{tool} is not run for {path}", advice=ASK)
    if has_kustomization(checkout, path):
        message = f"{path} holds a kustomization, but is read as a plain directory"
        return _left_out(options, "directory", message)
    directory = options.object("directory")
    return await _plain(path, directory, render=deployer.render, checkout=checkout)


async def _chart(
    application: DeclaredApplication, options: LocatedTree, *, index: int, deployer: Deployer
) -> Rendered:
    told = helm_options(application, options, index=index, home=deployer.home, homes=deployer.homes)
    return await deployer.render(application.sources[index].path, options=told)


async def _kustomization(
    application: DeclaredApplication, options: LocatedTree, *, index: int, deployer: Deployer
) -> Rendered:
    try:
        told = kustomize_options(
            application, options, index=index, home=deployer.home, rules=deployer.rules
        )
    except NotPlannedError as error:
        place = options.place_of("kustomize")
        reason = LeftOut(place=place, state=error.state, message=error.message)
        return Rendered(left_out=(reason,))
    return await deployer.render(application.sources[index].path, options=told or None)


def _left_out(options: LocatedTree, key: str, message: str, *, advice: str = "") -> Rendered:
    place = options.place_of(key)
    reason = LeftOut(place=place, state=ItemState.NOT_RENDERED, message=message, advice=advice)
    return Rendered(left_out=(reason,))


async def _plain(
    path: str, directory: LocatedTree, *, render: Render, checkout: Checkout
) -> Rendered:
    """Render a directory of manifests, of which ``include`` and ``exclude`` choose files."""
    recurse = directory.flag("recurse")
    include, exclude = directory.text("include"), directory.text("exclude")
    rendered = await render(path, recurse=recurse)

    @cache  # a file may hold thousands of manifests
    def takes(file: str) -> bool:
        name = posixpath.relpath(file, path)
        if exclude and match_any(exclude, name):
            return False
        return (not include or match_any(include, name)) and not _skips(file, checkout)

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


def _skips(file: str, checkout: Checkout) -> bool:
    """Tell whether a file says by its text that it shall not be rendered."""
    try:
        return checkout.is_file(file) and SKIP in checkout.read_bytes(file)
    except ReadError:
        return False


def _jsonnets(path: str, *, recurse: bool, checkout: Checkout) -> Iterator[str]:
    top = "" if path == "." else path
    for one in checkout.files(path, suffixes=(".jsonnet",)):
        if recurse or posixpath.dirname(one) == top:
            yield one


def _jsonnet(file: str, checkout: Checkout, directory: LocatedTree) -> LeftOut:
    return LeftOut(
        place=checkout.place(directory.place.source, file, 1),
        state=ItemState.NOT_RENDERED,
        message="jsonnet is not evaluated",
        subject=Subject("File", "", file),
    )
