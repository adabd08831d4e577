"""Directories of Terragrunt and Terraform Stacks, which are not read yet.

Source: Terragrunt, "Configuration"; Terraform, "Stacks" (component and deployment files).
"""

import posixpath

from exporter.declared.checkout import Checkout
from exporter.declared.terraform.language.values import Origin
from exporter.declared.terraform.module import file_names
from exporter.declared.terraform.other_resources import OtherResources

TOOLS = {
    "terragrunt.hcl": "Terragrunt",
    "terragrunt.hcl.json": "Terragrunt",
    "terragrunt.stack.hcl": "Terragrunt",
    ".tfcomponent.hcl": "Terraform Stacks",
    ".tfcomponent.json": "Terraform Stacks",
    ".tfdeploy.hcl": "Terraform Stacks",
    ".tfdeploy.json": "Terraform Stacks",
    ".tfstack.hcl": "Terraform Stacks",
    ".tfstack.json": "Terraform Stacks",
}
"""How the files end by which a tool other than Terraform itself knows its directories."""


def list_beside(checkout: Checkout, directory: str, other_resources: OtherResources) -> None:
    """List *directory* if another tool works in it, too; raises :exc:`ReadError`."""
    for name in file_names(checkout, directory, tuple(TOOLS)):
        _list(posixpath.join(directory, name), other_resources)


def list_below(checkout: Checkout, directory: str, other_resources: OtherResources) -> bool:
    """List all directories below that other tools work in; return whether there are any.

    Raises :exc:`ReadError`.
    """
    found = checkout.files(directory, suffixes=TOOLS)
    for path in found:
        _list(path, other_resources)
    return bool(found)


def _list(path: str, other_resources: OtherResources) -> None:
    tool = next(tool for ending, tool in TOOLS.items() if path.endswith(ending))
    directory, _, name = path.rpartition("/")
    other_resources.unknown(directory, f"{name} ({tool})", at=Origin(path, 0))
