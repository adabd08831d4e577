import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.declared.argocd.templating import MAX_TEXT, Budget, Parameters, Templating, fill
from exporter.declared.located import UnresolvedError, from_plain
from exporter.domain.errors import ParseError, ReadError, Reason
from exporter.domain.json import Json
from exporter.domain.provenance import Place, Source

PLACE = Place(Source.ARGOCD, "set.yaml", 3)


def parameters(**values: object) -> Parameters:
    return Parameters({key: from_plain(value, PLACE) for key, value in values.items()})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("api-{{domain}}", "api-scan", id="tight"),
        pytest.param("api-{{ domain }}/{{domain}}", "api-scan/scan", id="spaced-and-repeated"),
        pytest.param("{{path.basename}}", "b", id="dotted"),
        pytest.param("{{path[0]}}", "a", id="bracketed"),
        pytest.param("{{unknown}}", "{{unknown}}", id="unknown-stays"),
        pytest.param("{{ unknown }}", "{{ unknown }}", id="unknown-keeps-its-spaces"),
        pytest.param("{{number}}", "{{number}}", id="no-string-stays"),
        pytest.param("{{}}", "{{}}", id="empty-stays"),
        pytest.param("{{ .domain }}", "{{ .domain }}", id="go-template-stays"),
        pytest.param("{{ {{domain}} }}", "{{ {{domain}} }}", id="nested-stays"),
        pytest.param("{{a\n}}", "{{a\n}}", id="over-lines-stays"),
    ],
)
def test_fasttemplate_replaces_known_strings_only(text: str, expected: str) -> None:
    values: dict[str, Json] = {"domain": "scan", "path.basename": "b", "path[0]": "a", "number": 3}

    assert fill(text, values) == expected


def test_a_tag_that_is_not_closed_is_an_error() -> None:
    with pytest.raises(ParseError, match="not closed"):
        fill("{{a}} {{b", {})


def test_a_text_that_grows_too_long_is_an_error() -> None:
    with pytest.raises(ParseError, match="grows over"):
        fill("{{a}}" * 100, {"a": "x" * (MAX_TEXT // 50)})


@given(st.text())
def test_without_parameters_every_text_stays_or_is_refused(text: str) -> None:
    try:
        assert fill(text, {}) == text
    except ParseError:
        assert "{{" in text


def test_keys_and_values_are_filled_and_keep_their_places() -> None:
    template = from_plain({"{{a}}": ["{{b}}", 3, None]}, PLACE)

    filled = Templating(budget=Budget()).tree(template, parameters(a="x", b="y"))

    assert filled.plain() == {"x": ["y", 3, None]}
    assert filled.place_of("x") == PLACE


def test_without_parameters_a_template_is_not_evaluated() -> None:
    template = from_plain({"name": "{{ .broken"}, PLACE)

    filled = Templating(budget=Budget(), go=True).tree(template, Parameters())

    assert filled == template


def test_a_broken_template_is_an_error_at_its_line() -> None:
    with pytest.raises(ReadError) as caught:
        Templating(budget=Budget(), go=True).text("{{ .a.b }}", parameters(a="x"), PLACE)

    assert (caught.value.path, caught.value.line) == ("set.yaml", 3)


def test_what_cannot_be_told_is_unresolved_at_its_line() -> None:
    with pytest.raises(UnresolvedError, match="only Argo CD can evaluate"):
        Templating(budget=Budget(), go=True).text("{{ now }}", parameters(a="x"), PLACE)


def test_all_templates_together_are_bounded() -> None:
    templating = Templating(budget=Budget(letters=100))

    with pytest.raises(ReadError) as caught:
        templating.text("{{a}}" * 20, parameters(a="x" * 10), PLACE)

    assert caught.value.reason is Reason.TOO_LARGE


def test_applications_and_matches_are_bounded() -> None:
    budget = Budget(applications=2, matching=20)
    budget.make(2, PLACE)
    budget.match(2, ["a/*", "b"], PLACE)

    with pytest.raises(ReadError, match="Applications"):
        budget.make(1, PLACE)
    with pytest.raises(ReadError, match="too many paths"):
        budget.match(6, ["a/*"], PLACE)


def test_all_templates_share_one_budget_of_steps() -> None:
    budget = Budget(steps=30)
    templating = Templating(budget=budget, go=True)
    text = "{{range .a}}{{range $.a}}{{end}}{{end}}"
    templating.text(text, parameters(a=[1, 2]), PLACE)

    with pytest.raises(ReadError, match="steps"):
        templating.text(text, parameters(a=[1, 2]), PLACE)
