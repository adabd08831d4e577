"""What workers read and what this process reads is compared by fingerprints of one key."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from exporter.declared.declare import Declarations, here
from exporter.declared.reader import Inputs, Reader
from exporter.declared.wire import work
from exporter.domain.declaration import Reading
from exporter.domain.errors import ReadError, Reason
from exporter.foreign.clock import SYSTEM
from exporter.settings.load import load

URL = "https://git.example.org/main.git"
SETTINGS = f"""\
repository: {{path: main, url: {URL}}}
declared: {{argocd: [applications]}}
observed: {{snapshot: snapshot}}
"""
APPLICATION = f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: shop, namespace: argocd}}
spec:
  destination: {{server: https://kubernetes.default.svc, namespace: web}}
  source: {{repoURL: {URL}, path: shop}}
"""
CONFIG_MAP: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "shop", "namespace": "web"},
    "data": {"greeting": "hello"},
}


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """The settings of a repository whose one Application delivers a ConfigMap."""
    for folder in ("main/applications", "main/shop", "snapshot"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "main/applications/shop.yaml").write_text(APPLICATION)
    (tmp_path / "main/shop/map.json").write_text(json.dumps(CONFIG_MAP))
    (tmp_path / "conformance.yaml").write_text(SETTINGS)
    return tmp_path / "conformance.yaml"


def verdict(settings: Path, greeting: str) -> str:
    """Return what the command finds of the ConfigMap where it bears this *greeting*."""
    running = CONFIG_MAP | {"data": {"greeting": greeting}}
    items = {"apiVersion": "v1", "kind": "ConfigMapList", "items": [running]}
    (settings.parent / "snapshot" / "configmaps.json").write_text(json.dumps(items))
    command = (sys.executable, "-m", "exporter", "check", "-c", str(settings), "--format", "json")
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    found = json.loads(done.stdout)["findings"]
    (verdict,) = (one["verdict"] for one in found if one["check"] == "object_spec")
    return str(verdict)


def test_what_a_worker_reads_of_a_config_map_is_compared_with_what_is_running(
    settings: Path,
) -> None:
    assert verdict(settings, "hello") == "pass"
    assert verdict(settings, "good bye") == "fail"


async def test_a_worker_with_another_key_refuses_to_read(settings: Path) -> None:
    orders: list[bytes] = []

    async def note(reader: Reader, inputs: Inputs) -> Reading:
        orders.append(work.write(reader, inputs))
        return await here(reader, inputs)

    await Declarations(load(settings), run=note).read(at=SYSTEM.now())
    order = msgspec.msgpack.decode(orders[0])
    other = msgspec.msgpack.encode(order | {"of_nothing": "sha256:00000000"})

    assert (await work.do(orders[0], b""))[0]
    with pytest.raises(ReadError, match="another key") as caught:
        await work.do(other, b"")

    assert caught.value.reason is Reason.INTERNAL
