import pytest

from exporter.domain.declaration import WorkloadKey
from exporter.domain.errors import ParseError
from exporter.observed.autoscalers import Scaling
from exporter.observed.cluster import Cluster, OddObjectError
from exporter.observed.kinds import Kind

METADATA = b'"metadata": {"name": "scan", "namespace": "api", "resourceVersion": "%d"}'


def scaler(maximum: int, *, version: int) -> bytes:
    spec = b'"spec": {"scaleTargetRef": {"name": "scan-api"}, "maxReplicaCount": %d}' % maximum
    return b"{%s, %s}" % (METADATA % version, spec)


def test_an_object_takes_the_place_of_its_older_version_whatever_comes_first() -> None:
    cluster = Cluster()

    cluster.put(Kind.SCALED_OBJECT, scaler(5, version=2))
    cluster.put(Kind.SCALED_OBJECT, scaler(9, version=1))

    target = WorkloadKey("api", "Deployment", "scan-api")
    assert cluster.scalings.values() == {
        WorkloadKey("api", "ScaledObject", "scan"): Scaling(target=target, minimum=0, maximum=5)
    }


@pytest.mark.parametrize("kind", Kind)
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
def test_what_is_no_object_of_its_kind_is_a_parse_error(kind: Kind, raw: bytes) -> None:
    with pytest.raises(ParseError):
        Cluster().put(kind, raw)


@pytest.mark.parametrize("kind", [one for one in Kind if one is not Kind.NODE])
def test_an_object_whose_namespace_nobody_can_tell_has_no_name(kind: Kind) -> None:
    raw = b'{"metadata": {"name": "scan", "namespace": 5}, "spec": {}}'

    for take in (Cluster().put, Cluster().remove):
        with pytest.raises(ParseError) as caught:
            take(kind, raw)
        assert not isinstance(caught.value, OddObjectError)


def test_a_node_has_no_namespace() -> None:
    cluster = Cluster()

    assert cluster.remove(Kind.NODE, b'{"metadata": {"name": "a", "namespace": 5}}') is False
    with pytest.raises(OddObjectError):
        cluster.put(Kind.NODE, b'{"metadata": {"name": "a", "namespace": 5}, "spec": {}}')


DELETED = b'{"metadata": {"name": "%s", "namespace": "api", "resourceVersion": "%d"}}'
SPECS = {
    Kind.DEPLOYMENT: b'{"replicas": 1}',
    Kind.STATEFUL_SET: b'{"replicas": 1}',
    Kind.DAEMON_SET: b'{"template": {}}',
    Kind.HORIZONTAL_POD_AUTOSCALER: b'{"scaleTargetRef": {"name": "x"}, "maxReplicas": 1}',
    Kind.SCALED_OBJECT: b'{"scaleTargetRef": {"name": "x"}}',
}


@pytest.mark.parametrize("kind", Kind)
def test_an_object_of_every_kind_can_go(kind: Kind) -> None:
    cluster = Cluster()
    raw = b'{%s, "spec": %s}' % (METADATA % 1, SPECS.get(kind, b"{}"))

    assert cluster.put(kind, raw)
    assert len(cluster) == 1
    assert not cluster.remove(kind, DELETED % (b"other", 2))
    assert cluster.remove(kind, DELETED % (b"scan", 2))
    assert len(cluster) == 0
    assert not cluster.put(kind, raw)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("raw", [b"", b"[]", b'{"metadata": {}}', b'{"x": ' + b"[" * 99_999])
def test_what_has_no_name_cannot_go(kind: Kind, raw: bytes) -> None:
    with pytest.raises(ParseError):
        Cluster().remove(kind, raw)
