"""The expectations were taken from Go's text/template with sprig v3.3.0."""

import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.declared.argocd.gotemplate import UnsupportedError, from_json, render
from exporter.domain.errors import ParseError

VALUES: dict[str, Any] = {
    "name": "Scan-API",
    "empty": "",
    "count": 3,
    "yes": True,
    "nothing": None,
    "map": {"a": "1", "b": {"c": "x"}},
    "list": ["p", "q"],
    "path": {"path": "apps/scan", "basename": "scan", "segments": ["apps", "scan"]},
}


def evaluate(text: str, *, strict: bool = False) -> str:
    return render(text, from_json(VALUES), strict=strict)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("api-{{ .name }}", "api-Scan-API", id="field"),
        pytest.param("{{.path.path}}/{{.path.basename}}", "apps/scan/scan", id="nested-field"),
        pytest.param("{{ index .path.segments 1 }}", "scan", id="index"),
        pytest.param('{{ index .map "a" }}', "1", id="index-of-a-map"),
        pytest.param("{{ .name | lower }}", "scan-api", id="pipe"),
        pytest.param('{{ .empty | default "x" }}', "x", id="default"),
        pytest.param('{{ default "x" .absent }}', "x", id="default-of-the-absent"),
        pytest.param('{{ (index .list 0) | printf "%s-%s" "x" }}', "x-p", id="parentheses"),
        pytest.param("{{ (.map).b.c }}", "x", id="field-of-a-group"),
        pytest.param("{{ .absent }}", "<no value>", id="absent"),
        pytest.param("{{ .absent.deeper }}", "<no value>", id="within-the-absent"),
        pytest.param("{{ .count }} {{ .yes }}", "3 true", id="numbers-and-booleans"),
        pytest.param("a {{- .name -}} b", "aScan-APIb", id="trimmed"),
        pytest.param("{{/* note */}}x{{- /* note */ -}} y", "xy", id="comments"),
        pytest.param('{{ "}}" }}{{ `{{` }}', "}}{{", id="braces-in-texts"),
        pytest.param("{{ $x := .name }}{{ $x }}{{ $.empty }}", "Scan-API", id="variables"),
        pytest.param(
            '{{ if eq .name "x" }}a{{ else if .list }}b{{ else }}c{{ end }}', "b", id="if"
        ),
        pytest.param("{{ if and .yes (not .empty) }}a{{ end }}", "a", id="and-not"),
        pytest.param("{{ or .empty .absent .name }}", "Scan-API", id="or"),
        pytest.param("{{ with .map }}{{ .a }}{{ $.count }}{{ end }}", "13", id="with"),
        pytest.param("{{ range .list }}<{{ . }}>{{ end }}", "<p><q>", id="range"),
        pytest.param(
            "{{ range $k, $v := .map.b }}{{ $k }}={{ $v }}{{ end }}", "c=x", id="range-of-a-map"
        ),
        pytest.param("{{ range .absent }}a{{ else }}none{{ end }}", "none", id="empty-range"),
        pytest.param("no template", "no template", id="plain"),
        pytest.param("{{\n .name\n}}", "Scan-API", id="over-lines"),
        pytest.param("{ {{ .count }} }", "{ 3 }", id="braces-beside"),
    ],
)
def test_templates_give_what_go_gives(text: str, expected: str) -> None:
    assert evaluate(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{{ .name", id="not-closed"),
        pytest.param("{{ }}", id="empty-action"),
        pytest.param("{{ if .name }}", id="no-end"),
        pytest.param("{{ end }}", id="end-too-many"),
        pytest.param("{{ if .name }}{{ else }}{{ else }}{{ end }}", id="two-else"),
        pytest.param("{{ (.name }}", id="parenthesis"),
        pytest.param("{{ .name .name }}", id="field-called"),
        pytest.param("{{ $x }}", id="variable-not-declared"),
        pytest.param("{{ .name.deeper }}", id="field-of-a-text"),
        pytest.param("{{ .nothing.deeper }}", id="field-of-nil"),
        pytest.param("{{ index .list 7 }}", id="out-of-range"),
        pytest.param("{{ lower .count }}", id="number-for-a-text"),
        pytest.param("{{ eq .count 3 }}", id="float-against-integer"),
        pytest.param("{{ lower }}", id="too-few-arguments"),
        pytest.param("{{ and }}", id="and-of-nothing"),
        pytest.param("{{ nil }}", id="nil"),
        pytest.param("{{ .a-b }}", id="dash-in-a-field"),
        pytest.param("{{ | lower }}", id="no-command"),
        pytest.param("{{ $a, $b := .list }}", id="two-variables"),
        pytest.param('{{ "x }}', id="text-not-closed"),
    ],
)
def test_what_go_refuses_is_an_error(text: str) -> None:
    with pytest.raises(ParseError):
        evaluate(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{{ template "x" }}', id="named-templates"),
        pytest.param("{{ range .list }}{{ break }}{{ end }}", id="break"),
        pytest.param("{{ $x := 1 }}{{ $x = 2 }}", id="assignment"),
        pytest.param("{{ snakecase .name }}", id="unknown-function"),
        pytest.param("{{ range keys .map .map }}{{ . }}{{ end }}", id="order-of-keys"),
        pytest.param('{{ merge .map (dict "a" 1) }}', id="changing-a-parameter"),
        pytest.param(r'{{ regexMatch "\\C" .name }}', id="expression-of-bytes"),
        pytest.param("{{ 0x10 }}", id="hexadecimal"),
        pytest.param("{{ 'a' }}", id="rune"),
        pytest.param("{{ range 3 }}{{ end }}", id="range-of-a-number"),
        pytest.param('{{ env "HOME" }}', id="environment"),
    ],
)
def test_what_only_argo_cd_can_tell_is_not_guessed(text: str) -> None:
    with pytest.raises(UnsupportedError):
        evaluate(text)


def test_a_missing_key_is_an_error_where_it_is_asked_to_be() -> None:
    with pytest.raises(ParseError, match="no parameter 'absent'"):
        evaluate('{{ default "x" .absent }}', strict=True)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{{ repeat 100000000 "x" }}', id="repeat"),
        pytest.param("{{ range .list }}" * 40 + "x" + "{{ end }}" * 40, id="nested-ranges"),
        pytest.param(
            '{{ $a := repeat 200000 "x" }}{{ replace "x" $a $a }}', id="replace-by-itself"
        ),
        pytest.param("{{ if .yes }}" * 1000 + "{{ end }}" * 1000, id="nested-conditions"),
        pytest.param("{{ " + "(" * 1000 + ".name" + ")" * 1000 + " }}", id="nested-groups"),
        pytest.param('{{ indent 999999999 "x" }}', id="indent"),
    ],
)
def test_a_template_bomb_is_an_error(text: str) -> None:
    with pytest.raises(ParseError):
        evaluate(text)


@pytest.mark.parametrize(
    "action",
    [
        pytest.param("quote $x $x", id="quote"),
        pytest.param("squote $x $x", id="squote"),
        pytest.param('printf "%s%s" $x $x', id="printf"),
        pytest.param("toJson (list $x $x)", id="toJson"),
        pytest.param('join "" (list $x $x)', id="join"),
    ],
)
def test_a_text_that_would_be_too_long_is_not_made(action: str) -> None:
    many = action.replace("$x $x", "$x " * 200).replace("%s%s", "%s" * 200)
    tracemalloc.start()
    try:
        with pytest.raises(ParseError, match="grows over 256 KiB"):
            evaluate(f'{{{{ $x := repeat 200000 "a" }}}}{{{{ len ({many}) }}}}')
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert most < 10_000_000


def test_texts_that_are_kept_are_counted_together() -> None:
    kept = "".join(f'{{{{ $a{at} := repeat 100000 "{at}" }}}}' for at in range(10, 99))

    with pytest.raises(ParseError, match="makes more than 4 MiB"):
        evaluate(kept)


def test_a_value_that_repeats_itself_is_not_written_out() -> None:
    doubled = "".join(f"{{{{ $a{at} := list $a{at - 1} $a{at - 1} }}}}" for at in range(1, 40))

    with pytest.raises(ParseError, match="too large"):
        evaluate("{{ $a0 := list 1 }}" + doubled + "{{ toJson $a39 }}")


@given(st.text(alphabet="{}()|.$:=\"`'-+ abcxyz019,/*\n", max_size=60))
def test_any_text_is_told_or_refused(text: str) -> None:
    try:
        done = evaluate("{{ " + text + " }}")
    except (ParseError, UnsupportedError):
        return

    assert isinstance(done, str)


@given(st.text().filter(lambda text: "{{" not in text))
def test_text_without_actions_stays(text: str) -> None:
    assert evaluate(text) == text
