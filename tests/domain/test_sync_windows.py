"""Sync windows keep Applications from being synced, as Argo CD's own rules say, for a while."""

from datetime import UTC, datetime, timedelta

import pytest

from exporter.domain.cron import Schedule
from exporter.domain.sync_windows import LONGEST, Block, SyncWindow, Target, block

AT = datetime(2025, 11, 12, 12, 30, tzinfo=UTC)  # a Wednesday
TARGET = Target(
    name="shop-web",
    namespace="shop",
    cluster_name="in-cluster",
    cluster_server="https://kubernetes.default.svc",
)
HOUR = timedelta(hours=1)
NOON, NIGHT = "0 12 * * *", "0 0 * * *"


def window(kind: str, schedule: str, hours: float, **given: object) -> SyncWindow:
    named = {"applications": ("*",)} | given
    return SyncWindow(
        deny=kind == "deny",
        schedule=Schedule.parse(schedule),
        duration=hours * HOUR,
        **named,  # type: ignore[arg-type]  # patterns, or a switch
    )


@pytest.mark.parametrize(
    "windows",
    [
        pytest.param([], id="none"),
        pytest.param([window("deny", NIGHT, 1)], id="closed-denial"),
        pytest.param([window("allow", NOON, 1)], id="open-permit"),
        pytest.param([window("allow", NOON, 1), window("deny", NIGHT, 1)], id="both"),
        pytest.param([window("allow", NIGHT, 1), window("allow", NOON, 1)], id="one-of-two"),
        pytest.param([window("deny", NOON, 1, applications=("other-*",))], id="of-another"),
        pytest.param([window("deny", NOON, 1, applications=())], id="of-nobody"),
    ],
)
def test_what_may_be_synced_is_not_blocked(windows: list[SyncWindow]) -> None:
    assert block(windows, TARGET, at=AT) is None


@pytest.mark.parametrize(
    ("windows", "since", "until"),
    [
        pytest.param([window("deny", NOON, 1)], -0.5, 0.5, id="denied"),
        pytest.param(
            [window("deny", NOON, 1), window("allow", NOON, 1)], -0.5, 7 * 24, id="denial-wins"
        ),
        pytest.param([window("allow", NIGHT, 1)], -11.5, 11.5, id="not-permitted-now"),
        pytest.param(
            [window("deny", NOON, 1), window("deny", "0 13 * * *", 2)],
            -0.5,
            2.5,
            id="one-denial-after-the-other",
        ),
        pytest.param(
            [window("deny", NOON, 1), window("allow", NIGHT, 1)],
            -0.5,
            11.5,
            id="denied-and-then-not-permitted",
        ),
        pytest.param([window("deny", "* * * * *", 1)], 0, 7 * 24, id="for-ever"),
    ],
)
def test_a_block_ends_when_syncs_are_allowed_again(
    windows: list[SyncWindow], since: float, until: float
) -> None:
    found = block(windows, TARGET, at=AT)

    assert found == Block(AT + since * HOUR, AT + until * HOUR)


@pytest.mark.parametrize(
    ("given", "covered"),
    [
        ({"applications": ("shop-*",)}, True),
        ({"applications": ("shop",)}, False),
        ({"applications": (), "namespaces": ("shop",)}, True),
        ({"applications": (), "clusters": ("in-cluster",)}, True),
        ({"applications": (), "clusters": ("https://kubernetes.*",)}, True),
        ({"applications": (), "clusters": ("elsewhere",)}, False),
        ({"applications": ("other",), "namespaces": ("shop",)}, True),
        ({"applications": ("other",), "namespaces": ("shop",), "all_of": True}, False),
        ({"applications": ("shop-*",), "namespaces": ("shop",), "all_of": True}, True),
    ],
)
def test_a_window_is_about_those_that_it_names(
    given: dict[str, tuple[str, ...]], *, covered: bool
) -> None:
    found = block([window("deny", NOON, 1, **given)], TARGET, at=AT)

    assert (found is not None) is covered


def test_a_window_that_nobody_can_read_excuses_nothing() -> None:
    broken = SyncWindow(deny=True, schedule=None, duration=HOUR, applications=("*",))

    assert block([broken, window("deny", NOON, 1)], TARGET, at=AT) is None


def test_the_edges_are_those_of_argo_cd() -> None:
    noon = AT.replace(minute=0)
    windows = [window("deny", NOON, 1)]

    assert block(windows, TARGET, at=noon) == Block(noon, noon + HOUR)
    assert block(windows, TARGET, at=noon + HOUR) is None
    assert block(windows, TARGET, at=noon - timedelta(seconds=1)) is None


def test_no_block_lasts_longer_than_a_week() -> None:
    found = block([window("allow", "0 0 29 2 *", 1)], TARGET, at=AT)

    assert found
    assert found.until == AT + LONGEST
