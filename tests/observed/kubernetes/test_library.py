import json
import subprocess
import sys
from typing import Any

LOAD = """
import json, sys
from exporter.observed.kubernetes import library
client, config = library.modules()
again = library.modules()
print(json.dumps({
    "same": again == (client, config),
    "used": [
        config.kube_config.KubeConfigLoader.__name__,
        config.load_incluster_config.__name__,
        client.Configuration.__name__,
    ],
    "modules": sorted(sys.modules),
}))
"""
BROKEN = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        whole = getattr(sys.modules.get("kubernetes"), "__file__", None)
        if name == "kubernetes.aio.client" and not whole:
            raise ImportError(name)
sys.meta_path.insert(0, Missing())
"""


def loaded(before: str = "") -> Any:
    command = [sys.executable, "-c", before + LOAD]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_no_more_of_the_library_is_imported_than_is_used() -> None:
    told = loaded()

    assert told["same"]
    assert told["used"] == ["KubeConfigLoader", "load_incluster_config", "Configuration"]
    assert not {"requests", "oauthlib", "jsonschema", "kubernetes.client"} & set(told["modules"])


def test_a_library_that_needs_its_parents_is_imported_whole() -> None:
    told = loaded(BROKEN)

    assert told["used"] == ["KubeConfigLoader", "load_incluster_config", "Configuration"]
    assert "kubernetes.client" in told["modules"]
