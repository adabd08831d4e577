"""Charts that the settings name as a place of Applications, and how somebody installs them.

No Application of the repository deploys such a chart: a person, a script or Terraform does.
"""

from collections.abc import Iterable, Mapping

from exporter.declared.argocd.entries import CHART
from exporter.declared.checkout import Checkout
from exporter.declared.options import HelmOptions
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


def _options(path: str, root: RootChart | None, checkout: Checkout) -> HelmOptions:
    root = root or RootChart(path=path)
    return HelmOptions(
        owner="",
        release=root.release or path.rpartition("/")[2] or DEFAULT,
        namespace=root.namespace,
        value_files=tuple(f"/{one}" for one in root.values),
        place=checkout.place(Source.ARGOCD, f"{path}/{CHART}".lstrip("/"), 1),
    )
