"""Argo CD's Applications and ApplicationSets, followed to the workloads that they deliver.

What an ApplicationSet makes is told as Argo CD's own code tells it, as far as the repository alone
decides it. What a cluster or a service would have to be asked for is unresolved, and what Argo CD
would refuse is a failure; neither harms the rest.
"""

from exporter.declared.argocd.addressed import READER
from exporter.declared.argocd.destinations import Cluster
from exporter.declared.argocd.reader import Followed, read
from exporter.declared.repositories import Further, Home

__all__ = ["READER", "Cluster", "Followed", "Further", "Home", "read"]
