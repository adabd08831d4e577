"""What Kustomize overlays and directories of plain manifests declare."""

from exporter.declared.kustomize.reader import read
from exporter.declared.kustomize.renderer import Renderer

__all__ = ["Renderer", "read"]
