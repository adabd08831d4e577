"""Charts, rendered by helm itself as Argo CD has it do so: a plan, a run, and what came of it."""

from exporter.declared.helm.archives import Archives
from exporter.declared.helm.charts import ChartCache, Charts
from exporter.declared.helm.renderer import ChartRenderer

__all__ = ["Archives", "ChartCache", "ChartRenderer", "Charts"]
