"""Writes the snapshot of the reference cluster: what ``kubectl get -A -o json`` said that day.

Run as ``python make_snapshot.py [folder]``. The snapshot states what the cluster was like and is
not derived from the repository beside it: the exporter compares the two.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from found.apis import APIS, api_service, api_workload, application
from found.nodes import NODES, node_object
from found.objects import Object, endpoint_slice, listing
from found.system import static_pods, system_services, system_workloads

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")


def snapshot() -> Iterator[tuple[str, list[Object]]]:
    """Yield the objects of each kind by the plural that kubectl knows it by."""
    workloads = [api_workload(api) for api in APIS] + system_workloads()
    addresses = {node.name: node.address for node in NODES}
    pods = [pod for one in workloads for pod in one.pods(addresses)] + static_pods()
    services = [api_service(api) for api in APIS] + system_services()
    yield "nodes", [node_object(index, node) for index, node in enumerate(NODES)]
    yield "pods", pods
    for kind in WORKLOADS:
        yield f"{kind.lower()}s", [one.object() for one in workloads if one.kind == kind]
    yield "services", services
    yield "endpointslices", [endpoint_slice(one, pods) for one in services]
    yield "applications", [application(api) for api in APIS]
    # Asked for, and there were none: an empty list is knowledge, a missing file is not.
    yield "horizontalpodautoscalers", []
    yield "ingresses", []


def main() -> None:
    """Write one file for each kind."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("snapshot")
    folder.mkdir(exist_ok=True)
    for plural, objects in snapshot():
        (folder / f"{plural}.json").write_text(listing(objects), encoding="utf-8")


if __name__ == "__main__":
    main()
