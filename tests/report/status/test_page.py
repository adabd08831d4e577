"""The page says what was found and what was not seen, and executes none of it."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

import pytest
from msgspec import structs

from exporter.checks import declaration_readable
from exporter.domain.declaration import DeclaredNode, DeclaredWorkload, NodeGroup, WorkloadKey
from exporter.domain.evaluation import Evaluation, SourceStatus, WaiverState
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.nodes import DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.provenance import Located, Place, Source
from exporter.domain.published import Asked
from exporter.domain.workloads import DeclaredWorkloads
from exporter.report.overview import overview
from exporter.report.status import PageContext, files_beside, page
from tests.report.evaluations import NOW, PLACE, WAIVER, blind, charts, evaluation, finding

EVIL = "<script>alert(1)</script>"
WEB = "https://git.example/iac/blob/{revision}/{path}#L{line}"


class Elements(HTMLParser):
    """Collects what a page is made of, as a browser would see it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        """All text, with single blanks."""
        return " ".join(" ".join(self.texts).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of all elements of this name."""
        return [attributes for name, attributes in self.tags if name == tag]


def shown(
    outcome: Evaluation, *parameters: tuple[str, str], web: str = "", stale: bool = False
) -> Elements:
    answer = page(
        outcome,
        Asked(parameters, stale=stale),
        shown=overview(outcome, cluster="north", web=web),
        context=PageContext(reports=("markdown",), languages=("en", "ko")),
    )
    assert answer.content_type == "text/html; charset=utf-8"
    return Elements(answer.body.decode())


def everywhere(text: str) -> Evaluation:
    """Return an evaluation in which all that can be named is named *text*."""
    place = Place(Source.TERRAFORM, text, 1, text)
    key = WorkloadKey(text, "Deployment", text)
    declared = DeclaredNode(
        name=text,
        group=text,
        places=(place,),
        attributes={},
        labels={text: Located(text, place)},
        taints=(),
    )
    facts = Facts(
        {
            DeclaredNodes: DeclaredNodes(
                {text: declared},
                {text: NodeGroup(name=text, members=frozenset({text}), minimum=1, maximum=1)},
            ),
            ObservedNodes: ObservedNodes(
                {text: ObservedNode(name=text, labels={text: text}, version=text)}
            ),
            DeclaredWorkloads: DeclaredWorkloads(
                {key: DeclaredWorkload(key=key, manifest={}, place=place)}
            ),
        }
    )
    waiver = replace(WAIVER, reason=text, owner=text, subject=text)
    found = Finding(
        check="node_ready",
        subject=Subject(text, text, text),
        verdict=Verdict.FAIL,
        detail=text,
        declared={text: text},
        observed=[text],
        provenance=(place,),
        cause=Cause(text, Subject(text, text, text)),
    )
    conflict = structs.replace(
        found,
        check="declaration_conflict",
        declared=[{"attribute": text, "statements": [{"value": text, "place": text}]}],
    )
    source = SourceStatus(source=Source.TERRAFORM, up=True, revision=text, items={text: 1})
    return evaluation(
        found,
        conflict,
        facts=facts,
        sources=(source,),
        waivers=((waiver, WaiverState.ACTIVE),),
    )


@pytest.mark.parametrize("web", ["", WEB])
def test_a_name_is_text_and_never_markup(web: str) -> None:
    parameters = (("q", EVIL), ("verdict", EVIL), ("namespace", EVIL))

    plain, asked = shown(everywhere(EVIL), web=web), shown(everywhere(EVIL), *parameters, web=web)

    for one in (plain, asked):
        assert [each["src"] for each in one.all("script")] == ["status.js"]
        assert EVIL in one.text


def test_a_name_cannot_leave_its_attribute() -> None:
    evil = '" onclick="alert(1)" x="'

    page = shown(everywhere(evil), ("q", evil))

    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)


def test_nothing_is_written_into_the_page_that_its_policy_forbids() -> None:
    page = shown(everywhere("x"))

    assert not page.all("style")
    assert not any("style" in attributes for _, attributes in page.tags)


def test_characters_that_turn_text_around_are_shown_as_what_they_are() -> None:
    text = shown(evaluation(finding("abc\u202edef\x1b[0m"))).text

    assert "\u202e" not in text
    assert "\x1b" not in text
    assert "abc\N{REPLACEMENT CHARACTER}def" in text


def test_half_a_character_breaks_nothing() -> None:
    assert "n?1" in shown(evaluation(finding("n\ud8001"))).text.replace(
        "\N{REPLACEMENT CHARACTER}", "?"
    )


@pytest.mark.parametrize(
    ("verdicts", "headline"),
    [
        pytest.param([Verdict.FAIL], "Does not conform: 1 finding fails", id="one failure"),
        pytest.param(
            [Verdict.FAIL, Verdict.FAIL, Verdict.UNKNOWN],
            "Does not conform: 2 findings fail",
            id="failures count more",
        ),
        pytest.param(
            [Verdict.PASS, Verdict.UNKNOWN],
            "Not known to conform: 1 thing could not be judged",
            id="not seen",
        ),
        pytest.param(
            [Verdict.PASS, Verdict.WAIVED, Verdict.SUPPRESSED],
            "Conforms to what its code says",
            id="accepted",
        ),
        pytest.param([], "Nothing that can be checked is declared", id="nothing"),
    ],
)
def test_the_headline_says_the_verdict(verdicts: list[Verdict], headline: str) -> None:
    page = shown(evaluation(*(finding(f"n{i}", one) for i, one in enumerate(verdicts))))

    assert headline in page.text


@pytest.mark.parametrize(
    ("coverage", "text"),
    [
        pytest.param(0.0, "Coverage 0.0% of what the code declares", id="blind"),
        pytest.param(0.9999, "Coverage 99.9% of what the code declares", id="almost all"),
        pytest.param(1.0, "Coverage 100% of what the code declares", id="all"),
        pytest.param(None, "Coverage nothing declared", id="nothing declared"),
    ],
)
def test_the_coverage_is_that_of_the_evaluation(coverage: float | None, text: str) -> None:
    assert text in shown(evaluation(finding(), coverage=coverage)).text


def test_what_is_not_checked_at_all_is_said() -> None:
    assert "The settings name nothing to compare it with." in shown(evaluation()).text


def test_nothing_looks_fine_that_nobody_judged() -> None:
    text = shown(evaluation()).text

    assert "Nothing was judged." in text
    assert "Nothing deviates" not in text


def test_passes_are_left_out_until_asked_for() -> None:
    outcome = evaluation(finding("conforming", Verdict.PASS))

    assert "conforming" not in shown(outcome).text
    assert "Node conforming" in shown(outcome, ("verdict", "pass")).text


def test_a_place_links_to_its_line_where_the_repository_is_on_the_web() -> None:
    outcome = evaluation(finding(provenance=(PLACE,)))

    linked, plain = shown(outcome, web=WEB), shown(outcome)

    hrefs = [one["href"] for one in linked.all("a") if one.get("class") == "place"]
    assert hrefs == [f"https://git.example/iac/blob/{PLACE.revision}/terraform/main.tf#L53"]
    assert "terraform/main.tf:53 @ 8d1f4c27b6a0" in plain.text
    assert not [one for one in plain.all("a") if one.get("class") == "place"]


@pytest.mark.parametrize("web", ["javascript:alert({line})", "data:text/html,{path}", "//x/{path}"])
def test_an_address_that_is_no_web_address_is_no_link(web: str) -> None:
    page = shown(evaluation(finding(provenance=(PLACE,))), web=web)

    assert not [one for one in page.all("a") if one.get("class") == "place"]


@pytest.mark.parametrize(
    ("documentation", "hrefs"),
    [
        pytest.param(
            "https://docs.example/", ["https://docs.example/checks/node_ready.md"], id="web"
        ),
        pytest.param("", [], id="none"),
        pytest.param("javascript:alert(1)", [], id="no web address"),
    ],
)
def test_a_check_links_to_its_page(documentation: str, hrefs: list[str]) -> None:
    outcome = evaluation(finding())

    answer = page(
        outcome,
        Asked(),
        shown=overview(outcome, documentation=documentation),
        context=PageContext(),
    )

    links = Elements(answer.body.decode()).all("a")
    assert [one["href"] for one in links if one.get("class") == "about"] == hrefs


def test_a_waiver_is_shown_with_its_owner_and_its_end() -> None:
    text = shown(evaluation(finding("n1", Verdict.WAIVED))).text

    assert "Accepted by platform team until 2025-12-01 00:00:00 UTC : being replaced" in text


def test_a_finding_shows_what_it_follows_from() -> None:
    outcome = evaluation(
        finding("n1", check="node_present", detail="not in the cluster"),
        finding("n1", Verdict.UNKNOWN, check="node_ready", cause="node_present"),
    )

    text = shown(outcome, ("check", "node_ready")).text

    assert "Follows from fail node_present Node n1: not in the cluster" in text


def test_a_cause_that_is_a_source_is_named() -> None:
    text = shown(evaluation(finding("n1", Verdict.UNKNOWN, cause="kubernetes"))).text

    assert "Follows from kubernetes" in text


def test_a_source_shows_how_fresh_it_is() -> None:
    sources = (
        SourceStatus(source=Source.TERRAFORM, up=True, last_success=NOW - timedelta(minutes=3)),
        SourceStatus(source=Source.ANSIBLE, up=False),
    )

    text = shown(evaluation(sources=sources)).text

    assert "up terraform read 3 min before" in text
    assert "down ansible never read" in text


def test_stale_data_looks_stale() -> None:
    outcome = evaluation(finding())

    assert "Stale:" in shown(outcome, stale=True).text
    assert "Stale:" not in shown(outcome).text


def test_an_incomplete_look_says_so() -> None:
    text = shown(replace(evaluation(), complete=False)).text

    assert "Not everything has been looked at yet" in text


def test_a_long_list_comes_in_pages_that_keep_the_filter() -> None:
    outcome = evaluation(*(finding(f"n{i:03}") for i in range(120)))

    page = shown(outcome, ("verdict", "fail"), ("findings", "2"))

    assert "51 to 100 of 120 findings" in page.text
    hrefs = {one["href"] for one in page.all("a") if one.get("rel")}
    assert hrefs == {"?verdict=fail#findings", "?verdict=fail&findings=3#findings"}
    assert len(page.all("details")) == 50


def test_a_form_shows_what_was_asked_for() -> None:
    page = shown(evaluation(finding()), ("q", "a b"), ("verdict", "fail"), ("kind", "Gone"))

    selected = [one["value"] for one in page.all("option") if "selected" in one]
    assert selected == ["fail", "Gone"]
    (search,) = (one for one in page.all("input") if one["name"] == "q")
    assert search["value"] == "a b"


def test_no_identifier_stands_twice() -> None:
    page = shown(evaluation(*(finding(f"n{i}", verdict) for i, verdict in enumerate(Verdict))))

    identifiers = [attributes["id"] for _, attributes in page.tags if attributes.get("id")]
    assert len(identifiers) == len(set(identifiers))


def test_every_link_within_the_page_leads_somewhere() -> None:
    page = shown(everywhere("x"))

    identifiers = {attributes.get("id") for _, attributes in page.tags}
    targets = {
        href.partition("#")[2]
        for one in page.all("a")
        if (href := one["href"] or "") and "#" in href and "://" not in href
    }
    assert targets <= identifiers


def test_all_that_a_page_loads_is_served_beside_it() -> None:
    page = shown(evaluation())

    loaded = {one["href"] for one in page.all("link")} | {one["src"] for one in page.all("script")}
    assert {f"/{one}" for one in loaded} == set(files_beside())


def test_the_style_sheet_loads_nothing() -> None:
    style = files_beside()["/status.css"].body.decode()

    assert not re.search(r"url\(|@import|http", style)


def test_instants_are_in_utc() -> None:
    page = shown(replace(evaluation(), at=datetime(2025, 11, 12, 5, 30, 9, tzinfo=UTC)))

    assert {"datetime": "2025-11-12T05:30:09Z"} in page.all("time")


SIXTY = charts(11, *["allow charts.example.org"] * 48, *["allow registry.example.org"] * 12)


def test_sixty_charts_are_one_finding_with_what_would_change_that() -> None:
    page = shown(evaluation(finding(), *blind(SIXTY), items=SIXTY))

    assert len(page.all("details")) == 2
    assert (
        "60 Applications' sources: argocd/app-11/0, argocd/app-12/0, argocd/app-13/0 and 57 more"
        in page.text
    )
    assert "48 allow charts.example.org 12 allow registry.example.org" in page.text
    assert "what is not compared for the same reason is one" in page.text


def test_each_chart_is_found_where_one_asks_for_it() -> None:
    outcome = evaluation(*blind(SIXTY), items=SIXTY)
    folded = shown(outcome)
    (address, *_) = (
        one["href"] or "" for one in folded.all("a") if "reason=" in (one["href"] or "")
    )

    page = shown(outcome, *parse_qsl(urlsplit(address).query))

    assert "1 to 50 of 60 findings" in page.text
    assert len(page.all("details")) == 50
    assert "not rendered: the chart chart-11 lies in no checkout" in page.text


def test_what_was_compared_is_drawn_and_counted() -> None:
    page = shown(evaluation(*blind(SIXTY), items=SIXTY))

    (bar,) = (one for one in page.all("svg") if one["class"] == "bar")
    assert bar["aria-label"] == "11 of 71 Applications' sources compared"
    assert "argocd Source 71 11 60 0 0" in page.text


def test_a_reason_that_is_accepted_says_so_with_its_owner() -> None:
    page = shown(
        evaluation(finding("a", Verdict.PASS), *blind(SIXTY, waiver=WAIVER.id), items=SIXTY)
    )

    assert page.all("header")[0]["class"] == "waived"
    assert "not rendered accepted" in page.text
    assert "Accepted by platform team until" in page.text


def test_where_all_is_compared_nothing_speaks_of_the_rest() -> None:
    page = shown(evaluation(finding("a", Verdict.PASS), items=charts(11)))

    assert "11 of 11 declared items compared." in page.text
    assert "Not compared yet" not in page.text


def test_a_check_that_has_nothing_to_say_has_no_row() -> None:
    readable = declaration_readable.CHECK

    page = shown(evaluation(finding(), *blind(SIXTY), items=SIXTY, checks=(readable,)))

    assert page.text.count("What the code declares is compared") == 1  # in the layer of the charts
    assert readable.title not in page.text
