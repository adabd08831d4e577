"""Reads what Terraform declares: directories of ``.tf``, states and plans."""

import asyncio
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import replace

from exporter.declared.checkout import Checkout
from exporter.declared.terraform.cloud.read import read_cloud
from exporter.declared.terraform.collector import Collector
from exporter.declared.terraform.configuration import Configuration
from exporter.declared.terraform.language.evaluate import evaluate
from exporter.declared.terraform.module import module_files
from exporter.declared.terraform.module_expander import ModuleExpander
from exporter.declared.terraform.other_tools import list_below, list_beside
from exporter.declared.terraform.state import MAX_STATE, read_state
from exporter.declared.terraform.variables import read_variables
from exporter.domain.declaration import NodeGap, Reading
from exporter.domain.errors import ReadError
from exporter.domain.provenance import Source
from exporter.settings.declared import TerraformSettings


async def read(
    settings: Sequence[TerraformSettings], *, checkout: Checkout, cloud: bool = False
) -> Reading:
    """Return what all declarations declare, with a failure for what cannot be read of them.

    Resources of a *cloud* are read only where it is looked at.
    """
    readings = [await asyncio.to_thread(parse, setting, checkout=checkout) for setting in settings]
    clouds = [
        await asyncio.to_thread(read_cloud, setting, checkout=checkout)
        for setting in (settings if cloud else ())
    ]
    return Reading(
        source=Source.TERRAFORM,
        nodes=tuple(node for reading in readings for node in reading.nodes),
        groups=tuple(group for reading in readings for group in reading.groups),
        unresolved=tuple(notice for reading in readings for notice in reading.unresolved),
        failures=tuple(failure for reading in readings for failure in reading.failures),
        items=(
            *(item for reading in readings for item in reading.items),
            *({item.subject: item for found in clouds for item in found.items}.values()),
        ),
        gaps=tuple(_in_order(readings)),
        resources=tuple(one for found in clouds for one in found.resources),
        parts=tuple(one for found in clouds for one in found.parts),
        cloud_gaps=tuple(one for found in clouds for one in found.gaps),
        complete=all(reading.complete for reading in readings),
    )


def _in_order(readings: Sequence[Reading]) -> Iterator[NodeGap]:
    """Yield all gaps, each after as many statements as now precede it."""
    before = 0
    for reading in readings:
        yield from (replace(gap, position=before + gap.position) for gap in reading.gaps)
        before += len(reading.nodes)


def parse(settings: TerraformSettings, *, checkout: Checkout) -> Reading:
    """Return what one declaration declares, a directory or a state."""
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
    checkout = collector.checkout
    workspace = collector.settings.workspace
    configuration = Configuration(checkout=checkout, root=path, workspace=workspace)
    expander = ModuleExpander(configuration=configuration, collector=collector)
    if not module_files(checkout, path) and list_below(checkout, path, expander.other_resources):
        expander.other_resources.add_to(collector)
        return
    module = configuration.module(path)
    list_beside(checkout, path, expander.other_resources)
    bare = configuration.bare_scope()
    given = read_variables(
        checkout,
        path,
        extra=collector.settings.variables,
        evaluate=lambda expression: evaluate(expression, bare),
    )
    for failure in given.failures:
        collector.add_variables_failure(failure)
    expander.run(module, configuration.scope(module, given.get))
