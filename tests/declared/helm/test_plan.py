"""The plan of a rendering, held against the rules of Argo CD; nothing is run."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.declared.checkout import Checkout
from exporter.declared.helm.plan import Plan, plan
from exporter.declared.options import HelmOptions, NotPlannedError, Parameter, substitute
from exporter.domain.errors import ReadError, Reason
from exporter.domain.items import ItemState
from tests.declared.helm.conftest import Lay

FILES = {
    "chart/Chart.yaml": "",
    "chart/a.yaml": "",
    "chart/b.yaml": "",
    "chart/deep/c.yaml": "",
    "environments/prod/z.yaml": "",
    "environments/prod/y.yaml": "",
    "environments/prod-eu/x.yaml": "",
}
VARIABLES = {"ARGOCD_APP_NAME": "shop", "ARGOCD_APP_REVISION": "1234567890"}


@pytest.fixture
def checkout(lay: Lay) -> Checkout:
    return lay(FILES)


def planned(checkout: Checkout, **options: Any) -> Plan:
    told = HelmOptions(**{"owner": "o", "release": "shop", "variables": VARIABLES, **options})
    return plan(told, chart="chart", checkout=checkout)


def arguments(found: Plan) -> list[str]:
    return found.arguments({path: f"/r/{path}" for path in found.files}, values="/v")


def test_the_order_is_that_of_argo_cd(checkout: Checkout) -> None:
    found = planned(
        checkout,
        namespace="web",
        kube_version="1.31.0",
        api_versions=("a/v1", "a/v1/B"),
        value_files=("a.yaml",),
        values="x: 1",
        parameters=(
            Parameter(name="n", value="1"),
            Parameter(name="t", value="2", force_string=True),
        ),
        file_parameters=(("f", "/environments/prod/z.yaml"),),
        skip_tests=True,
        skip_schema_validation=True,
    )

    assert arguments(found) == [
        *("template", ".", "--name-template", "shop", "--namespace", "web"),
        *("--kube-version", "1.31.0", "--set", "n=1", "--set-string", "t=2"),
        *("--set-file", "f=/r/environments/prod/z.yaml"),
        *("--values", "/r/chart/a.yaml", "--values", "/v"),
        *("--api-versions", "a/v1", "--api-versions", "a/v1/B"),
        *("--include-crds", "--skip-schema-validation", "--skip-tests"),
    ]


def test_what_is_not_said_is_not_told(checkout: Checkout) -> None:
    found = planned(checkout, skip_crds=True)

    assert arguments(found) == ["template", ".", "--name-template", "shop"]


@pytest.mark.parametrize(
    ("written", "files"),
    [
        pytest.param(["a.yaml", "b.yaml"], ["chart/a.yaml", "chart/b.yaml"], id="order"),
        pytest.param(["/chart/b.yaml"], ["chart/b.yaml"], id="from the top"),
        pytest.param(["../environments/prod/z.yaml"], ["environments/prod/z.yaml"], id="up"),
        pytest.param(["a.yaml", "./a.yaml"], ["chart/a.yaml"], id="each once"),
        pytest.param(
            ["*.yaml"], ["chart/Chart.yaml", "chart/a.yaml", "chart/b.yaml"], id="pattern"
        ),
        pytest.param(
            ["?.yaml", "a.yaml"], ["chart/b.yaml", "chart/a.yaml"], id="named after a pattern"
        ),
        pytest.param(["deep/*"], ["chart/deep/c.yaml"], id="one level"),
        pytest.param(
            ["/environments/**/[xy].yaml"],
            ["environments/prod/y.yaml", "environments/prod-eu/x.yaml"],
            id="any level",
        ),
        pytest.param(
            ["$ref/environments/prod/z.yaml"], ["environments/prod/z.yaml"], id="reference"
        ),
        pytest.param(["$other/chart/a.yaml"], ["chart/a.yaml"], id="no reference but a variable"),
        pytest.param(["${NOTHING}a.yaml"], ["chart/a.yaml"], id="unknown variable"),
    ],
)
def test_files_of_values_are_found_as_argo_cd_finds_them(
    checkout: Checkout, written: list[str], files: list[str]
) -> None:
    found = planned(checkout, value_files=tuple(written), references=(("ref", checkout),))

    assert list(found.value_files) == files


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        pytest.param("missing.yaml", Reason.MISSING, id="missing"),
        pytest.param("missing/*.yaml", Reason.MISSING, id="pattern without a match"),
        pytest.param("../../x.yaml", Reason.OUTSIDE, id="outside"),
        pytest.param("/../x.yaml", Reason.OUTSIDE, id="above the top"),
        pytest.param(".git/config", Reason.OUTSIDE, id="of Git"),
    ],
)
def test_a_file_of_values_that_is_not_there_is_an_error(
    checkout: Checkout, written: str, reason: Reason
) -> None:
    with pytest.raises(ReadError) as error:
        planned(checkout, value_files=(written,))

    assert error.value.reason is reason


def test_before_argo_cd_3_4_files_are_passed_on_as_often_as_they_are_named(
    checkout: Checkout,
) -> None:
    told = HelmOptions(owner="o", release="shop", value_files=("a.yaml", "b.yaml", "a.yaml"))

    found = plan(told, chart="chart", checkout=checkout, patterns=False)

    assert found.value_files == ("chart/a.yaml", "chart/b.yaml", "chart/a.yaml")


def test_before_argo_cd_3_4_a_pattern_is_a_file_that_does_not_exist(checkout: Checkout) -> None:
    told = HelmOptions(owner="o", release="shop", value_files=("*.yaml",))

    with pytest.raises(ReadError) as error:
        plan(told, chart="chart", checkout=checkout, patterns=False)

    assert error.value.reason is Reason.MISSING
    assert "3.4" in error.value.advice


def test_missing_files_are_passed_over_where_that_is_asked_for(checkout: Checkout) -> None:
    written = ("missing.yaml", "missing/*.yaml", "a.yaml")

    found = planned(checkout, value_files=written, ignore_missing_value_files=True)

    assert found.value_files == ("chart/a.yaml",)


@pytest.mark.parametrize(
    ("written", "state"),
    [
        pytest.param("$far/a.yaml", ItemState.OTHER_REPOSITORY, id="another repository"),
        pytest.param("https://example.org/a.yaml", ItemState.NOT_RENDERED, id="address"),
    ],
)
def test_values_that_lie_elsewhere_are_not_guessed(
    checkout: Checkout, written: str, state: ItemState
) -> None:
    with pytest.raises(NotPlannedError) as error:
        planned(checkout, value_files=(written,), references=(("far", None),))

    assert error.value.state is state


def test_a_commit_that_is_not_known_is_no_empty_text(checkout: Checkout) -> None:
    parameters = (Parameter(name="a", value="$ARGOCD_APP_REVISION_SHORT"),)

    with pytest.raises(NotPlannedError) as error:
        planned(checkout, parameters=parameters, variables={"ARGOCD_APP_REVISION": ""})

    assert error.value.state is ItemState.UNRESOLVED


@pytest.mark.parametrize(
    ("value", "told"),
    [
        pytest.param("x", "x", id="plain"),
        pytest.param("x,y", "x\\,y", id="comma"),
        pytest.param("x\\,y", "x\\,y", id="escaped comma"),
        pytest.param(",x,,y", "\\,x\\,\\,y", id="commas"),
        pytest.param("{x,y}", "{x,y}", id="list"),
        pytest.param("$ARGOCD_APP_NAME-x", "shop-x", id="variable"),
        pytest.param("a=b", "a=b", id="equals"),
        pytest.param("", "", id="empty"),
    ],
)
def test_the_value_of_a_parameter_is_written_as_argo_cd_does(
    checkout: Checkout, value: str, told: str
) -> None:
    found = planned(checkout, parameters=(Parameter(name="a", value=value),))

    assert found.settings == (("--set", f"a={told}"),)


def test_of_parameters_with_one_name_the_last_counts(checkout: Checkout) -> None:
    parameters = (Parameter(name="a", value="1"), Parameter(name="a", value="2"))

    found = planned(checkout, parameters=parameters)

    assert found.settings == (("--set", "a=2"),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("$A", "1", id="name"),
        pytest.param("${A}x", "1x", id="braces"),
        pytest.param("$Ax", "", id="longest name"),
        pytest.param("$A-x", "1-x", id="end of a name"),
        pytest.param("$$A", "$A", id="escaped"),
        pytest.param("$1x", "x", id="special"),
        pytest.param("${}x", "x", id="empty braces"),
        pytest.param("${Ax", "Ax", id="open brace"),
        pytest.param("a$", "a$", id="at the end"),
        pytest.param("a$ b", "a$ b", id="before a space"),
        pytest.param("$B", "", id="unknown"),
        pytest.param("${a.b}", "", id="anything in braces"),
    ],
)
def test_variables_are_substituted_as_go_does(text: str, expected: str) -> None:
    assert substitute(text, {"A": "1"}) == expected


@given(st.text(alphabet="ab$"), st.dictionaries(st.sampled_from("ab"), st.text(max_size=3)))
def test_text_without_variables_stays(text: str, variables: Mapping[str, str]) -> None:
    doubled = text.replace("$", "$$")

    assert substitute(doubled, variables) == text
