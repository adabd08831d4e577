"""What Terraform declares, evaluated as far as that can be done without running it."""

from exporter.declared.terraform.read import read

__all__ = ["read"]
