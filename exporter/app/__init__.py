"""The composition root: settings become readers, checks, a loop and a server."""

from exporter.app.conformance import Conformance, check_once, declare_once
from exporter.app.service import ServeOptions, serve

__all__ = ["Conformance", "ServeOptions", "check_once", "declare_once", "serve"]
