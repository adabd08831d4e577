"""The composition root: settings become readers, checks, a loop and a server."""

from exporter.app.against import AgainstOptions, Compared, check_against
from exporter.app.conformance import Conformance, check_once, declare_once, join_once
from exporter.app.declared_only import check_declared, judge_declared
from exporter.app.diff import Side, diff
from exporter.app.dump import DumpOptions, dump
from exporter.app.init import Begun, InitOptions, init, without_cluster
from exporter.app.report import overview_of, report_once
from exporter.app.resources import Resource, resources_of
from exporter.app.service import ServeOptions, serve
from exporter.app.web import WebOptions
from exporter.declared.confined import Workers

__all__ = [
    "AgainstOptions",
    "Begun",
    "Compared",
    "Conformance",
    "DumpOptions",
    "InitOptions",
    "Resource",
    "ServeOptions",
    "Side",
    "WebOptions",
    "Workers",
    "check_against",
    "check_declared",
    "check_once",
    "declare_once",
    "diff",
    "dump",
    "init",
    "join_once",
    "judge_declared",
    "overview_of",
    "report_once",
    "resources_of",
    "serve",
    "without_cluster",
]
