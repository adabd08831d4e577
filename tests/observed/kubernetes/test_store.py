from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from exporter.domain.applications import ObservedApplications
from exporter.domain.clock import Instant
from exporter.domain.errors import Reason
from exporter.domain.gaps import Extent, Gap
from exporter.domain.nodes import ObservedNodes
from exporter.domain.provenance import Source
from exporter.domain.watches import Restart
from exporter.domain.workloads import ObservedAutoscalers, ObservedPods, ObservedWorkloads
from exporter.observed.kinds import FACTS, KindSpec, kinds_for
from exporter.observed.kinds.application import KIND as APPLICATION
from exporter.observed.kinds.daemon_set import KIND as DAEMON_SET
from exporter.observed.kinds.deployment import KIND as DEPLOYMENT
from exporter.observed.kinds.node import KIND as NODE
from exporter.observed.kinds.pod import KIND as POD
from exporter.observed.kinds.rollout import KIND as ROLLOUT
from exporter.observed.kinds.scaled_object import KIND as SCALED_OBJECT
from exporter.observed.kinds.stateful_set import KIND as STATEFUL_SET
from exporter.observed.kubernetes.content import Content
from exporter.observed.kubernetes.errors import WatchError
from exporter.observed.kubernetes.reliance import Reliance, reliance
from exporter.observed.kubernetes.store import Store
from tests.clocks import SETTINGS, Time

START = Instant(datetime(2025, 11, 12, 5, 30, tzinfo=UTC), 0.0)
MAX_AGE = timedelta(minutes=5)
ALL = tuple(FACTS)


def store(kind: KindSpec, namespace: str = "", *, listed: bool = True) -> Store:
    found = Store(kind, namespace)
    if listed:
        found.replace(Content(kind), at=START.boot)
    return found


def everything() -> dict[KindSpec, list[Store]]:
    return {kind: [store(kind)] for kind in kinds_for(ALL)}


def judge(stores: dict[KindSpec, list[Store]], *, after: timedelta = timedelta()) -> Reliance:
    return reliance(stores, ALL, at=START + after, max_age=MAX_AGE)


def messages(found: Reliance, fact: type) -> list[str]:
    return [gap.message for gap in found.gaps.get(fact, ())]


def failed(restart: Restart = Restart.CUT, reason: Reason = Reason.UNAVAILABLE) -> WatchError:
    return WatchError("the connection broke", restart=restart, reason=reason)


def test_what_is_listed_and_recent_has_no_gap() -> None:
    assert judge(everything()) == Reliance(frozenset())


def test_data_older_than_allowed_is_known_but_cannot_be_relied_on() -> None:
    stores = everything()
    late = MAX_AGE + timedelta(seconds=1)
    for kind, (one,) in stores.items():
        if kind is not NODE:
            one.note_events(events=1, at=(START + late).boot, changed=False)
    stores[NODE][0].interrupted(failed())

    found = judge(stores, after=late)

    assert messages(found, ObservedNodes) == [
        "nodes: last seen at 2025-11-12T05:30:00+00:00, which is too long ago; the connection broke"
    ]
    assert not found.absent
    assert set(found.gaps) == {ObservedNodes}


@SETTINGS
def test_data_is_too_old_by_its_age_however_the_wall_clock_is_set(setting: timedelta) -> None:
    stores, time = everything(), Time(boot=START.boot)
    time.set_wall(setting)

    time.go_on(MAX_AGE)
    fresh = reliance(stores, ALL, at=time.now, max_age=MAX_AGE)
    time.go_on(timedelta(seconds=1))
    old = reliance(stores, ALL, at=time.now, max_age=MAX_AGE)

    assert not fresh.gaps
    assert set(old.gaps) == set(ALL)


def test_an_interruption_is_no_gap_as_long_as_the_data_is_recent() -> None:
    stores = everything()
    stores[NODE][0].interrupted(failed())

    assert judge(stores, after=MAX_AGE) == Reliance(frozenset())


def test_one_kind_of_workloads_that_is_not_known_leaves_the_others_alone() -> None:
    stores = everything()
    stores[DAEMON_SET] = [store(DAEMON_SET, listed=False)]

    found = judge(stores)

    extent = Extent(kinds=frozenset({"DaemonSet"}))
    gap = Gap(Source.KUBERNETES, "daemonsets.apps: not listed yet", extent)
    assert found.unseen == {ObservedWorkloads: {"DaemonSet"}}
    assert found.gaps == {ObservedWorkloads: (gap,)}


def test_without_any_kind_of_workloads_there_is_no_fact_of_them() -> None:
    stores = everything()
    kinds = (DEPLOYMENT, STATEFUL_SET, DAEMON_SET, ROLLOUT)
    for kind in kinds:
        stores[kind] = [store(kind, listed=False)]

    found = judge(stores)

    assert found.absent == {ObservedWorkloads}
    assert len(found.gaps[ObservedWorkloads]) == len(kinds)
    assert not found.unseen


def test_one_kind_of_autoscalers_is_not_enough() -> None:
    stores = everything()
    stores[SCALED_OBJECT] = [store(SCALED_OBJECT, listed=False)]

    found = judge(stores)

    assert found.absent == {ObservedAutoscalers}
    assert messages(found, ObservedAutoscalers) == ["scaledobjects.keda.sh: not listed yet"]


def test_one_namespace_that_is_not_known_is_enough_for_a_gap() -> None:
    stores = everything()
    stores[POD] = [store(POD, "api"), store(POD, "web", listed=False)]

    found = judge(stores)

    assert found.absent == {ObservedPods}
    assert messages(found, ObservedPods) == ["pods in namespace web: not listed yet"]


def test_a_kind_that_is_not_installed_is_known_and_not_listed_again_and_again() -> None:
    found = store(APPLICATION, listed=False)

    found.interrupted(failed(Restart.ABSENT, Reason.MISSING))
    found.mark_absent(at=START.boot)
    revision = found.revision
    found.mark_absent(at=(START + MAX_AGE).boot)

    assert found.settled
    assert not found.installed
    assert found.trouble is None
    assert found.revision == revision
    assert found.gap(at=START + (2 * MAX_AGE), max_age=MAX_AGE) == ""
    stores = {**everything(), APPLICATION: [found]}
    assert ObservedApplications not in judge(stores).gaps


@pytest.mark.parametrize(
    ("restart", "reason", "told"),
    [
        pytest.param(Restart.CUT, Reason.UNAVAILABLE, True, id="cut"),
        pytest.param(Restart.ENDED, Reason.TIMEOUT, False, id="ended as agreed"),
        pytest.param(Restart.EXPIRED, Reason.MISSING, False, id="expired"),
        pytest.param(Restart.ABSENT, Reason.MISSING, True, id="a kind of Kubernetes itself"),
    ],
)
def test_only_what_should_not_be_is_a_failure(
    *, restart: Restart, reason: Reason, told: bool
) -> None:
    found = store(NODE)

    found.interrupted(failed(restart, reason))

    assert (found.trouble is not None) is told
    assert bool(found.errors) is told
    assert found.restarts[restart] == 1


def test_a_failure_is_over_when_a_watch_tells_something() -> None:
    found = store(NODE)
    found.interrupted(failed())

    found.note_events(events=1, at=START.boot, changed=False)

    assert found.trouble is None


def odd_nodes(names: str) -> Store:
    found = store(NODE)
    assert found.content is not None
    for name in names:
        raw = b'{"metadata":{"name":"%s"},"spec":5}' % name.encode()
        found.content.put(msgspec.Raw(raw))
    return found


def test_objects_that_make_no_sense_are_failures_that_name_a_few_and_no_gap() -> None:
    found = odd_nodes("abcd")

    (failure,) = found.failures

    assert found.gap(at=START, max_age=MAX_AGE) == ""
    assert failure.message.startswith("Node a cannot be read: spec: Expected `object")
    assert failure.message.endswith(" and 1 more")
    assert "Node d" not in failure.message


def test_objects_without_a_name_are_a_gap_of_their_kind() -> None:
    found = store(NODE)
    assert found.content is not None

    found.content.put(msgspec.Raw(b'{"metadata":{}}'))

    gap = found.gap(at=START, max_age=MAX_AGE)
    assert gap.startswith("nodes: 1 without a name that can be read, the last one: Object missing")


def test_errors_count_objects_that_make_no_sense_over_all_lists() -> None:
    found = odd_nodes("ab")

    found.replace(Content(NODE), at=START.boot)
    assert found.content is not None
    found.content.put(msgspec.Raw(b'{"metadata":{"name":"c"},"spec":5}'))

    assert found.count_errors() == {Reason.MALFORMED: 3}
