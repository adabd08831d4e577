"""What Ansible declares of nodes: an inventory, its variables, and the tasks of playbooks."""

from exporter.declared.reader import NODES, Inputs, Reader
from exporter.domain.declaration import Reading
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.provenance import Source
from exporter.settings.model import Settings


def _facts(settings: Settings) -> frozenset[type]:
    return frozenset({DeclaredNodes} if settings.declared.ansible else ())


async def _read(inputs: Inputs) -> Reading:
    from exporter.declared.ansible.reader import read  # noqa: PLC0415 - only workers read

    settings = inputs.loaded.settings.declared.ansible
    if settings is None:
        return Reading(source=Source.ANSIBLE)
    return await read(settings, checkout=inputs.checkout)


READER = Reader(source=Source.ANSIBLE, layers=NODES, facts=_facts, read=_read)
