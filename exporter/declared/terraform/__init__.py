"""What Terraform declares, evaluated as far as that can be done without running it."""

from exporter.declared.reader import NODES, Inputs, Reader
from exporter.declared.terraform.read import read
from exporter.domain.declaration import Reading
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.provenance import Source
from exporter.settings.model import Settings


def _facts(settings: Settings) -> frozenset[type]:
    return frozenset({DeclaredNodes} if settings.declared.terraform else ())


async def _read(inputs: Inputs) -> Reading:
    return await read(inputs.loaded.settings.declared.terraform, checkout=inputs.checkout)


READER = Reader(source=Source.TERRAFORM, layers=NODES, facts=_facts, read=_read)

__all__ = ["READER", "read"]
