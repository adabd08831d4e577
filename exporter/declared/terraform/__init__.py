"""What Terraform declares, evaluated as far as that can be done without running it."""

from exporter.declared.reader import NODES, Inputs, Reader
from exporter.domain.cloud import DeclaredCloud
from exporter.domain.declaration import Reading
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.provenance import Source
from exporter.settings.model import Settings


def _facts(settings: Settings) -> frozenset[type]:
    if not settings.declared.terraform:
        return frozenset()
    return frozenset({DeclaredNodes, DeclaredCloud} if settings.observed.cloud else {DeclaredNodes})


async def _read(inputs: Inputs) -> Reading:
    from exporter.declared.terraform.read import read  # noqa: PLC0415 - only workers read

    settings = inputs.loaded.settings
    return await read(
        settings.declared.terraform,
        checkout=inputs.checkout,
        cloud=settings.observed.cloud is not None,
    )


READER = Reader(source=Source.TERRAFORM, layers=NODES, facts=_facts, read=_read)
