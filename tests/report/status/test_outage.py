"""While nobody sees the cluster, the page says so first, and of what it shows how old it is."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from exporter.domain.declaration import Failure
from exporter.domain.errors import Reason
from exporter.domain.evaluation import Evaluation, SourceStatus
from exporter.domain.finding import Finding, Severity, Verdict
from exporter.domain.nodes import ObservedNodes
from exporter.domain.objects import ObservedObjects
from exporter.domain.provenance import Place, Source
from exporter.domain.published import Asked
from exporter.domain.watches import WatchStatus
from exporter.observed.kinds import FACTS
from exporter.report.status import PageContext, page, subject
from exporter.report.status.counts import counts, layers
from exporter.report.status.entry_view import view
from exporter.report.status.outage import OF_CLUSTER
from exporter.report.status.verdict import banner
from exporter.report.status.words import Words
from tests.report.evaluations import NOW, check, evaluation, finding
from tests.report.status.boards import ENGLISH, KOREAN, board, dated, watched

SEEN = NOW - timedelta(minutes=2)
REFUSED = Failure(Place(Source.KUBERNETES, "nodes"), Reason.UNAVAILABLE, "Connection refused")
SILENT = SourceStatus(source=Source.KUBERNETES, up=False, last_success=SEEN, failures=(REFUSED,))
CHECKS = (
    replace(check("node_present", severity=Severity.CRITICAL), needs=(ObservedNodes,)),
    replace(check("node_ready"), needs=(ObservedNodes,)),
    check("declaration_conflict"),
)
CONFLICT = finding("n9", check="declaration_conflict")


def outcome(*found: Finding) -> Evaluation:
    silent = evaluation(*found, CONFLICT, checks=CHECKS, sources=(SILENT,))
    return watched(silent, since=NOW - timedelta(days=2))


HELD = outcome(finding("n1", check="node_present"), finding("n2", Verdict.PASS, check="node_ready"))
TOO_OLD = outcome(
    *(
        dated(finding(f"n{at}", Verdict.UNKNOWN, check=name, cause="kubernetes"), NOW)
        for at in range(4)
        for name in ("node_present", "node_ready")
    )
)


def text(outcome: Evaluation, lang: str = "en") -> str:
    body = page(board(outcome), Asked((("lang", lang),)), context=PageContext()).body.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", body.replace("<wbr>", "")).split())


def test_what_rests_on_the_cluster_is_what_its_api_server_tells() -> None:
    assert {*FACTS, ObservedObjects} == OF_CLUSTER  # that of objects is made as they are declared


@pytest.mark.parametrize("seen", [HELD, TOO_OLD], ids=["held", "too old"])
def test_the_headline_says_since_when_the_cluster_is_not_seen_and_why(seen: Evaluation) -> None:
    assert banner(board(seen), ENGLISH).headline == (
        "Cannot tell: the cluster has not been seen for 2 minutes, since 05:28:00: "
        "Connection refused"
    )
    assert banner(board(seen), KOREAN).headline == (
        "확인 불가: 05:28:00부터 2분 동안 클러스터를 조회하지 못함: 연결 거부"
    )


def test_where_a_part_is_seen_it_does_not_claim_that_all_is_lost() -> None:
    part = replace(HELD, watches=(WatchStatus(kind="pods", up=True),))

    head = banner(board(part), ENGLISH)

    assert head.headline == "Cannot tell: part of the cluster is not seen: Connection refused"
    assert head.below == ""


def test_what_is_held_what_is_unknown_and_what_is_checked_add_up_to_all() -> None:
    assert banner(board(HELD), ENGLISH).below == (
        "2 of 3 verdicts are held from then until they are too old. "
        "1 rest on other sources and are still checked. "
        "Held and checked together: 1 critical, nothing new: Node n1 is not in the cluster."
    )
    assert banner(board(TOO_OLD), ENGLISH).below == (
        "8 of 9 verdicts rest on it and are unknown. "
        "1 rest on other sources and are still checked. "
        "What is still checked: 1 warning, none critical, nothing new: "
        "Node n9 is declared in two ways."
    )


def test_what_names_the_cluster_as_its_cause_rests_on_it_whatever_its_check_needs() -> None:
    lost = finding("n8", Verdict.UNKNOWN, check="declaration_conflict", cause="kubernetes")

    below = banner(board(outcome(lost)), ENGLISH).below

    assert below.startswith("1 of 2 verdicts rest on it and are unknown. 1 rest on other sources")


@pytest.mark.parametrize("words", [ENGLISH, KOREAN], ids=["en", "ko"])
def test_one_outage_is_one_new_thing(words: Words) -> None:
    (new,) = (one for one in counts(board(TOO_OLD), words) if one.asks == (("new", "24h"),))

    assert new.number == 1


def test_counts_and_layers_say_what_of_them_is_held() -> None:
    told = {one.name: one.note for one in counts(board(HELD), ENGLISH)}
    (layer,) = (one for one in layers(board(HELD), ENGLISH) if one.layer == "infrastructure")

    assert told["Critical"] == "1 held"
    assert told["Conform"] == "of 3, 1 held"
    assert layer.told == "1 of 3 · 1 critical · 1 warning · 2 held"


def test_a_layer_of_which_nothing_is_known_has_no_share() -> None:
    lost = evaluation(
        *(one for one in TOO_OLD.findings if one is not CONFLICT), checks=CHECKS, sources=(SILENT,)
    )

    (layer,) = (one for one in layers(board(lost), ENGLISH) if one.layer == "infrastructure")

    assert layer.told == "8 unknown"


@pytest.mark.parametrize(("lang", "heading"), [("en", "To settle"), ("ko", "조치가 필요한 원인")])
@pytest.mark.parametrize("seen", [HELD, TOO_OLD], ids=["held", "too old"])
def test_the_cause_stands_before_all_else(seen: Evaluation, lang: str, heading: str) -> None:
    settle = text(seen, lang).partition(f" {heading} ")[2]

    assert settle.index("/readyz?verbose") < settle.index("Node n9")


def test_an_outage_began_when_the_source_was_last_read() -> None:
    shown = board(TOO_OLD)

    first = view(shown.to_settle[0], shown, ENGLISH)

    assert first.entry.source == Source.KUBERNETES
    assert first.age == "2 min · since 05:28:00"


def test_only_what_was_seen_of_the_cluster_is_marked_as_old() -> None:
    shown = board(HELD)

    held = {one.first.check.id: view(one, shown, ENGLISH).held for one in shown.to_settle}

    assert held == {"node_present": "as of 05:28:00", "declaration_conflict": ""}


@pytest.mark.parametrize(
    ("lang", "told"),
    [("en", "as of 05:28:00: the cluster has not been seen since"), ("ko", "05:28:00 기준입니다")],
)
def test_the_page_of_a_subject_says_as_of_when_it_is(lang: str, told: str) -> None:
    asked = Asked((("kind", "Node"), ("name", "n1"), ("lang", lang)))

    assert told in subject(board(HELD), asked, context=PageContext()).body.decode()


def test_a_silent_source_stands_before_warnings_and_after_what_is_critical() -> None:
    silent = SourceStatus(source=Source.PROMETHEUS, up=False, last_success=SEEN)
    found = evaluation(
        finding("n1", check="node_ready"),
        finding("n2", check="node_present"),
        finding("n4", Verdict.UNKNOWN, check="declaration_conflict", cause="prometheus"),
        checks=CHECKS,
        sources=(silent,),
    )

    order = [one.source or one.first.check.id for one in board(found).to_settle]

    assert order == ["node_present", "prometheus", "node_ready"]
