"""The readers of declarations, one line each."""

from collections.abc import Mapping
from typing import Final

from exporter.declared import ansible, argocd, inventory, kustomize, machines, terraform
from exporter.declared.reader import Reader
from exporter.domain.provenance import Source

READERS: Final[Mapping[Source, Reader]] = {
    one.source: one
    for one in (
        terraform.READER,
        ansible.READER,
        machines.READER,
        argocd.READER,
        kustomize.READER,
        inventory.READER,
    )
}
