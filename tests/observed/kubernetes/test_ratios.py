"""What our own way of reading a list is worth, as ratios within one run."""

import gc
import time
import tracemalloc
from collections.abc import Callable

import msgspec
import pytest
from kubernetes.client import ApiClient

from exporter.observed.kinds.pod import KIND as POD
from exporter.observed.kubernetes.content import Content
from exporter.observed.kubernetes.messages import event_reader, parse_page
from tests.apiserver.load import Size, fill
from tests.apiserver.store import Store

ROUNDS = 5
NODES = 199  # so many that no two pods of a workload share one: nothing folds


def page(pods: int) -> bytes:
    """Return a list of pods as an API server sends it, with all that the typed models ask for."""
    store = Store()
    fill(store, Size(nodes=NODES, pods=pods))
    items = store.objects("pods")
    for item in items:
        item["metadata"]["ownerReferences"][0]["uid"] = item["metadata"]["uid"]
        for status in item["status"]["containerStatuses"]:
            status.update(image="registry.example/app:1", imageID="sha256:0", restartCount=0)
    listed = {"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": "1"}}
    return msgspec.json.encode({**listed, "items": items})


def project(body: bytes) -> Content:
    content = Content(POD)
    for raw in parse_page(body, POD).items:
        content.put(raw)
    return content


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


@pytest.fixture(scope="module")
def typed() -> Callable[[bytes], object]:
    """Read a list as the models of the Kubernetes client."""
    client = ApiClient()
    return lambda body: client.deserialize(body.decode(), "V1PodList", "application/json")


def test_a_list_costs_an_eighth_of_the_clients_typed_models_at_most(
    typed: Callable[[bytes], object],
) -> None:
    body = page(300)
    project(body)
    typed(body)

    spent = [(seconds(lambda: project(body)), seconds(lambda: typed(body))) for _ in range(ROUNDS)]

    ours, theirs = (min(figures) for figures in zip(*spent, strict=True))
    assert theirs >= 8 * ours


def test_an_event_costs_little_more_for_the_managed_fields_of_its_pod() -> None:
    store = Store()
    fill(store, Size(nodes=NODES, pods=300))
    whole, less = [], []
    for version in store.of("pods").at(store.number):
        whole.append(b'{"type":"ADDED","object":%b}' % version.write(b"{"))
        pod = msgspec.json.decode(whole[-1])
        del pod["object"]["metadata"]["managedFields"]
        less.append(msgspec.json.encode(pod))
    read = event_reader(POD)

    def reading(lines: list[bytes]) -> float:
        return seconds(lambda: [read(line) for line in lines])

    spent = [(reading(whole), reading(less)) for _ in range(4 * ROUNDS)]

    with_them, without = (min(figures) for figures in zip(*spent, strict=True))
    assert sum(map(len, whole)) > 4 * sum(map(len, less))
    assert with_them <= 2.5 * without


def test_a_pod_takes_no_more_than_seven_tenths_of_a_kibibyte() -> None:
    count = 6000
    body = page(count)
    project(body)
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()

        content = project(body)
        facts = content.collection.fold.contents()
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert sum(facts.per_namespace.values()) == count
    assert (after - before) / count <= 0.7 * 1024
