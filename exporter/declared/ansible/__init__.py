"""What Ansible says of nodes: an inventory, its variables, and the tasks of playbooks."""

from exporter.declared.ansible.reader import read

__all__ = ["read"]
