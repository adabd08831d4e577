"""The page says what was found and what was not seen, and executes none of it."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import pytest
from msgspec import structs

from exporter.checks import node_taints
from exporter.domain.declaration import DeclaredNode, DeclaredWorkload, NodeGroup, WorkloadKey
from exporter.domain.evaluation import Evaluation, SourceStatus, WaiverState
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Subject, Verdict
from exporter.domain.nodes import DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.provenance import Located, Place, Source
from exporter.domain.published import Asked
from exporter.domain.workloads import DeclaredWorkloads
from exporter.report.status import PageContext, files_beside, page
from exporter.report.status.site import broken
from tests.report.evaluations import NOW, PLACE, WAIVER, blind, charts, check, evaluation, finding
from tests.report.status.boards import ago, became, board, watched

EVIL = "<script>alert(1)</script>"
WEB = "https://git.example/iac/blob/{revision}/{path}#L{line}"


class Elements(HTMLParser):
    """Collects what a page is made of, as a browser would see it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text.replace("<wbr>", ""))

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
        board(outcome, web=web),
        Asked(parameters, stale=stale),
        context=PageContext(forms=("markdown",)),
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


def test_nothing_looks_fine_that_nobody_judged() -> None:
    text = shown(evaluation()).text

    assert "Nothing was judged" in text
    assert "Conforms" not in text


def test_passes_are_left_out_until_asked_for() -> None:
    outcome = evaluation(finding("conforming", Verdict.PASS))

    assert "Node conforming" not in shown(outcome).text
    assert "Node conforming" in shown(outcome, ("verdict", "pass")).text


def test_a_place_links_to_its_line_where_the_repository_is_on_the_web() -> None:
    outcome = evaluation(finding(provenance=(PLACE,)))

    linked, plain = shown(outcome, web=WEB), shown(outcome)

    hrefs = [one["href"] for one in linked.all("a") if one.get("class") == "where"]
    assert hrefs == [f"https://git.example/iac/blob/{PLACE.revision}/terraform/main.tf#L53"]
    assert "terraform/main.tf:53" in plain.text
    assert not [one for one in plain.all("a") if one.get("class") == "where"]


@pytest.mark.parametrize("web", ["javascript:alert({line})", "data:text/html,{path}", "//x/{path}"])
def test_an_address_that_is_no_web_address_is_no_link(web: str) -> None:
    page = shown(evaluation(finding(provenance=(PLACE,))), web=web)

    assert not [one for one in page.all("a") if one.get("class") == "where"]


def test_a_check_links_to_its_page_here() -> None:
    links = {one["href"] for one in shown(evaluation(finding())).all("a")}

    assert "docs/checks/node_ready" in links


def test_a_waiver_is_shown_with_its_owner_and_its_end() -> None:
    text = shown(evaluation(finding("n1", Verdict.WAIVED))).text

    assert "until 1 Dec · 1 waiver" in text
    assert "platform team being replaced" in text


def test_a_consequence_is_folded_under_its_cause() -> None:
    outcome = evaluation(
        finding("n1", check="node_present", detail="not in the cluster"),
        finding("n1", Verdict.UNKNOWN, check="node_ready", cause="node_present"),
    )

    page = shown(outcome)

    assert len([one for one in page.all("li") if "cause" in (one.get("class") or "").split()]) == 1
    assert "1 consequence" in page.text
    assert "Node n1: 1 check cannot look" in page.text


def test_a_source_that_does_not_answer_is_one_cause() -> None:
    outcome = evaluation(
        *(finding(f"n{at}", Verdict.UNKNOWN, cause="kubernetes") for at in range(9))
    )

    page = shown(outcome)

    assert "Kubernetes API does not answer the exporter" in page.text
    assert "9 findings: 9 node_ready" in page.text


def test_a_source_that_is_silent_stands_first_and_red() -> None:
    sources = (
        SourceStatus(source=Source.TERRAFORM, up=True, last_success=NOW - timedelta(minutes=3)),
        SourceStatus(source=Source.ANSIBLE, up=False),
    )

    page = shown(evaluation(finding(), sources=sources))

    assert "Ansible: no answer, never read 1 of 2 sources fresh" in page.text
    assert {"class": "bad"} in page.all("span")


def test_stale_data_looks_stale() -> None:
    outcome = evaluation(finding())

    assert "Stale:" in shown(outcome, stale=True).text
    assert "Stale:" not in shown(outcome).text


def test_an_incomplete_look_says_so() -> None:
    text = shown(replace(evaluation(), complete=False)).text

    assert "Looking for the first time: 0 of 0 sources read" in text


def test_a_long_list_comes_in_pages_that_keep_the_filter() -> None:
    outcome = evaluation(*(finding(f"n{i:03}") for i in range(120)))

    page = shown(outcome, ("verdict", "fail"), ("by", "subject"), ("page", "2"))

    assert "51 to 100 of 120" in page.text
    hrefs = {one["href"] for one in page.all("a") if one.get("rel")}
    assert hrefs == {"?verdict=fail&by=subject", "?verdict=fail&by=subject&page=3"}


def test_an_entry_of_many_shows_the_first_and_leads_to_all() -> None:
    outcome = evaluation(*(finding(f"n{i:03}") for i in range(120)))

    page = shown(outcome)

    assert len(page.all("li")) < 80
    assert "and 100 more" in page.text
    hrefs = {one["href"] for one in page.all("a")}
    assert "?check=node_ready&verdict=fail&by=subject" in hrefs


def test_a_form_shows_what_was_asked_for() -> None:
    page = shown(evaluation(finding()), ("q", "a b"), ("verdict", "fail"), ("kind", "Gone"))

    selected = [one["value"] for one in page.all("option") if "selected" in one]
    hidden = [one["value"] for one in page.all("input") if one.get("type") == "hidden"]
    assert (selected, hidden) == (["fail"], ["Gone"])
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
        if (href := one["href"] or "").startswith("#")
    }
    assert targets <= identifiers


def test_all_that_a_page_loads_is_served_beside_it() -> None:
    page = shown(evaluation())

    loaded = {one["href"] for one in page.all("link")} | {one["src"] for one in page.all("script")}
    assert {f"/{one}" for one in loaded} <= set(files_beside())


def test_the_style_sheet_loads_nothing() -> None:
    style = files_beside()["/status.css"].body.decode()

    assert not re.search(r"url\(|@import|http", style)


def test_instants_are_told_in_the_zone_of_the_settings() -> None:
    outcome = replace(evaluation(finding()), at=datetime(2025, 11, 12, 5, 30, 9, tzinfo=UTC))
    context = PageContext(zone=ZoneInfo("Asia/Seoul"))

    text = Elements(page(board(outcome), Asked(), context=context).body.decode()).text

    assert "Evaluated 14:30:09 KST" in text


def test_the_reader_s_language_counts_and_the_address_more() -> None:
    outcome = evaluation(finding())

    korean = page(board(outcome), Asked(lang="ko"), context=PageContext())
    english = page(board(outcome), Asked((("lang", "en"),), lang="ko"), context=PageContext())

    assert korean.headers["Content-Language"] == "ko"
    assert "조치가 필요한 원인" in korean.body.decode()
    assert "To settle" in english.body.decode()


def test_nothing_of_the_page_is_left_in_english() -> None:
    failing = finding("n1", check="node_taints", detail="undeclared a=b:NoSchedule")
    outcome = watched(
        evaluation(failing, finding("n2", Verdict.WAIVED), checks=(node_taints.CHECK,)),
        became(failing, ago(hours=2), before=Verdict.PASS, after=Verdict.FAIL),
        since=ago(days=3),
    )

    text = Elements(page(board(outcome), Asked(lang="ko"), context=PageContext()).body.decode())

    words = {one for one in re.findall(r"[A-Za-z_]{3,}", text.text) if one.islower()}
    assert words <= SAID_AS_IT_IS, words - SAID_AS_IT_IS


SAID_AS_IT_IS = {
    *("undeclared", "node_taints", "node_ready", "cluster", "conformance", "exporter", "metrics"),
    *("north", "yaml", "memory", "waivers", "check", "subject", "reason", "owner", "expires"),
    *("platform", "team", "being", "replaced", "unknown", "of", "for", "until", "Title", "label"),
}
"""Names, and what the check and the settings say."""


def test_the_layer_of_applications_is_called_otherwise_than_the_menu_s_applications() -> None:
    outcome = evaluation(finding("n1"), checks=(check("node_ready", layer=Layer.APPLICATIONS),))

    text = Elements(page(board(outcome), Asked(lang="ko"), context=PageContext()).body.decode())

    assert "애플리케이션" in text.text


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_what_is_not_declared_at_all_is_not_counted(lang: str) -> None:
    outcome = evaluation(finding("n1"))

    text = Elements(page(board(outcome), Asked(lang=lang), context=PageContext()).body.decode())

    assert not re.search(r"\b0 nodes|노드 0개", text.text)


def test_what_is_in_progress_is_not_called_accepted() -> None:
    outcome = evaluation(finding("n1"), finding("n2", Verdict.SUPPRESSED))

    text = shown(outcome).text

    assert "1 accepted or in progress" in text
    assert "1 warning" in text


SIXTY = charts(11, *["allow charts.example.org"] * 48, *["allow registry.example.org"] * 12)


def test_sixty_charts_are_two_steps_with_what_would_change_that() -> None:
    page = shown(evaluation(finding(), *blind(SIXTY), items=SIXTY))

    text = page.text.replace(" :", ":")
    assert "+48 Applications' sources: allow charts.example.org" in text
    assert "+12 Applications' sources: allow registry.example.org" in text
    assert "and 45 more" in page.text


def test_each_chart_is_found_where_one_asks_for_it() -> None:
    outcome = evaluation(*blind(SIXTY), items=SIXTY)
    folded = shown(outcome)
    (address, *_) = (
        one["href"] or "" for one in folded.all("a") if "reason=" in (one["href"] or "")
    )

    page = shown(outcome, *parse_qsl(urlsplit(address).query), ("by", "subject"))

    assert "60 subjects, 60 findings" in page.text
    assert "1 to 50 of 60" in page.text


def test_what_was_compared_is_drawn_and_counted() -> None:
    page = shown(evaluation(*blind(SIXTY), items=SIXTY))

    bars = [one["aria-label"] for one in page.all("svg") if one["class"] == "bar"]
    assert "11 of 71 Applications' sources compared" in bars


def test_a_reason_that_is_accepted_says_so() -> None:
    page = shown(
        evaluation(finding("a", Verdict.PASS), *blind(SIXTY, waiver=WAIVER.id), items=SIXTY)
    )

    assert "Conforms as far as looked at: 11 of 71 Applications' sources" in page.text
    assert "not rendered accepted" in page.text


def test_where_all_is_compared_nothing_speaks_of_the_rest() -> None:
    page = shown(evaluation(finding("a", Verdict.PASS), items=charts(11)))

    assert "All 11 declared items were compared." in page.text
    assert "Not compared yet" not in page.text


def test_a_hash_may_be_broken_and_a_word_may_not() -> None:
    assert broken("8d1f4c27b6a05e93d2c7f81b4a6e0953c1d7b248 references") == (
        "8d1f4c27b6a0<wbr>5e93d2c7f81b<wbr>4a6e0953c1d7b248 references"
    )
