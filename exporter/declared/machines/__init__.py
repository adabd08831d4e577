"""What configures machines or makes them: Cluster API, kOps, Karpenter, Talos, RKE2, k3s, kubeadm.

Source: see each module.
"""

import asyncio

from exporter.declared.reader import NODES, Inputs, Reader
from exporter.domain.declaration import Reading
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.provenance import Source
from exporter.settings.model import Settings


def _facts(settings: Settings) -> frozenset[type]:
    return frozenset({DeclaredNodes} if settings.declared.machines else ())


async def _read(inputs: Inputs) -> Reading:
    from exporter.declared.machines.reader import read  # noqa: PLC0415 - only workers read

    return await asyncio.to_thread(
        read,
        inputs.loaded.settings.declared.machines,
        checkout=inputs.checkout,
        cluster=inputs.loaded.cluster.name,
    )


READER = Reader(source=Source.MACHINES, layers=NODES, facts=_facts, read=_read)
