"""The repository of a cluster of the suite: what it declares, and its commits."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from tests.trust.objects import Object, written

URL = "https://git.example.org/shop.git"
NAMESPACE = "shop"
_AUTHOR = {
    "GIT_AUTHOR_NAME": "tests",
    "GIT_AUTHOR_EMAIL": "tests@example.org",
    "GIT_COMMITTER_NAME": "tests",
    "GIT_COMMITTER_EMAIL": "tests@example.org",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
}


def application(name: str, *, path: str = "", automated: bool = True, **spec: Any) -> Object:
    """Return an Application that deploys a directory of this repository."""
    policy = {"syncPolicy": {"automated": {"prune": True, "selfHeal": True}}} if automated else {}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": "argocd"},
        "spec": {
            "project": "default",
            "source": {"repoURL": URL, "path": path or f"apps/{name}", "targetRevision": "main"},
            "destination": {"server": "https://kubernetes.default.svc", "namespace": NAMESPACE},
            **policy,
            **spec,
        },
    }


def workload(
    kind: str, name: str, *, image: str = "", replicas: int | None = 3, **spec: Any
) -> Object:
    """Return a workload with one container; a DaemonSet has no *replicas*."""
    labels = {"app": name}
    container = {"name": name, "image": image or f"{name}:1", "ports": [{"containerPort": 8080}]}
    counted = {} if replicas is None else {"replicas": replicas}
    service = {"serviceName": name} if kind == "StatefulSet" else {}
    return {
        "apiVersion": "argoproj.io/v1alpha1" if kind == "Rollout" else "apps/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {
            **counted,
            **service,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
            **spec,
        },
    }


def service(name: str) -> Object:
    """Return the Service of a workload."""
    ports = [{"port": 80, "targetPort": 8080, "protocol": "TCP"}]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"selector": {"app": name}, "ports": ports},
    }


@lru_cache(maxsize=256)
def _parsed(text: str) -> str:
    """Return the documents of a file; Argo CD leaves alone what it cannot read."""
    try:
        return json.dumps(list(yaml.load_all(text, Loader=yaml.CSafeLoader)))
    except yaml.YAMLError:
        return "[]"


@dataclass(slots=True)
class Code:
    """A checkout of the repository on disk, as git-sync has it."""

    root: Path

    def begin(self, files: Mapping[str, list[Object]], *, now: datetime) -> None:
        """Make the repository, with its first commit."""
        self.root.mkdir(parents=True)
        self._git("init", "--quiet", "--initial-branch=main", now=now)
        self._git("remote", "add", "origin", URL, now=now)
        for path, contents in files.items():
            self.write(path, contents)
        self.commit("begin", now=now)

    def write(self, path: str, contents: list[Object]) -> None:
        """Write a file of manifests; without any it is removed."""
        file = self.root / path
        if not contents:
            file.unlink()
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(yaml.safe_dump_all(contents), encoding="utf-8")

    def read(self, path: str) -> list[Object]:
        """Return the manifests below a directory, or in a file."""
        top = self.root / path
        files = [top] if top.is_file() else sorted(top.glob("*.yaml"))
        found = [one for file in files for one in json.loads(_parsed(file.read_text())) if one]
        return [one for one in found if "kind" in one]

    def commit(self, message: str, *, now: datetime, amend: bool = False) -> None:
        """Commit all there is."""
        self._git("add", "--all", now=now)
        more = ("--amend",) if amend else ()
        self._git("commit", "--quiet", "--allow-empty", *more, "-m", message, now=now)

    def checkout(self, revision: str, *, now: datetime) -> None:
        """Let the branch stand for another commit."""
        self._git("reset", "--quiet", "--hard", revision, now=now)

    @property
    def head(self) -> str:
        """The commit that the branch stands for."""
        return (self.root / ".git/refs/heads/main").read_text().strip()

    def _git(self, *arguments: str, now: datetime) -> None:
        dates = {"GIT_AUTHOR_DATE": written(now), "GIT_COMMITTER_DATE": written(now)}
        environment = {"PATH": os.environ["PATH"], **_AUTHOR, **dates}
        subprocess.run(("git", "-C", str(self.root), *arguments), check=True, env=environment)
