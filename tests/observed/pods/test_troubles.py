from typing import Any

import msgspec
import pytest

from exporter.domain.declaration import WorkloadKey
from exporter.domain.podtroubles import ImageTrouble, PodRestarts, PodTroubles, Restart
from exporter.observed.lenient import read
from exporter.observed.pods.fold import PodFold
from exporter.observed.pods.records import PodRecord
from exporter.observed.pods.troubles import MAX_SEEN
from exporter.observed.records import Metadata

OWNER = WorkloadKey("shop", "StatefulSet", "web")
T0, T1 = 1762920000.0, 1762920060.0
AT = {T0: "2025-11-12T04:00:00Z", T1: "2025-11-12T04:01:00Z"}


def container(restarts: int = 0, ended: float = 0, reason: str = "Error", **more: Any) -> Any:
    last = {"terminated": {"reason": reason, "finishedAt": AT[ended]}} if ended else {}
    return {"name": "c", "restartCount": restarts, "lastState": last, "state": {}, **more}


def pod(*containers: Any, name: str = "web-0", **status: Any) -> PodRecord:
    owners = [{"kind": OWNER.kind, "name": OWNER.name, "controller": True}]
    content = {
        "metadata": {"name": name, "namespace": "shop", "ownerReferences": owners},
        "spec": {"nodeName": "a"},
        "status": {"phase": "Running", "containerStatuses": [*containers], **status},
    }
    return read(msgspec.json.encode(content), PodRecord).record


def folded(*pods: PodRecord) -> PodTroubles:
    fold = PodFold()
    for one in pods:
        fold.put(one)
    return fold.contents().troubles


def test_pods_that_are_well_tell_nothing() -> None:
    assert folded(pod(container()), pod(container(), name="web-1")) == PodTroubles()


def test_a_pod_that_restarted_before_it_was_seen_tells_of_the_last_time() -> None:
    found = folded(pod(container(7, T0, "OOMKilled"), startTime=AT[T0]))

    assert found.restarts == {OWNER: (PodRestarts(T0, 7, (Restart(T0, 1, "OOMKilled"),)),)}


def test_each_further_restart_is_counted_when_it_is_seen() -> None:
    found = folded(pod(container(1, T0)), pod(container(4, T1, "Completed")))

    ((known,),) = found.restarts.values()
    assert known.total == 4
    assert known.seen == (Restart(T0, 1, "Error"), Restart(T1, 3, "Completed"))


def test_the_same_number_of_restarts_is_no_news() -> None:
    fold = PodFold()

    assert fold.put(pod(container(1, T0)))
    assert not fold.put(pod(container(1, T0)))
    assert fold.contents().troubles is fold.contents().troubles


def test_another_pod_of_the_same_name_begins_anew() -> None:
    found = folded(pod(container(5, T0)), pod(container(1, T1)))

    ((known,),) = found.restarts.values()
    assert (known.total, known.seen) == (1, (Restart(T1, 1, "Error"),))


def test_of_several_containers_the_one_counts_that_ended_last() -> None:
    found = folded(pod(container(1, T1, "OOMKilled"), container(2, T0)))

    ((known,),) = found.restarts.values()
    assert (known.total, known.seen[-1].reason) == (3, "OOMKilled")


def test_init_containers_count_as_well() -> None:
    found = folded(pod(container(), initContainerStatuses=[container(2, T0)]))

    ((known,),) = found.restarts.values()
    assert known.total == 2


def test_so_many_restarts_are_kept_apart_and_no_more() -> None:
    found = folded(*(pod(container(number, T0)) for number in range(1, MAX_SEEN + 5)))

    ((known,),) = found.restarts.values()
    assert (known.total, len(known.seen)) == (MAX_SEEN + 4, MAX_SEEN)


def test_a_restart_that_does_not_tell_when_is_only_counted() -> None:
    found = folded(pod(container(2)))

    ((known,),) = found.restarts.values()
    assert known == PodRestarts(0.0, 2)


def test_a_pod_that_goes_takes_its_troubles_with_it() -> None:
    fold = PodFold()
    fold.put(pod(container(1, T0)))

    fold.remove(Metadata("web-0", "shop"))

    assert fold.contents().troubles == PodTroubles()


@pytest.mark.parametrize("change", [{"phase": "Succeeded"}, {"containerStatuses": [container()]}])
def test_a_pod_that_is_well_again_tells_nothing(change: dict[str, Any]) -> None:
    assert folded(pod(container(1, T0)), pod(**change)) == PodTroubles()


def test_pods_of_one_owner_stand_together_by_name() -> None:
    found = folded(pod(container(1, T0), name="web-1"), pod(container(2, T0), name="web-0"))

    assert [one.total for one in found.restarts[OWNER]] == [2, 1]


def waits(reason: str, message: str) -> Any:
    return container(state={"waiting": {"reason": reason, "message": message}})


@pytest.mark.parametrize(
    ("message", "trouble"),
    [
        (
            "failed to pull and unpack image: failed to authorize: 401 Unauthorized",
            ImageTrouble.DENIED,
        ),
        ("denied: requested access to the resource is denied", ImageTrouble.DENIED),
        ("pull access denied, repository does not exist or may require login", ImageTrouble.DENIED),
        ("unexpected status from HEAD request: 403 Forbidden", ImageTrouble.DENIED),
        ("no basic auth credentials", ImageTrouble.DENIED),
        ("manifest unknown", ImageTrouble.MISSING),
        ("ghcr.io/example/api:v2: not found", ImageTrouble.MISSING),
        ("dial tcp: lookup registry.test: no such host", ImageTrouble.UNREACHABLE),
        ("net/http: TLS handshake timeout", ImageTrouble.UNREACHABLE),
        ("tls: x509: certificate signed by unknown authority", ImageTrouble.UNREACHABLE),
    ],
)
def test_what_the_registry_answered_is_told_apart(message: str, trouble: ImageTrouble) -> None:
    assert folded(pod(waits("ErrImagePull", message))).words == {OWNER: {trouble: 1}}


def test_a_message_that_tells_nothing_tells_nothing() -> None:
    assert folded(pod(waits("ImagePullBackOff", "Back-off pulling image"))) == PodTroubles()


def test_a_message_about_something_else_is_not_about_images() -> None:
    assert folded(pod(waits("CrashLoopBackOff", "back-off: not found"))) == PodTroubles()


def test_the_words_of_the_scheduler_are_kept_and_counted() -> None:
    conditions = [
        {"type": "PodScheduled", "status": "False", "message": "0/3 nodes\nare available"}
    ]

    found = folded(
        pod(phase="Pending", conditions=conditions),
        pod(phase="Pending", conditions=conditions, name="web-1"),
    )

    assert found.words == {OWNER: {"0/3 nodes are available": 2}}


def test_a_pod_that_was_placed_has_no_words_of_the_scheduler() -> None:
    conditions = [{"type": "PodScheduled", "status": "True", "message": "x"}]

    assert folded(pod(phase="Pending", conditions=conditions)) == PodTroubles()


def test_an_evicted_pod_tells_why() -> None:
    found = folded(pod(phase="Failed", reason="Evicted", message="The node was low on memory."))

    assert found.words == {OWNER: {"Evicted: The node was low on memory.": 1}}
    assert folded(pod(phase="Failed", reason="Error", message="x")) == PodTroubles()


@pytest.mark.parametrize(
    "status",
    [
        {"containerStatuses": [container(restartCount="many")]},
        {"containerStatuses": [container(1, lastState={"terminated": {"finishedAt": "never"}})]},
        {"startTime": 3, "message": [], "containerStatuses": [container(1, T0)]},
    ],
)
def test_an_odd_word_takes_nothing_else_with_it(status: dict[str, Any]) -> None:
    fold = PodFold()

    fold.put(pod(**status))

    assert len(fold) == 1
    ((group,),) = fold.contents().by_owner.values()
    assert group.pods == 1


def test_restarts_within_a_window_are_counted() -> None:
    known = PodRestarts(T0 - 100, 9, (Restart(T0, 2), Restart(T1, 3)))

    assert known.since(T1 + 1) == 0
    assert known.since(T1) == 3
    assert known.since(T0) == 5
    assert known.since(T0 - 99) == 5
    assert known.since(T0 - 100) == 9
