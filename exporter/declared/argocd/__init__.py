"""Argo CD's Applications and ApplicationSets, followed to the workloads that they deliver.

What an ApplicationSet makes is told as Argo CD's own code tells it, as far as the repository alone
decides it. What a cluster or a service would have to be asked for is unresolved, and what Argo CD
would refuse is a failure; neither harms the rest.
"""

from exporter.declared.reader import OBJECTS, Inputs, Reader
from exporter.domain.applications import DeclaredApplications, ObservedApplicationSets
from exporter.domain.declaration import Reading
from exporter.domain.finding import Layer
from exporter.domain.objects import DeclaredObjects
from exporter.domain.provenance import Source
from exporter.domain.workloads import DeclaredWorkloads
from exporter.settings.model import Settings


def _facts(settings: Settings) -> frozenset[type]:
    given = {
        DeclaredApplications,
        DeclaredObjects,
        DeclaredWorkloads,
        ObservedApplicationSets,
    }
    return frozenset(given if settings.declared.argocd else ())


async def _read(inputs: Inputs) -> Reading:
    from exporter.declared.argocd.addressed import read_inputs  # noqa: PLC0415 - only workers read

    return await read_inputs(inputs)


READER = Reader(
    source=Source.ARGOCD,
    layers=(Layer.GITOPS, *OBJECTS),
    facts=_facts,
    read=_read,
    in_parts=True,
)
