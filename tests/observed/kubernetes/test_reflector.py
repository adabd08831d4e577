import pytest

from exporter.domain.applications import ObservedApplications
from exporter.domain.errors import Reason
from exporter.domain.nodes import ObservedNodes
from exporter.domain.state import State
from exporter.domain.watches import Restart, WatchStatus
from exporter.foreign.clock import SYSTEM
from exporter.observed.kinds import FACTS
from exporter.observed.kubernetes.live import Live
from tests.apiserver.faults import (
    Answer,
    ContentType,
    Cut,
    DropBookmarks,
    Duplicate,
    ErrorEvent,
    Fault,
    Garbage,
    Line,
    Reorder,
    Reset,
    Silence,
    Slow,
    Stall,
)
from tests.apiserver.options import StreamingLists
from tests.apiserver.rbac import allow
from tests.apiserver.resources import APPLICATIONS, SCALED_OBJECTS
from tests.apiserver.server import ApiServer
from tests.observed.kubernetes.following import BEARER, As, Following, names, when, when_complete
from tests.observed.kubernetes.objects import application, node


def watch(state: State) -> WatchStatus:
    (found,) = state.watches
    return found


def restarts(state: State) -> dict[Restart, int]:
    return {reason: count for reason, count in watch(state).restarts.items() if count}


async def sees(live: Live, *wanted: str) -> State:
    return await when(live, lambda state: names(state) == set(wanted))


@pytest.mark.parametrize(
    "streaming",
    [
        pytest.param(StreamingLists.OFF, id="switched off"),
        pytest.param(StreamingLists.UNKNOWN, id="too old a server"),
    ],
)
async def test_a_server_without_streaming_lists_is_listed_page_by_page(
    api: ApiServer, following: Following, streaming: StreamingLists
) -> None:
    api.streaming = streaming
    for name in "abcde":
        api.put(node(name))

    async with following(page_items=2) as live:
        await sees(live, *"abcde")
        api.put(node("f"))
        await sees(live, *"abcdef")

    lists = [entry for entry in api.log if (entry.verb, entry.resource) == ("list", "nodes")]
    assert len(lists) == 3


async def test_a_streaming_list_saves_the_pages(api: ApiServer, following: Following) -> None:
    api.put(node("a"))

    async with following() as live:
        state = await sees(live, "a")

    assert not [entry for entry in api.log if (entry.verb, entry.resource) == ("list", "nodes")]
    assert watch(state).lists == 1


async def test_a_stream_that_never_says_that_its_list_is_complete_is_no_list(
    api: ApiServer, following: Following
) -> None:
    api.put(node("a"))
    api.faults.inject(DropBookmarks())

    async with following(quiet=2, stall=0.05) as live:
        await sees(live, "a")

    assert [entry for entry in api.log if (entry.verb, entry.resource) == ("list", "nodes")]


async def test_a_watch_that_ends_goes_on_from_where_it_was(
    api: ApiServer, following: Following
) -> None:
    api.second = 0.01
    api.put(node("a"))

    async with following(watch=(4, 6)) as live:
        await when(live, lambda state: restarts(state).get(Restart.ENDED, 0) >= 3)
        api.put(node("b"))
        state = await sees(live, "a", "b")

    assert watch(state).lists == 1
    assert not state.failures


async def test_the_old_objects_stay_to_be_seen_until_a_new_list_is_complete(
    api: ApiServer, following: Following
) -> None:
    api.streaming = StreamingLists.OFF
    api.replace_all("nodes", [node(name) for name in "abcd"])

    async with following(page_items=1) as live:
        await sees(live, *"abcd")
        api.faults.inject(Answer(500), resource="nodes", verb="watch")
        api.drop_connections()
        await when(live, lambda state: restarts(state).get(Restart.REFUSED))
        stalled = api.faults.inject(Stall(), resource="nodes", verb="list")
        api.replace_all("nodes", [node("e")])
        api.compact()
        api.faults.inject(Stall(), resource="nodes", verb="watch")
        assert names(await live.read(at=SYSTEM.now())) == set("abcd")
        stalled.clear()
        api.faults.clear()
        await sees(live, "e")


@pytest.mark.parametrize(
    "gone",
    [
        pytest.param(ErrorEvent(410, "Expired"), id="as an event"),
        pytest.param(Answer(410), id="as an answer"),
    ],
)
async def test_a_version_that_is_too_old_leads_to_a_new_list(
    api: ApiServer, following: Following, gone: Fault
) -> None:
    api.put(node("a"))
    api.put(node("b"))
    async with following() as live:
        await sees(live, "a", "b")

        api.faults.inject(gone, resource="nodes", verb="watch", times=1)
        api.drop_connections()
        api.delete("nodes", "a")
        api.compact()
        state = await when(live, lambda s: names(s) == {"b"} and watch(s).lists == 2)

    assert restarts(state)[Restart.EXPIRED] >= 1
    assert state.sources[0].errors[Reason.MISSING] == 0


async def test_a_list_whose_token_expires_begins_anew_and_is_never_mixed(
    api: ApiServer, following: Following
) -> None:
    api.streaming = StreamingLists.OFF
    api.replace_all("nodes", [node(name) for name in "abcd"])
    api.faults.inject(Slow(rate=20_000), resource="nodes", verb="list", times=1)

    async with following(page_items=1) as live:
        await api.until(lambda: any(one[:3] == ("list", "", "nodes") for one in api.log))
        api.replace_all("nodes", [node("d"), node("e")])
        api.compact()
        state = await sees(live, "d", "e")

    assert Restart.EXPIRED in restarts(state)


BROKEN_ANSWERS = [
    pytest.param(Cut(after=300), {Restart.CUT, Restart.MALFORMED}, id="cut within a line"),
    pytest.param(Reset(after=300), {Restart.CUT}, id="reset"),
    pytest.param(Reset(), {Restart.CUT}, id="reset before the answer"),
    pytest.param(Garbage(), {Restart.MALFORMED, Restart.CUT}, id="garbage"),
    pytest.param(Answer(500), {Restart.REFUSED}, id="500"),
    pytest.param(Answer(503, retry_after=1), {Restart.REFUSED}, id="503"),
    pytest.param(Answer(429, retry_after=1), {Restart.REFUSED}, id="429"),
    pytest.param(Stall(), {Restart.QUIET}, id="no answer"),
    pytest.param(Silence(), {Restart.QUIET}, id="an answer and no more"),
    pytest.param(Silence(after=300), {Restart.QUIET}, id="silent after a while"),
]
BROKEN_EVENTS = [
    pytest.param(ErrorEvent(500, "InternalError"), {Restart.REFUSED}, id="ERROR event"),
    pytest.param(ErrorEvent(504, "Timeout"), {Restart.REFUSED}, id="too large a version"),
    pytest.param(Line(b'{"type":"MODIFIED"\n'), {Restart.MALFORMED}, id="garbled line"),
    pytest.param(Line(b'{"type":"NEW","object":{}}\n'), {Restart.MALFORMED}, id="unknown event"),
]


async def endures(
    api: ApiServer, following: Following, *, fault: Fault, verb: str, shown_as: set[Restart]
) -> None:
    """Show that what is seen in the end is what the server has."""
    api.replace_all("nodes", [node(name) for name in "abc"])
    api.faults.inject(fault, resource="nodes", verb=verb, times=2)

    async with following(page=0.3) as live:
        await sees(live, "a", "b", "c")
        api.put(node("d"))
        api.delete("nodes", "a")
        await when(live, lambda s: names(s) == set("bcd") and shown_as & restarts(s).keys())


@pytest.mark.parametrize(("fault", "shown_as"), [*BROKEN_ANSWERS, *BROKEN_EVENTS])
async def test_whatever_befalls_a_watch_the_server_is_seen_as_it_is_in_the_end(
    api: ApiServer, following: Following, fault: Fault, shown_as: set[Restart]
) -> None:
    await endures(api, following, fault=fault, verb="watch", shown_as=shown_as)


@pytest.mark.parametrize(("fault", "shown_as"), BROKEN_ANSWERS)
async def test_whatever_befalls_a_list_the_server_is_seen_as_it_is_in_the_end(
    api: ApiServer, following: Following, fault: Fault, shown_as: set[Restart]
) -> None:
    api.streaming = StreamingLists.OFF

    await endures(api, following, fault=fault, verb="list", shown_as=shown_as)


async def test_an_open_watch_that_falls_silent_is_noticed(
    api: ApiServer, following: Following
) -> None:
    api.put(node("a"))
    async with following() as live:
        await sees(live, "a")

        silence = api.faults.inject(Silence(), resource="nodes", verb="watch")
        api.put(node("b"))
        await when(live, lambda state: restarts(state).get(Restart.QUIET))
        silence.clear()
        await sees(live, "a", "b")


async def test_a_watch_that_brings_nothing_at_all_is_not_trusted(
    api: ApiServer, following: Following
) -> None:
    for _ in range(10):
        api.put(node("a"))
    async with following() as live:
        await sees(live, "a")

        await api.restart(keep=False)  # as after a backup was restored: versions begin anew
        api.put(node("b"))
        await sees(live, "b")


async def test_a_server_that_comes_back_is_followed_on_without_another_list(
    api: ApiServer, following: Following
) -> None:
    api.put(node("a"))
    async with following() as live:
        await sees(live, "a")

        await api.stop()
        down = await when(live, lambda s: Restart.UNREACHABLE in restarts(s))
        api.put(node("b"))
        await api.start()
        state = await sees(live, "a", "b")

    assert down.sources[0].failures
    assert down.sources[0].errors[Reason.UNAVAILABLE] >= 1
    assert watch(state).lists == 1


@pytest.mark.parametrize("fault", [Duplicate(), Reorder()], ids=["duplicates", "reordered"])
async def test_duplicates_and_reorderings_are_harmless(
    api: ApiServer, following: Following, fault: Fault
) -> None:
    api.put(node("a"))
    async with following() as live:
        await sees(live, "a")

        api.faults.inject(fault, resource="nodes", verb="watch")
        for version in ("v1", "v2", "v3"):
            api.put(node("a", status={"nodeInfo": {"kubeletVersion": version}}))
        api.put(node("b"))
        api.delete("nodes", "b")
        api.put(node("c"))
        state = await sees(live, "a", "c")

    assert state.facts.get(ObservedNodes).nodes["a"].version == "v3"


async def test_what_lacks_a_permission_says_which_and_leaves_the_rest_alone(
    api: ApiServer, following: Following
) -> None:
    api.put(node("a"))
    api.access.grant("viewer", [allow("list", "nodes")], bearer=BEARER)

    async with following(logins=As(api.url, BEARER)) as live:
        state = await when(live, lambda state: state.failures)
        assert live.complete
        api.access.grant("viewer", [allow("list watch", "nodes")], bearer=BEARER)
        await sees(live, "a")

    (failure,) = state.failures
    assert failure.reason is Reason.FORBIDDEN
    assert failure.message == "nodes is forbidden: grant watch on nodes"
    assert [gap.message for gap in state.facts.gaps[ObservedNodes]] == [
        "nodes is forbidden: grant watch on nodes"
    ]


async def test_who_is_not_known_is_told_so_and_the_credentials_are_renewed(
    api: ApiServer, following: Following
) -> None:
    api.put(node("a"))
    api.access.grant("viewer", [allow("list watch", "nodes")], bearer=BEARER)

    logins = As(api.url, "old")
    async with following(logins=logins) as live:
        state = await when(live, lambda state: state.failures)
        logins.token = BEARER
        await sees(live, "a")

    assert "401" in state.failures[0].message
    assert logins.rejected


async def test_a_token_that_was_deleted_is_the_cause_and_no_kind_that_it_hides(
    api: ApiServer, following: Following
) -> None:
    api.remove(SCALED_OBJECTS.qualified)
    api.access.grant("viewer", [allow("list watch", "nodes")], bearer=BEARER)

    async with following(logins=As(api.url, "deleted"), needed=frozenset(FACTS)) as live:
        state = await when(live, all_refused)

    (failure,) = state.failures
    assert (failure.place.path, failure.reason) == ("", Reason.FORBIDDEN)
    assert failure.message.startswith("the server does not accept our credentials (401)")
    messages = {gap.message for gaps in state.facts.gaps.values() for gap in gaps}
    assert messages == {failure.message}
    assert not any(watch.restarts[Restart.FORBIDDEN] for watch in state.watches)


def all_refused(state: State) -> bool:
    return all(watch.restarts[Restart.UNAUTHORIZED] for watch in state.watches)


async def test_a_kind_that_is_not_installed_is_known_to_have_no_objects(
    api: ApiServer, following: Following
) -> None:
    api.remove("applications")

    async with following(needed=frozenset({ObservedApplications})) as live:
        state = await when_complete(live)
        assert state.facts.get(ObservedApplications).applications == {}
        assert state.sources[0].up
        api.install(APPLICATIONS)
        api.put(application("auth"))
        await when(live, lambda state: state.facts.get(ObservedApplications).applications)


async def test_a_kind_that_goes_takes_its_objects_along(
    api: ApiServer, following: Following
) -> None:
    api.put(application("auth"))
    async with following(needed=frozenset({ObservedApplications})) as live:
        await when_complete(live)

        api.remove("applications")
        await when(live, lambda state: not state.facts.get(ObservedApplications).applications)


async def test_a_server_that_denies_a_kind_only_once_is_not_believed(
    api: ApiServer, following: Following
) -> None:
    api.put(application("auth"))
    async with following(needed=frozenset({ObservedApplications})) as live:
        await when_complete(live)

        api.faults.inject(Answer(404), resource="applications", times=2)
        api.drop_connections()
        state = await when(live, lambda s: watch(s).lists == 2)

    assert state.facts.get(ObservedApplications).applications
    assert watch(state).restarts[Restart.ABSENT] == 2


async def test_a_404_that_is_no_api_servers_is_no_absence(
    api: ApiServer, following: Following
) -> None:
    api.faults.inject(Answer(404), resource="nodes")

    async with following() as live:
        state = await when(live, lambda state: state.failures)

    assert state.facts.find(ObservedNodes) is None
    assert not live.complete


@pytest.mark.parametrize("streaming", StreamingLists)
async def test_an_object_that_makes_no_sense_is_there_and_blinds_no_other(
    api: ApiServer, following: Following, streaming: StreamingLists
) -> None:
    api.streaming = streaming
    api.put(node("a"))
    api.put(node("b", spec={"taints": [{"key": "k", "effect": "Never"}]}))
    api.put(node("c", spec=[]))

    async with following() as live:
        state = await when_complete(live)
        found = state.facts.get(ObservedNodes)
        api.put(node("b"))
        api.put(node("a", spec=[]))
        api.delete("nodes", "c")
        await when(live, lambda state: odd(state) == {"a"} and names(state) == {"b"})

    assert state.facts.gaps == {}
    assert (set(found.nodes), set(found.unreadable)) == ({"a"}, {"b", "c"})
    assert found.unreadable["b"].message.startswith("Node b cannot be read: the taint k has")
    (source,) = state.sources
    assert source.up
    assert source.items["Node"] == 3
    assert source.errors[Reason.MALFORMED] == 2
    assert len(source.failures) == 1


def odd(state: State) -> set[str]:
    nodes = state.facts.find(ObservedNodes)
    return set(nodes.unreadable) if nodes else set()


async def test_an_object_that_is_too_long_for_a_line_is_read_from_a_list(
    api: ApiServer, following: Following
) -> None:
    api.put(node("a", metadata={"annotations": {"long": "x" * 20_000}}))

    async with following(line_bytes=10_000) as live:
        state = await sees(live, "a")

    assert state.sources[0].errors[Reason.TOO_LARGE] >= 1


async def test_pages_that_are_too_long_are_asked_for_with_fewer_objects(
    api: ApiServer, following: Following
) -> None:
    api.streaming = StreamingLists.OFF
    for name in "abc":
        api.put(node(name, metadata={"annotations": {"long": "x" * 2_000}}))

    async with following(page_bytes=4_000) as live:
        state = await sees(live, "a", "b", "c")

    assert state.sources[0].errors[Reason.TOO_LARGE] >= 1


async def test_the_type_of_content_does_not_matter(api: ApiServer, following: Following) -> None:
    api.put(node("a"))
    api.faults.inject(ContentType())

    async with following() as live:
        await sees(live, "a")


async def test_an_overloaded_server_is_asked_again_for_the_page_and_not_for_the_whole_list(
    api: ApiServer, following: Following
) -> None:
    api.streaming = StreamingLists.OFF
    api.replace_all("nodes", [node(name) for name in "abc"])
    slow = api.faults.inject(Slow(rate=20_000), resource="nodes", verb="list", times=1)

    async with following(page_items=1) as live:
        await api.until(lambda: any(one[:3] == ("list", "", "nodes") for one in api.log))
        api.faults.inject(Answer(429, retry_after=1), resource="nodes", verb="list", times=2)
        slow.clear()
        await sees(live, "a", "b", "c")

    statuses = [one.status for one in api.log if (one.verb, one.resource) == ("list", "nodes")]
    assert statuses == [200, 429, 429, 200, 200]


async def test_a_page_that_cannot_be_had_in_other_ways_ends_the_list(
    api: ApiServer, following: Following
) -> None:
    api.streaming = StreamingLists.OFF
    api.replace_all("nodes", [node(name) for name in "abc"])
    slow = api.faults.inject(Slow(rate=20_000), resource="nodes", verb="list", times=1)

    async with following(page_items=1) as live:
        await api.until(lambda: any(one[:3] == ("list", "", "nodes") for one in api.log))
        api.faults.inject(Garbage(), resource="nodes", verb="list", times=1)
        slow.clear()
        state = await sees(live, "a", "b", "c")

    assert restarts(state)[Restart.MALFORMED] == 1


async def test_a_large_list_lets_others_run(api: ApiServer, following: Following) -> None:
    api.replace_all("nodes", [node(f"node-{i}") for i in range(300)])

    async with following(slice=0) as live:
        await when(live, lambda state: len(names(state)) == 300)
