"""Go templates as far as their outcome can be told from the data alone."""

from exporter.declared.argocd.gotemplate.syntax import UnsupportedError
from exporter.declared.argocd.gotemplate.template import render
from exporter.declared.argocd.gotemplate.values import from_json, normalise_name, to_text

__all__ = ["UnsupportedError", "from_json", "normalise_name", "render", "to_text"]
