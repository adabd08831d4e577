"""The composition root: settings become readers, checks, a loop and a server."""

from exporter.app.conformance import Conformance, check_once, declare_once, join_once
from exporter.app.dump import DumpOptions, dump
from exporter.app.report import overview_of, report_once
from exporter.app.resources import Resource, resources_of
from exporter.app.service import ServeOptions, serve
from exporter.app.web import WebOptions
from exporter.declared.confined import Workers

__all__ = [
    "Conformance",
    "DumpOptions",
    "Resource",
    "ServeOptions",
    "WebOptions",
    "Workers",
    "check_once",
    "declare_once",
    "dump",
    "join_once",
    "overview_of",
    "report_once",
    "resources_of",
    "serve",
]
