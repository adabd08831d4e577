"""Secrets come in everywhere, and go out nowhere: all that leaves the process is searched.

Each secret is planted as a canary of its own, so that a test that fails names what leaked.
"""

import asyncio
import base64
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import bcrypt
import pytest

from exporter.app.views import PATHS, files
from exporter.report.texts import Lang
from exporter.report.writers import Form
from exporter.runtime.server import application
from tests.apiserver.kubeconfig import write_kubeconfig
from tests.apiserver.rbac import allow
from tests.apiserver.server import ApiServer
from tests.e2e.reference import Json, Reference
from tests.runtime.certificates import Authority

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
USER = "scraper"
Answer = tuple[int, bytes]


@dataclass
class Canaries:
    """Secrets by the place where each was planted."""

    planted: dict[str, str] = field(default_factory=dict)

    def plant(self, place: str) -> str:
        """Return a secret that is nowhere else; the name of its place is no part of it."""
        secret = f"cnry{len(self.planted):02d}{os.urandom(8).hex()}"
        self.planted[place] = secret
        return secret

    def found(self, output: bytes) -> set[str]:
        """Return the places whose secrets stand in *output*, plain or encoded."""
        return {
            place
            for place, secret in self.planted.items()
            if any(form in output for form in _forms(secret))
        }


def _forms(secret: str) -> set[bytes]:
    """Return a secret as it is, in hexadecimal, and in base64 wherever it may begin in it."""
    plain = secret.encode()
    shifted = (base64.b64encode(b"\0" * shift + plain) for shift in range(3))
    return {plain, plain.hex().encode(), plain[::-1], *(one[4:-4] for one in shifted)}


def test_a_canary_is_found_however_it_is_encoded() -> None:
    canaries = Canaries()
    secret = canaries.plant("here")

    for form in (secret, quote(secret), base64.b64encode(f"user:{secret}".encode()).decode()):
        assert canaries.found(f"<{form}>".encode()) == {"here"}
    assert canaries.found(b"nothing") == set()


@dataclass(frozen=True, slots=True)
class World:
    """The reference cluster with secrets in it, and the files that the exporter is started with."""

    reference: Reference
    canaries: Canaries
    password: str
    bearer: str
    environment: dict[str, str]

    @property
    def root(self) -> Path:
        return self.reference.root


@pytest.fixture
def world(reference: Reference) -> World:
    canaries = Canaries()
    world = World(
        reference,
        canaries,
        password=canaries.plant("the password of basic authentication"),
        bearer=canaries.plant("the token of the kubeconfig"),
        environment={"GITHUB_TOKEN": canaries.plant("the environment of the process")},
    )
    _into_terraform(world)
    _into_ansible(world)
    _into_manifests(world)
    _into_git(world)
    _into_settings(world)
    _into_web_configuration(world)
    return world


def _append(world: World, path: str, text: str) -> None:
    file = world.root / "repository" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as opened:
        opened.write(text)


def _into_terraform(world: World) -> None:
    plant = world.canaries.plant
    variable = f"""
variable "database_password" {{
  type      = string
  sensitive = true
  default   = "{plant("the default of a sensitive variable")}"
}}
variable "api_key" {{
  type      = string
  sensitive = true
}}
"""
    _append(world, "terraform/variables.tf", variable)
    _append(
        world,
        "terraform/terraform.tfvars",
        f'\napi_key = "{plant("a sensitive variable in tfvars")}"\n',
    )
    output = """
output "key" {
  sensitive = true
  value     = "${var.api_key}${var.database_password}"
}
"""
    _append(world, "terraform/outputs.tf", output)


def _into_ansible(world: World) -> None:
    plant = world.canaries.plant
    vaulted = plant("the text of a vault").encode().hex()
    _append(
        world,
        "ansible/inventory/group_vars/all.yml",
        f"""
admin_password: {plant("a variable of all hosts")}
admin_token: !vault |
  $ANSIBLE_VAULT;1.1;AES256
  {vaulted}
""",
    )
    whole = plant("a file that is a vault").encode().hex()
    _append(
        world,
        "ansible/playbooks/secrets.yml",
        f"$ANSIBLE_VAULT;1.1;AES256\n{whole}\n",
    )
    play = f"""
- name: Log in
  hosts: master
  vars_files: [secrets.yml]
  vars:
    registry_password: {plant("a variable of a play")}
  environment:
    REGISTRY_TOKEN: {plant("the environment of a play")}
  tasks:
    - name: Log in to the registry
      no_log: true
      ansible.builtin.command: docker login --password {plant("the command of a task")} ghcr.io
    - name: Make a secret
      ansible.builtin.command: >-
        kubectl create secret generic a
        --from-literal=a={plant("a secret that a task makes")} --token={{{{ registry_password }}}}
"""
    _append(world, "ansible/playbooks/label-nodes.yml", play)


def _into_manifests(world: World) -> None:
    plant = world.canaries.plant
    encoded = base64.b64encode(plant("data of a Secret").encode()).decode()
    secret = f"""
apiVersion: v1
kind: Secret
metadata:
  name: database
  annotations:
    note: {plant("an annotation of a Secret")}
data:
  password: {encoded}
stringData:
  token: {plant("stringData of a Secret")}
"""
    _append(world, "k8s/base/secret.yaml", secret)
    literals = f"""  - secret.yaml
secretGenerator:
  - name: generated
    literals:
      - key={plant("a literal of a secretGenerator")}
"""
    _append(world, "k8s/base/kustomization.yaml", literals)
    world.reference.edit(
        "repository/k8s/base/deployment.yaml",
        "          imagePullPolicy: Always\n",
        """          imagePullPolicy: Always
          env:
            - name: DATABASE_PASSWORD
              valueFrom: {secretKeyRef: {name: database, key: password}}
            - name: LOG_LEVEL
              value: info
""",
    )


def _as_it_is(_: World) -> None:
    """Lay nothing more."""


def _into_overlay(world: World) -> None:
    """Let a kustomization copy what Git keeps into an image, by a path under a tag."""
    _append(
        world,
        "kustomization.yaml",
        """
resources: [copying.yaml]
configMapGenerator:
  - name: copied
    files: [!hidden "config=.git/config"]
replacements:
  - source: {kind: ConfigMap, name: copied, fieldPath: data.config}
    targets:
      - select: {kind: Deployment}
        fieldPaths: ["spec.template.spec.containers.[name=main].image"]
""",
    )
    deployment = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: copying, namespace: default}
spec:
  selector: {matchLabels: {app: copying}}
  template:
    metadata: {labels: {app: copying}}
    spec: {containers: [{name: main, image: "main:1"}]}
"""
    _append(world, "copying.yaml", deployment)
    world.reference.edit("conformance.yaml", "\n  argocd:", "\n  kustomize: ['.']\n  argocd:")


def _into_git(world: World) -> None:
    """Make the checkout one of Git, whose remote has a password in its address."""
    repository = world.root / "repository"
    remote = world.canaries.plant("the address of a Git remote")
    author = ("-c", "user.name=a", "-c", "user.email=a@b.test")
    for arguments in (
        ("init", "--quiet", "--initial-branch", "main"),
        ("remote", "add", "origin", f"https://bot:{remote}@github.com/example/infrastructure.git"),
        ("add", "--all"),
        (*author, "commit", "--quiet", "--message", world.canaries.plant("a commit message")),
    ):
        subprocess.run(["git", "-C", repository, *arguments], check=True, capture_output=True)


def _into_settings(world: World) -> None:
    """Follow a live cluster and a monitoring stack, all with tokens; take the commit from Git."""
    text = world.reference.settings.read_text()
    text = re.sub(r"^  (revision|reference|url): .*\n", "", text, flags=re.MULTILINE)
    live = f"""  kubernetes: {{kubeconfig: kubeconfig}}
  prometheus: {{url: "http://127.0.0.1:9", token_file: prometheus-token}}
  alertmanager:
    url: "http://127.0.0.1:9"
    basic_auth: {{username: a, password_file: alertmanager-password}}
  grafana:
    url: "http://127.0.0.1:9"
    token_file: grafana-token
    headers: {{X-Tenant: {world.canaries.plant("a header in the settings")}}}
"""
    text = re.sub(r"^  snapshot: .*\n", live, text, flags=re.MULTILINE)
    world.reference.settings.write_text(text)
    for name in ("prometheus-token", "alertmanager-password", "grafana-token"):
        (world.root / name).write_text(world.canaries.plant(f"the file {name}") + "\n")


def _into_web_configuration(world: World) -> None:
    hashed = bcrypt.hashpw(world.password.encode(), bcrypt.gensalt(4)).decode()
    world.canaries.planted["the hash of the password"] = hashed
    authority = Authority()
    pair = authority.issue("server")
    pair.write(world.root, "server")
    world.canaries.planted["the key of the server"] = pair.key.decode().splitlines()[1]
    (world.root / "ca.crt").write_bytes(authority.certificate)
    (world.root / "web.yml").write_text(
        "tls_server_config: {cert_file: server.crt, key_file: server.key}\n"
        f"basic_auth_users: {{{USER}: '{hashed}'}}\n"
    )


def _into_cluster(world: World, api: ApiServer) -> None:
    """Put secrets where a cluster has them: in annotations and in the values of env."""
    plant = world.canaries.plant
    env = [
        {"name": "DATABASE_PASSWORD", "value": plant("an env value of a Deployment")},
        {"name": "LOG_LEVEL", "value": plant("an env value that is declared otherwise")},
    ]
    argument = plant("an argument of a container")

    def annotate(document: Json, what: str) -> None:
        applied = json.dumps({"spec": plant(f"last-applied-configuration of {what}")})
        document["metadata"].setdefault("annotations", {}).update(
            {LAST_APPLIED: applied, "note": plant(f"an annotation of {what}")}
        )

    def pod(document: Json) -> None:
        annotate(document, f"the Pod {document['metadata']['name']}")
        document["spec"]["containers"][0]["env"] = env

    def deployment(document: Json) -> None:
        annotate(document, f"the Deployment {document['metadata']['name']}")
        container = document["spec"]["template"]["spec"]["containers"][0]
        container["env"] = env
        container["args"] = [f"--password={argument}"]

    changes = {"pods": pod, "deployments": deployment}
    for what in ("nodes", "pods", "deployments", "applications", "services"):
        for one in api.objects(what):
            metadata = one["metadata"]
            edit = changes.get(what, lambda document, what=what: annotate(document, what))
            api.change(what, metadata["name"], metadata.get("namespace", ""), edit=edit)


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "exporter", *arguments, "--log.level", "debug"]


def _run(world: World, *arguments: str) -> bytes:
    """Return all that a command says, on both ways."""
    done = subprocess.run(
        [*_command(*arguments), "--config.file", str(world.reference.settings)],
        env={**os.environ, **world.environment},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode in {0, 1, 3}, done.stderr
    return done.stdout + done.stderr


class Serving:
    """The exporter as it serves, and what its clients were told."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.log = world.root / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [
                    *_command("serve", "--config.file", str(world.reference.settings)),
                    *("--web.config.file", str(world.root / "web.yml")),
                    *("--web.listen-address", "127.0.0.1:0", "--web.enable-lifecycle"),
                    *("--web.probe-address", "127.0.0.1:0", "--log.format", "json"),
                ],
                env={**os.environ, **world.environment},
                stdout=log,
                stderr=log,
            )
        self.public = self._address("https")
        self.probes = self._address("http")
        self._context = ssl.create_default_context(cafile=str(world.root / "ca.crt"))

    def _address(self, scheme: str) -> str:
        for _ in range(600):
            found = re.search(rf" ({scheme}://[\d.]+:\d+)", self.log.read_text())
            if found:
                return found[1]
            time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def ask(self, url: str, method: str = "GET", password: str = "", **headers: str) -> Answer:
        """Return the status and all bytes of an answer."""
        given = base64.b64encode(f"{USER}:{password or self.world.password}".encode()).decode()
        request = urllib.request.Request(url, method=method, headers=headers)
        request.add_header("Authorization", f"Basic {given}")
        try:
            with urllib.request.urlopen(request, timeout=30, context=self._context) as answer:
                return answer.status, bytes(answer.headers) + answer.read()
        except urllib.error.HTTPError as error:
            return error.code, bytes(error.headers) + error.read()

    def until_ready(self) -> None:
        """Wait until everything that can be has been looked at."""
        for _ in range(600):
            if self.ask(f"{self.probes}/-/ready")[0] == 200:
                return
            time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def stop(self) -> bytes:
        """End it as Kubernetes does; return all that it logged."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=30) == 0
        return self.log.read_bytes()


def _routes() -> set[str]:
    """Return all paths that the exporter serves, whoever added them."""
    app = application(_Nothing(), telemetry_path="/metrics", views=PATHS, files=files())
    return {resource.canonical for resource in app.router.resources()}


class _Nothing:
    published = None
    stale = False
    stands_still = False


PARTICULAR = {
    "/docs/{folder}": "/docs/checks",
    "/docs/{folder}/{name}": "/docs/checks/node_present",
    "/subject/{kind}/{name}": "/subject/Node/k8s-worker-ai",
    "/subject/{kind}/{namespace}/{name}": "/subject/Application/argocd/ecoeco-api-scan",
}
"""One address of each route that stands for many."""


def _addresses() -> Iterator[str]:
    yield from (PARTICULAR.get(one, one) for one in sorted(_routes()))
    for form in Form:
        yield from (f"/report?format={form}&lang={lang}" for lang in Lang)


def _served(world: World) -> bytes:
    """Serve, ask for everything with secrets in the request, reload; return all that was said."""
    asked = world.canaries.plant("a query")
    cookie = world.canaries.plant("a Cookie")
    serving = Serving(world)
    try:
        serving.until_ready()
        outputs = []
        for path in _addresses():
            status, answer = serving.ask(serving.public + path, Cookie=f"session={cookie}")
            assert status == 200, (path, answer)
            outputs.append(answer)
        strange = [
            serving.ask(f"{serving.public}/nowhere?token={asked}"),
            serving.ask(serving.public, password=world.canaries.plant("a wrong password")),
            serving.ask(f"{serving.public}/metrics?{asked}", "DELETE"),
        ]
        assert [status for status, _ in strange] == [404, 401, 405]
        assert serving.ask(f"{serving.public}/-/reload", "POST")[0] == 200
        unknown = world.canaries.plant("a value under an unknown key of the settings")
        with world.reference.settings.open("a") as settings:
            settings.write(f"\ntoken: {unknown}\n")
        status, problems = serving.ask(f"{serving.public}/-/reload", "POST")
        assert status == 500
        assert b"token: unknown key" in problems
        outputs += [problems, *(answer for _, answer in strange)]
        return b"".join([*outputs, serving.stop()])
    finally:
        serving.process.kill()
        serving.process.wait()


@pytest.mark.skipif(shutil.which("git") is None, reason="wants git")
@pytest.mark.parametrize(
    ("lay", "expected"),
    [
        pytest.param(_as_it_is, b"/env/LOG_LEVEL", id="planted"),
        pytest.param(_into_overlay, b"the tag !hidden may hide", id="copied-by-kustomize"),
    ],
)
async def test_no_secret_leaves_the_process(
    world: World, lay: Callable[[World], None], expected: bytes
) -> None:
    lay(world)
    commands: list[tuple[Any, ...]] = [
        *(("check", "--format", form) for form in ("table", "json")),
        *(("declared", "--format", form) for form in ("table", "json")),
        ("report", "--format", "markdown"),  # the others are served, below
    ]
    async with ApiServer() as api:
        api.load_snapshot(world.root / "snapshot")
        _into_cluster(world, api)
        api.access.grant("viewer", [allow("list watch", "*", group="*")], bearer=world.bearer)
        write_kubeconfig(world.root / "kubeconfig", url=api.url, token=world.bearer)

        with ThreadPoolExecutor(2) as pool:
            loop = asyncio.get_running_loop()
            running = [loop.run_in_executor(pool, _run, world, *one) for one in commands]
            outputs = dict(zip(commands, await asyncio.gather(*running), strict=True))
            outputs["serve",] = await loop.run_in_executor(pool, _served, world)
        seen = {entry.resource for entry in api.log if entry.status == 200}

    assert {"nodes", "pods", "deployments", "applications"} <= seen
    assert expected in outputs["check", "--format", "json"]
    leaks = {" ".join(command): world.canaries.found(output) for command, output in outputs.items()}
    assert {command: found for command, found in leaks.items() if found} == {}
