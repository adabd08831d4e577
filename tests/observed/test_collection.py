import pytest

from exporter.domain.declaration import WorkloadKey
from exporter.domain.errors import ParseError
from exporter.observed.autoscalers import Scaling
from exporter.observed.collection import Collection
from exporter.observed.kinds import KINDS, KindSpec
from exporter.observed.kinds.daemon_set import KIND as DAEMON_SET
from exporter.observed.kinds.deployment import KIND as DEPLOYMENT
from exporter.observed.kinds.horizontal_pod_autoscaler import KIND as HORIZONTAL_POD_AUTOSCALER
from exporter.observed.kinds.node import KIND as NODE
from exporter.observed.kinds.rollout import KIND as ROLLOUT
from exporter.observed.kinds.scaled_object import KIND as SCALED_OBJECT
from exporter.observed.kinds.stateful_set import KIND as STATEFUL_SET
from exporter.observed.odd import OddObjectError

METADATA = b'"metadata": {"name": "scan", "namespace": "api", "resourceVersion": "%d"}'


def scaler(maximum: int, *, version: int) -> bytes:
    spec = b'"spec": {"scaleTargetRef": {"name": "scan-api"}, "maxReplicaCount": %d}' % maximum
    return b"{%s, %s}" % (METADATA % version, spec)


def test_an_object_takes_the_place_of_its_older_version_whatever_comes_first() -> None:
    collection = Collection(SCALED_OBJECT)

    collection.put(scaler(5, version=2))
    collection.put(scaler(9, version=1))

    target = WorkloadKey("api", "Deployment", "scan-api")
    assert collection.fold.contents() == {
        WorkloadKey("api", "ScaledObject", "scan"): Scaling(target=target, minimum=0, maximum=5)
    }


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"[]", id="no object"),
        pytest.param(b"{}", id="no metadata"),
        pytest.param(b'{"metadata": {"name": "\xff"}}', id="undecodable"),
        pytest.param(b'{"x": ' + b"[" * 99_999, id="nested"),
    ],
)
def test_what_is_no_object_of_its_kind_is_a_parse_error(kind: KindSpec, raw: bytes) -> None:
    with pytest.raises(ParseError):
        Collection(kind).put(raw)


@pytest.mark.parametrize("kind", [one for one in KINDS if one is not NODE])
def test_an_object_whose_namespace_nobody_can_tell_has_no_name(kind: KindSpec) -> None:
    raw = b'{"metadata": {"name": "scan", "namespace": 5}, "spec": {}}'

    for take in (Collection(kind).put, Collection(kind).remove):
        with pytest.raises(ParseError) as caught:
            take(raw)
        assert not isinstance(caught.value, OddObjectError)


def test_a_node_has_no_namespace() -> None:
    collection = Collection(NODE)

    assert collection.remove(b'{"metadata": {"name": "a", "namespace": 5}}') is False
    with pytest.raises(OddObjectError):
        collection.put(b'{"metadata": {"name": "a", "namespace": 5}, "spec": {}}')


DELETED = b'{"metadata": {"name": "%s", "namespace": "api", "resourceVersion": "%d"}}'
SPECS = {
    DEPLOYMENT: b'{"replicas": 1}',
    STATEFUL_SET: b'{"replicas": 1}',
    DAEMON_SET: b'{"template": {}}',
    HORIZONTAL_POD_AUTOSCALER: b'{"scaleTargetRef": {"name": "x"}, "maxReplicas": 1}',
    ROLLOUT: b'{"replicas": 1}',
    SCALED_OBJECT: b'{"scaleTargetRef": {"name": "x"}}',
}


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_an_object_of_every_kind_can_go(kind: KindSpec) -> None:
    collection = Collection(kind)
    raw = b'{%s, "spec": %s}' % (METADATA % 1, SPECS.get(kind, b"{}"))

    assert collection.put(raw)
    assert len(collection) == 1
    assert not collection.remove(DELETED % (b"other", 2))
    assert collection.remove(DELETED % (b"scan", 2))
    assert len(collection) == 0
    assert not collection.put(raw)


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("raw", [b"", b"[]", b'{"metadata": {}}', b'{"x": ' + b"[" * 99_999])
def test_what_has_no_name_cannot_go(kind: KindSpec, raw: bytes) -> None:
    with pytest.raises(ParseError):
        Collection(kind).remove(raw)
