"""Ansible Vault: what is encrypted with it is never decrypted."""

from exporter.foreign.yaml import Opaque

VAULT_HEADER = b"$ANSIBLE_VAULT;"
VAULTED = "is encrypted with Ansible Vault"
VAULT_ADVICE = (
    "keep what describes nodes out of the vault, or encrypt single values "
    "(ansible-vault encrypt_string); no vault password is ever used"
)


def is_secret(value: object) -> bool:
    """Tell whether *value* is encrypted, as YAML or as ``ansible-inventory`` show it."""
    return isinstance(value, Opaque) or (isinstance(value, dict) and "__ansible_vault" in value)
