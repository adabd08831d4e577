"""Every metric family that an evaluation becomes, by what it is about.

A family is a function with the decorator ``family`` in one of these modules: it is exposed, and
stands in ``docs/metrics.md``, without another line.
"""

from exporter.metrics.families import (
    applications,
    cloud,
    findings,
    monitoring,
    nodes,
    process,
    scores,
    sources,
    waivers,
    watches,
    workloads,
)
from exporter.metrics.family import Family

_MODULES = (
    applications,
    cloud,
    findings,
    monitoring,
    nodes,
    process,
    scores,
    sources,
    waivers,
    watches,
    workloads,
)
_FOUND = (
    value for module in _MODULES for value in vars(module).values() if isinstance(value, Family)
)
FAMILIES: tuple[Family, ...] = tuple(sorted(_FOUND, key=lambda family: family.name))
"""All families by name, the order in which Prometheus' own clients expose them."""
