from datetime import timedelta

import pytest

from exporter.observed.kubernetes.limits import BOOKMARK_SECONDS, limits_for


@pytest.mark.parametrize("seconds", [5, 30, 60, 120, 181, 300, 3600])
def test_a_healthy_watch_never_looks_older_than_allowed(seconds: int) -> None:
    limits = limits_for(timedelta(seconds=seconds))

    sign = min(BOOKMARK_SECONDS, limits.watch[1])  # a bookmark comes before the end, too
    assert sign < limits.quiet < seconds
    assert limits.watch[0] <= limits.watch[1]
