from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from exporter.domain.writers import Writer
from exporter.observed.managedfields import DumpedWriters, entries_of_list, writer_of, writers

AT = "2026-11-12T14:02:00Z"
EDIT = Writer("kubectl-edit", "Update", datetime(2026, 11, 12, 14, 2, tzinfo=UTC))
FIELDS: dict[str, Any] = {
    "f:metadata": {"f:annotations": {".": {}, "f:eks.amazonaws.com/role-arn": {}}},
    "f:rules": {},
    "f:spec": {
        "f:replicas": {},
        "f:externalIPs": {},
        "f:ports": {'k:{"port":22,"protocol":"TCP"}': {".": {}, "f:port": {}}},
        "f:template": {
            "f:spec": {
                "f:hostNetwork": {},
                "f:containers": {
                    'k:{"name":"api"}': {
                        "f:image": {},
                        "f:env": {'k:{"name":"X"}': {".": {}, "f:value": {}}},
                        "f:securityContext": {"f:privileged": {}},
                    },
                    'k:{"name":"miner"}': {".": {}, "f:image": {}, "f:name": {}},
                },
                "f:volumes": {'k:{"name":"h"}': {".": {}, "f:hostPath": {"f:path": {}}}},
            }
        },
    },
}
POD = "/spec/template/spec"


def entry(name: str = "kubectl-edit", at: str = AT, **more: Any) -> dict[str, Any]:
    return {"manager": name, "operation": "Update", "time": at, "fieldsV1": FIELDS, **more}


def written(*entries: Any) -> bytes:
    return msgspec.json.encode(entries)


@pytest.mark.parametrize(
    "pointer",
    [
        "/spec/replicas",
        "/spec/externalIPs",
        "/spec/ports/22:TCP",
        "/spec/ports/22:TCP/port",
        f"{POD}/hostNetwork",
        f"{POD}/containers/api/image",
        f"{POD}/containers/api/env/X",
        f"{POD}/containers/api/securityContext/privileged",
        f"{POD}/containers/miner",
        f"{POD}/volumes/h/hostPath",
        "/metadata/annotations/eks.amazonaws.com~1role-arn",
        "/rules/0/verbs",
    ],
)
def test_who_wrote_a_field_or_what_it_lies_in_is_known(pointer: str) -> None:
    assert writer_of(written(entry()), pointer) == EDIT


@pytest.mark.parametrize(
    "pointer",
    [
        "/spec/paused",
        "/spec/ports/80:TCP",
        "/spec/ports/22:UDP",
        f"{POD}/containers/other/image",
        f"{POD}/containers/api/args",
        "/metadata/labels/a",
        "/data/key",
    ],
)
def test_nobody_wrote_what_no_client_names(pointer: str) -> None:
    assert writer_of(written(entry()), pointer) is None


def test_of_several_the_last_counts() -> None:
    late = entry("kubectl-patch", "2026-11-12T15:00:00Z", subresource="scale")

    found = writer_of(written(entry(), late, entry("x", "")), "/spec/replicas")

    assert str(found) == "kubectl-patch, Update of scale, 2026-11-12 15:00"


def test_whoever_wrote_a_field_counts_before_who_wrote_what_it_lies_in() -> None:
    """As a real server keeps both, of ``securityContext: {}`` and a field added to it."""
    pod: dict[str, Any] = {"f:template": {"f:spec": {"f:securityContext": {}}}}
    added: dict[str, Any] = {
        "f:template": {"f:spec": {"f:securityContext": {".": {}, "f:runAsUser": {}}}}
    }
    deployer = entry("argocd", "2026-11-12T15:00:00Z", fieldsV1={"f:spec": pod})
    managed = written(entry(fieldsV1={"f:spec": added}), deployer)

    assert writer_of(managed, f"{POD}/securityContext/runAsUser") == EDIT


def test_a_name_is_a_short_line_whatever_a_client_calls_itself() -> None:
    found = writer_of(written(entry("a\nb\x1b[31m" + "x" * 500)), "/spec/replicas")

    assert found is not None
    assert found.manager.startswith("a b [31m")
    assert len(found.manager) == 128


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"5",
        b"null",
        b"[{}]",
        b'[{"fieldsV1":5}]',
        b'[{"fieldsV1":{"f:spec":5}}]',
        b'[{"fieldsV1":{"f:spec":{"k:nope":{}}}}]',
    ],
)
def test_what_makes_no_sense_tells_of_nobody(body: bytes) -> None:
    assert writer_of(body, "/spec/replicas/x") is None


def test_of_a_list_there_must_be_one_object() -> None:
    one = {"metadata": {"name": "a", "managedFields": [entry()]}}

    single = entries_of_list(msgspec.json.encode({"items": [one]}))

    assert writers(single, ("/spec/replicas",)) == {"/spec/replicas": EDIT}
    assert entries_of_list(msgspec.json.encode({"items": [one, one]})) == []
    assert entries_of_list(b"[") == []


def test_the_many_pods_of_a_dump_keep_little_and_leave_room_for_others() -> None:
    dumped = DumpedWriters()

    for number in range(20_000):
        dumped.take(an_object(f"pod-{number}"), "Pod", "v1")
    dumped.take(an_object("shop"), "Deployment", "apps/v1")

    kept = dumped.fact().by_object
    assert 0 < sum(key.kind == "Pod" for key in kept) < 10_000
    assert [key.name for key in kept if key.kind != "Pod"] == ["shop"]


def an_object(name: str) -> msgspec.Raw:
    metadata = {"name": name, "namespace": "shop", "managedFields": [entry()]}
    return msgspec.Raw(msgspec.json.encode({"metadata": metadata}))
