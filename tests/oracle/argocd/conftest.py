from tests.declared.argocd.conftest import lay

__all__ = ["lay"]
