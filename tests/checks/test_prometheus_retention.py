from datetime import UTC, datetime

import pytest

from exporter.checks import prometheus_retention
from exporter.checks.prometheus_retention import declared_retention
from exporter.domain.errors import ParseError
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.monitoring.prometheus.server import PrometheusRuntime, parse_size
from exporter.domain.monitoring.stack import DeclaredStack, StackValue
from exporter.domain.provenance import Located, Place, Source

PLACE = Place(Source.ANSIBLE, "playbook.yml", 7)
GAP = Gap(Source.ARGOCD, "kps.yaml: is malformed")
STARTED = datetime(2025, 11, 9, 8, tzinfo=UTC)
TIME, SIZE = StackValue.RETENTION, StackValue.RETENTION_SIZE


def judge(
    declared: dict[StackValue, str],
    retention: str = "15d",
    unserved: str = "",
    hidden: tuple[StackValue, ...] = (),
) -> list[Finding]:
    known = (
        DeclaredStack(
            {name: Located(text, PLACE) for name, text in declared.items()},
            dict.fromkeys(hidden, GAP),
        ),
        PrometheusRuntime(
            started=None if unserved else STARTED, retention=retention, unserved=unserved
        ),
    )
    return list(prometheus_retention.judge(Facts({type(one): one for one in known})))


@pytest.mark.parametrize(
    ("declared", "retention"),
    [
        pytest.param({TIME: "15d"}, "15d", id="same"),
        pytest.param({TIME: "360h"}, "15d", id="in-other-units"),
        pytest.param({TIME: "15d"}, "2w1d", id="as-prometheus-may-write-it"),
        pytest.param({TIME: "15d"}, "15d or 50GiB", id="size-not-declared"),
        pytest.param({SIZE: "50GB"}, "50GiB", id="size-in-powers-of-1024"),
        pytest.param({TIME: "15d", SIZE: "1536MB"}, "15d or 1GiB512MiB", id="both"),
    ],
)
def test_the_same_retention_passes(declared: dict[StackValue, str], retention: str) -> None:
    (finding,) = judge(declared, retention)

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "")
    assert finding.observed == {"retention": retention, "started": "2025-11-09T08:00:00+00:00"}
    assert finding.provenance == (PLACE,)


@pytest.mark.parametrize(
    ("declared", "retention", "detail"),
    [
        pytest.param({TIME: "7d"}, "15d", "keeps 15d, declared is 7d", id="time"),
        pytest.param({SIZE: "50GB"}, "15d", "keeps 15d, declared is 50GB", id="no-size"),
        pytest.param(
            {TIME: "15d", SIZE: "50GB"},
            "15d or 5GiB",
            "keeps 15d or 5GiB, declared is 15d or 50GB",
            id="size",
        ),
    ],
)
def test_another_retention_fails(
    declared: dict[StackValue, str], retention: str, detail: str
) -> None:
    (finding,) = judge(declared, retention)

    assert (finding.verdict, finding.detail) == (Verdict.FAIL, detail)


@pytest.mark.parametrize(
    ("declared", "retention", "unserved", "detail"),
    [
        pytest.param("15d", "", "/x is not served here", "/x is not served here", id="no-route"),
        pytest.param("15d", "", "", "the server tells no retention", id="nothing-told"),
        pytest.param("15 days", "15d", "", "'15 days' is no duration", id="declared-nonsense"),
        pytest.param("15d", "long", "", "'long' is no duration", id="told-nonsense"),
    ],
)
def test_what_cannot_be_compared_is_unknown(
    declared: str, retention: str, unserved: str, detail: str
) -> None:
    (finding,) = judge({TIME: declared}, retention, unserved)

    assert finding.verdict is Verdict.UNKNOWN
    assert detail in finding.detail


def test_where_nothing_is_declared_there_is_nothing_to_judge() -> None:
    assert judge({}) == []


@pytest.mark.parametrize("text", ["", "GB", "50 GB", "-1GB", "1.5GB", "50ZB"])
def test_what_is_no_size_is_an_error(text: str) -> None:
    with pytest.raises(ParseError):
        parse_size(text)


@pytest.mark.parametrize(
    ("declared", "hidden", "retention", "verdict"),
    [
        pytest.param({}, (TIME,), "15d", Verdict.UNKNOWN, id="nothing read"),
        pytest.param({TIME: "15d"}, (TIME,), "15d", Verdict.UNKNOWN, id="perhaps overruled"),
        pytest.param(
            {TIME: "7d"}, (TIME,), "15d", Verdict.UNKNOWN, id="perhaps right all the same"
        ),
        pytest.param({TIME: "15d"}, (SIZE,), "15d", Verdict.UNKNOWN, id="perhaps a size, too"),
        pytest.param({TIME: "7d"}, (SIZE,), "15d", Verdict.FAIL, id="wrong, whatever the size"),
    ],
)
def test_what_may_be_declared_where_nobody_can_tell_is_neither_absent_nor_a_pass(
    declared: dict[StackValue, str],
    hidden: tuple[StackValue, ...],
    retention: str,
    verdict: Verdict,
) -> None:
    (finding,) = judge(declared, retention, hidden=hidden)
    stack = DeclaredStack({}, dict.fromkeys(hidden, GAP))

    assert declared_retention(Facts({DeclaredStack: stack})) == [finding.subject]
    assert finding.verdict is verdict
    assert (GAP.message in finding.detail) is (verdict is Verdict.UNKNOWN)
    assert finding.cause == (Cause("argocd") if verdict is Verdict.UNKNOWN else None)
