"""Charts that the settings name as a place of Applications, and how somebody installs them.

No Application of the repository deploys such a chart: a person, a script or Terraform does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from exporter.declared.argocd.entries import CHART
from exporter.declared.checkout import Checkout
from exporter.declared.kinds import is_declaration
from exporter.declared.options import HelmOptions
from exporter.declared.rendered import LeftOut, Manifest, Rendered
from exporter.domain.items import ItemState
from exporter.domain.provenance import Source
from exporter.settings.charts import RootChart

DEFAULT = "root"
"""The release of a chart that is the whole repository, where the settings say none."""


def installed(
    paths: Iterable[str], roots: Iterable[RootChart], checkout: Checkout
) -> Mapping[str, HelmOptions]:
    """Return by path how charts are installed; one of which nobody says it, as it is."""
    known = {one.path.strip("/"): one for one in roots}
    return {path: _options(path, known.get(path), checkout) for path in paths}


def with_applications(rendered: Rendered, options: HelmOptions | None) -> Rendered:
    """Return what a chart *rendered* to, and that more values are wanted where it makes nothing."""
    silent = not (rendered.failures or rendered.left_out)
    if options is None or not silent or any(map(_declares, rendered.manifests)):
        return rendered
    reason = LeftOut(
        place=options.place,
        state=ItemState.UNRESOLVED,
        message="the Helm chart makes no Application with the values that are known here",
        advice="say with which values it is installed in declared.charts.roots",
    )
    return replace(rendered, left_out=(reason,))


def _declares(manifest: Manifest) -> bool:
    return is_declaration(manifest.content)


def _options(path: str, root: RootChart | None, checkout: Checkout) -> HelmOptions:
    root = root or RootChart(path=path)
    return HelmOptions(
        owner="",
        release=root.release or path.rpartition("/")[2] or DEFAULT,
        namespace=root.namespace,
        value_files=tuple(f"/{one}" for one in root.values),
        place=checkout.place(Source.ARGOCD, f"{path}/{CHART}".lstrip("/"), 1),
    )
