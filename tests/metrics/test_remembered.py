"""What failed when its declaration broke keeps its series; waivers of one id share one."""

from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Cause, Subject
from exporter.domain.policy import Waiver
from exporter.domain.provenance import Source
from exporter.metrics.exposition import render
from exporter.metrics.view import Process, View
from exporter.runtime.history import Decisions
from tests.runtime.judging import NOW, Judging, failing, minutes, unknown

NODE = Subject("Node", "", "n")
UNREAD = unknown(NODE, cause=Cause(Source.TERRAFORM))


def series(outcome: Evaluation, family: str, *, limit: int = 1000) -> dict[tuple[str, ...], float]:
    """Return the values of a family by those of its labels, as Prometheus reads them."""
    view = View(evaluation=outcome, process=Process(reloaded=NOW), limit=limit)
    text, _ = (b"".join(one).decode() for one in render(view))
    found = {
        tuple(one.labels.values()): one.value
        for each in text_string_to_metric_families(text)
        for one in each.samples
        if one.name == f"cluster_conformance_{family}"
    }
    assert len(found) == text.count(f"\ncluster_conformance_{family}{{"), "no series twice"
    return found


def test_a_failure_whose_declaration_broke_keeps_its_series_for_a_while() -> None:
    judging = Judging(decisions=Decisions(declared_max_age=timedelta(minutes=60)))
    judging.see(0, failing(subject=NODE))

    kept, gone = (
        series(judging.see(at, UNREAD), "finding_since_timestamp_seconds") for at in (5, 65)
    )

    assert kept == {
        ("made_up", "applications", "Node", "n", "", "critical"): minutes(0).timestamp()
    }
    assert gone == {}


def test_what_is_remembered_counts_among_those_that_have_no_series() -> None:
    judging = Judging()
    judging.see(0, failing(subject=NODE))
    outcome = judging.see(5, UNREAD)

    assert series(outcome, "finding_since_timestamp_seconds", limit=0) == {}
    view = View(evaluation=outcome, process=Process(reloaded=NOW), limit=0)
    assert b"cluster_conformance_findings_truncated 1.0\n" in b"".join(render(view)[0])


@pytest.mark.parametrize("ends", [(60, 90), (90, 60)], ids=["sooner first", "later first"])
def test_two_waivers_of_one_id_have_one_series_that_ends_as_soon_as_one_does(
    ends: tuple[int, int],
) -> None:
    waivers = [
        Waiver(check="c", subject="s", reason="r", owner="o", expires=minutes(end)) for end in ends
    ]
    judging = Judging(decisions=Decisions(waivers=tuple(waivers)))

    outcome = judging.see(0, failing(subject=NODE))

    assert series(outcome, "waiver_expiry_timestamp_seconds") == {
        ("o", "c:s"): minutes(60).timestamp()
    }
    assert series(outcome, "waivers")["unused",] == 2
