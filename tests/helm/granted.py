"""What the rendered roles let the exporter do, and the exporter doing it."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

from tests.apiserver.demo import EXAMPLE
from tests.apiserver.kubeconfig import write_kubeconfig
from tests.apiserver.options import StreamingLists
from tests.apiserver.rbac import Rule, rules_of
from tests.apiserver.server import ApiServer
from tests.helm.rendered import Rendered

COMMIT = "8d1f4c27b6a05e93d2c7f81b4a6e0953c1d7b248"
"""What Argo CD deployed to the reference cluster."""
TOKEN = "of-the-pod"


def granted(rendered: Rendered) -> list[Rule]:
    """Return what the pods' account may do: the rules of all roles that are bound to it."""
    account = {
        "kind": "ServiceAccount",
        "name": rendered.pod["serviceAccountName"],
        "namespace": rendered.one("Deployment")["metadata"]["namespace"],
    }
    rules: list[Rule] = []
    for binding in rendered.all("ClusterRoleBinding") + rendered.all("RoleBinding"):
        assert binding["subjects"] == [account]
        reference, within = binding["roleRef"], binding["metadata"].get("namespace", "")
        (role,) = (
            one
            for one in rendered.all(reference["kind"])
            if one["metadata"]["name"] == reference["name"]
            and one["metadata"].get("namespace", "") == within
        )
        rules += rules_of(role, namespace=within)
    return rules


def allowed(rules: list[Rule]) -> set[tuple[str, str, str, str]]:
    """Return verb, group, resource and namespace of all that rules allow."""
    return {
        (verb, group, resource, rule.namespace)
        for rule in rules
        for verb in rule.verbs
        for group in rule.groups
        for resource in rule.resources
    }


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding as ``check --format json`` prints it."""

    check: str
    name: str
    verdict: str
    detail: str


@dataclass(frozen=True, slots=True)
class Installed:
    """The chart's settings and permissions on a simulated cluster."""

    api: ApiServer
    folder: Path

    @property
    def used(self) -> set[tuple[str, str, str, str]]:
        """Verb, group, resource and namespace of all that was asked for.

        Reviews are apart, and discovery, which everybody may ask for.
        """
        return {
            (one.verb, one.group, one.resource, one.namespace)
            for one in self.api.log
            if one.group != "authorization.k8s.io" and not one.resource.startswith("/")
        }

    async def start(self, *arguments: str, output: int | None = None) -> Process:
        """Start the exporter as the pod does: with its account, and its settings by variable."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("KUBERNETES_")}
        environment = {
            **inherited,
            "KUBECONFIG": str(self.folder / "kubeconfig"),
            "CLUSTER_CONFORMANCE_CONFIG_FILE": str(self.folder / "conformance.yaml"),
        }
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "exporter", *arguments, env=environment, stdout=output
        )

    async def check(self) -> "Judged":
        """Judge once, in a process of its own."""
        process = await self.start("check", "--format", "json", output=PIPE)
        text, _ = await process.communicate()
        printed = json.loads(text)
        findings = tuple(
            Finding(one["check"], one["subject"]["name"], one["verdict"], one["detail"])
            for one in printed["findings"]
        )
        return Judged(findings, {one["source"] for one in printed["sources"] if not one["up"]})


@dataclass(frozen=True, slots=True)
class Judged:
    """What ``check`` found, and the sources that it could not read whole."""

    findings: tuple[Finding, ...]
    down: set[str]

    def having(self, verdict: str) -> set[tuple[str, str]]:
        """Return check and name of all findings with this verdict."""
        return {(one.check, one.name) for one in self.findings if one.verdict == verdict}


@asynccontextmanager
async def installed(
    rendered: Rendered,
    folder: Path,
    *,
    rules: list[Rule] | None = None,
    streaming: StreamingLists = StreamingLists.SERVED,
) -> AsyncIterator[Installed]:
    """Install the chart beside the reference cluster; with *rules* in place of those rendered.

    /git lies in *folder*, as git-sync leaves it; the pod's account is the one of $KUBECONFIG.
    """
    checkout = folder / "git" / ".worktrees" / COMMIT
    copytree(EXAMPLE / "repository", checkout)
    (folder / "git" / "current").symlink_to(checkout)
    settings = folder / "conformance.yaml"
    settings.write_text(rendered.settings.replace("/git/current", str(folder / "git" / "current")))
    async with ApiServer(streaming=streaming) as api:
        api.load_snapshot(EXAMPLE / "snapshot")
        api.access.grant("pod", granted(rendered) if rules is None else rules, bearer=TOKEN)
        write_kubeconfig(folder / "kubeconfig", url=api.url, token=TOKEN)
        yield Installed(api, folder)
