import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

REFERENCE = Path(__file__).parents[2] / "examples" / "reference-cluster"
SNAPSHOT = REFERENCE / "snapshot"


def items(kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((SNAPSHOT / f"{kind}.json").read_bytes())["items"]
    return found


def test_the_snapshot_is_what_its_program_writes(tmp_path: Path) -> None:
    program = REFERENCE / "make_snapshot.py"

    subprocess.run([sys.executable, "-B", program, tmp_path], check=True)

    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_bytes() for path in SNAPSHOT.iterdir()}


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        pytest.param("nodes", 14, id="nodes"),
        pytest.param("applications", 7, id="applications"),
        pytest.param("horizontalpodautoscalers", 0, id="no autoscalers"),
        pytest.param("ingresses", 0, id="no ingresses"),
    ],
)
def test_the_snapshot_counts_what_the_report_counted(kind: str, count: int) -> None:
    assert len(items(kind)) == count


def test_every_api_pod_waits_for_its_image_on_its_own_node() -> None:
    pods = [one for one in items("pods") if one["metadata"]["namespace"] == "api"]

    per_node = Counter(pod["spec"]["nodeName"] for pod in pods)
    reasons = {pod["status"]["containerStatuses"][0]["state"]["waiting"]["reason"] for pod in pods}

    assert len(pods) == 22
    assert per_node.pop("k8s-api-scan") == 4
    assert set(per_node.values()) == {3}
    assert reasons == {"ImagePullBackOff", "ErrImagePull"}


def test_no_two_pods_share_a_name_or_an_address() -> None:
    pods = items("pods")

    names = Counter((pod["metadata"]["namespace"], pod["metadata"]["name"]) for pod in pods)
    addresses = Counter(
        pod["status"]["podIP"] for pod in pods if not pod["spec"].get("hostNetwork")
    )

    assert max(names.values()) == 1
    assert max(addresses.values()) == 1
