from datetime import UTC, datetime, timedelta

import pytest

from exporter.domain.applications import ObservedApplication, ObservedApplications
from exporter.domain.declaration import ApplicationKey
from exporter.domain.freshness import Freshness, freshness

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
LIMIT = timedelta(minutes=12)
LONG_AGO = NOW - timedelta(days=300)
WEB, SHOP = ApplicationKey("argocd", "web"), ApplicationKey("team", "shop")


def application(
    key: ApplicationKey, reconciled: datetime | None, *, controller: str = "argocd"
) -> ObservedApplication:
    return ObservedApplication(key=key, reconciled=reconciled, controller_namespace=controller)


def looked_at(
    *applications: ObservedApplication,
    now: datetime | None = NOW,
    limit: timedelta = LIMIT,
) -> Freshness:
    every = ObservedApplications({one.key: one for one in applications})
    return freshness(every, now=now, limit=limit)


@pytest.mark.parametrize(
    ("age", "stale"),
    [
        pytest.param(timedelta(0), False, id="just now"),
        pytest.param(LIMIT, False, id="as old as may be"),
        pytest.param(LIMIT + timedelta(seconds=1), True, id="older"),
        pytest.param(timedelta(minutes=-5), False, id="by a clock that is ahead"),
    ],
)
def test_a_word_counts_until_it_is_older_than_the_limit(age: timedelta, *, stale: bool) -> None:
    web = application(WEB, NOW - age)

    assert looked_at(web).is_stale(web) is stale


def test_one_that_is_left_behind_is_stale_by_itself() -> None:
    web, shop = application(WEB, LONG_AGO), application(SHOP, NOW)

    found = looked_at(web, shop)

    assert (found.controllers, found.applications) == ({}, {WEB: LONG_AGO})


def test_a_controller_that_compares_nothing_is_stale_with_all_that_it_said() -> None:
    web, shop = application(WEB, LONG_AGO), application(SHOP, LONG_AGO + timedelta(hours=1))

    found = looked_at(web, shop)

    assert found.controllers == {"argocd": LONG_AGO + timedelta(hours=1)}
    assert found.applications == {}
    assert found.is_stale(web)
    assert found.is_stale(shop)


def test_each_controller_has_an_age_of_its_own() -> None:
    web, shop = application(WEB, LONG_AGO), application(SHOP, NOW, controller="other")

    found = looked_at(web, shop)

    assert (found.is_stale(web), found.is_stale(shop)) == (True, False)


def test_ages_in_a_dump_count_to_the_newest_instant_in_it() -> None:
    web, shop = application(WEB, LONG_AGO), application(SHOP, LONG_AGO + timedelta(hours=1))

    found = looked_at(web, shop, now=None)

    assert (found.controllers, found.applications) == ({}, {WEB: LONG_AGO})


def test_without_periodic_comparison_no_word_grows_old() -> None:
    web = application(WEB, LONG_AGO)

    assert not looked_at(web, limit=timedelta(0)).is_stale(web)


def test_one_without_an_instant_is_neither_fresh_nor_stale() -> None:
    web = application(WEB, None)

    assert looked_at(web) == Freshness(limit=LIMIT)
