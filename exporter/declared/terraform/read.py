"""Reads what Terraform declares: directories of ``.tf``, states and plans."""

import asyncio
import posixpath
from collections.abc import Sequence

from exporter.declared.checkout import Checkout
from exporter.declared.terraform.collector import Collector
from exporter.declared.terraform.expand import Expansion
from exporter.declared.terraform.language.evaluate import evaluate
from exporter.declared.terraform.project import Project
from exporter.declared.terraform.state import MAX_STATE, read_state
from exporter.declared.terraform.variables import read_variables
from exporter.domain.declaration import Reading
from exporter.domain.errors import ReadError
from exporter.domain.provenance import Source
from exporter.settings.model import TerraformSettings


async def read(settings: Sequence[TerraformSettings], *, checkout: Checkout) -> Reading:
    """Return what all declarations say; what cannot be read of them is in it as failures."""
    readings = [await asyncio.to_thread(parse, one, checkout=checkout) for one in settings]
    return Reading(
        source=Source.TERRAFORM,
        nodes=tuple(node for one in readings for node in one.nodes),
        unresolved=tuple(notice for one in readings for notice in one.unresolved),
        failures=tuple(failure for one in readings for failure in one.failures),
        complete=all(one.complete for one in readings),
    )


def parse(settings: TerraformSettings, *, checkout: Checkout) -> Reading:
    """Return what one declaration says; whether it is a directory or a state shows by itself."""
    collector = Collector(checkout=checkout, settings=settings)
    path = posixpath.normpath(settings.path)
    path = "" if path == "." else path
    try:
        if checkout.is_dir(path) or path.endswith((".tf", ".tofu")):
            _read_directory(path, collector)
        else:
            read_state(checkout.read_bytes(path, limit=MAX_STATE), path, collector)
    except ReadError as error:
        collector.fail(error, part=settings.path)
    return collector.reading()


def _read_directory(path: str, collector: Collector) -> None:
    """Evaluate a root module with the values that its ``.tfvars`` files give."""
    project = Project(checkout=collector.checkout, root=path)
    module = project.module(path)
    bare = project.bare_scope()
    given, failures = read_variables(
        collector.checkout,
        path,
        extra=collector.settings.variables,
        evaluate=lambda expression: evaluate(expression, bare),
    )
    for failure in failures:
        collector.add_failure(failure)
    Expansion(project=project, collector=collector).run(module, project.scope(module, given.get))
