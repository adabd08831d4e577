import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.checks import node_version
from exporter.checks.node_version import Version
from exporter.domain.declaration import Attribute, DeclaredNode
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Verdict
from exporter.domain.nodes import DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.provenance import Located, Place, Source

PLACE = Place(Source.ANSIBLE, "group_vars/all.yml", 4)
NUMBERS = st.lists(st.integers(0, 999), min_size=1, max_size=3)


def judge(declared: str | None, *observed: str) -> list[Finding]:
    attributes = {Attribute.VERSION: Located(declared, PLACE)} if declared is not None else {}
    node = DeclaredNode(
        name="a", group="", places=(PLACE,), attributes=attributes, labels={}, taints=()
    )
    found = [ObservedNode(name="a", labels={}, version=one) for one in observed]
    cluster = ObservedNodes({one.name: one for one in found})
    known = {DeclaredNodes: DeclaredNodes({"a": node}), ObservedNodes: cluster}
    return list(node_version.judge(Facts(known=known)))


@pytest.mark.parametrize(
    ("declared", "observed"),
    [
        pytest.param("v1.28.4", "v1.28.4", id="same"),
        pytest.param("1.28.4", "v1.28.4", id="without-v"),
        pytest.param("1.28", "v1.28.4", id="minor"),
        pytest.param("1.28.x", "v1.28.4", id="any-patch"),
        pytest.param("1.28.*", "v1.28.4", id="any-patch-as-apt-has-it"),
        pytest.param("1.28.4-1.1", "v1.28.4", id="apt-package"),
        pytest.param("1.28.4-00", "v1.28.4", id="old-apt-package"),
        pytest.param("1.28.4-150500.1.1", "v1.28.4", id="rpm-package"),
        pytest.param("1.28.4-*", "v1.28.4", id="any-package"),
        pytest.param("v1.28.4+k3s1", "v1.28.4+k3s1", id="build"),
        pytest.param("v1.28.4-k3s1", "v1.28.4+k3s1", id="build-in-an-image-tag"),
        pytest.param("1.28.4", "v1.28.4+rke2r1", id="build-not-declared"),
        pytest.param("1.28", "v1.28.4-eks-8cb36c9", id="eks"),
        pytest.param("1.28.4-gke.1083000", "v1.28.4-gke.1083000", id="gke"),
        pytest.param("1.29.0-rc.1", "v1.29.0-rc.1", id="pre-release"),
        pytest.param("1.29", "v1.29.0-rc.1", id="minor-of-a-pre-release"),
        pytest.param(" 1.28.4\n", "v1.28.4", id="spaces"),
    ],
)
def test_a_version_matches_as_far_as_it_is_declared(declared: str, observed: str) -> None:
    (finding,) = judge(declared, observed)

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "")


@pytest.mark.parametrize(
    ("declared", "observed"),
    [
        pytest.param("1.28.4", "v1.28.5", id="patch"),
        pytest.param("1.2", "v1.28.4", id="segments-are-numbers"),
        pytest.param("1.28.4", "v1.28", id="less-is-observed"),
        pytest.param("v1.28.4+k3s1", "v1.28.4+k3s2", id="build"),
        pytest.param("v1.28.4+k3s1", "v1.28.4", id="no-build"),
        pytest.param("1.29.0", "v1.29.0-rc.1", id="pre-release-is-not-the-release"),
        pytest.param("1.29.0-rc.1", "v1.29.0", id="release-is-not-the-pre-release"),
        pytest.param("1.28-rc.1", "v1.28.0-rc.2", id="other-pre-release"),
    ],
)
def test_another_version_fails(declared: str, observed: str) -> None:
    (finding,) = judge(declared, observed)

    assert finding.verdict is Verdict.FAIL
    assert finding.detail == f"kubelet is {observed} instead of {declared}"
    assert finding.provenance == (PLACE,)


@pytest.mark.parametrize(
    ("declared", "observed", "detail"),
    [
        pytest.param("latest", "v1.28.4", "'latest' is no version to compare with", id="declared"),
        pytest.param("", "v1.28.4", "'' is no version to compare with", id="declared-empty"),
        pytest.param("1.28", "", "kubelet reports '', which is no version", id="observed-empty"),
        pytest.param("1.28", "next", "kubelet reports 'next', which is no version", id="observed"),
    ],
)
def test_what_is_no_version_is_unknown(declared: str, observed: str, detail: str) -> None:
    (finding,) = judge(declared, observed)

    assert (finding.verdict, finding.detail) == (Verdict.UNKNOWN, detail)


def test_a_node_without_a_declared_version_is_no_subject() -> None:
    assert judge(None, "v1.28.4") == []


def test_a_missing_node_is_unknown_and_names_its_cause() -> None:
    (finding,) = judge("1.28")

    assert (finding.verdict, finding.cause) == (
        Verdict.UNKNOWN,
        Cause("node_present", finding.subject),
    )


@given(NUMBERS, st.lists(st.integers(0, 999), max_size=3))
def test_a_version_covers_whatever_continues_it(start: list[int], rest: list[int]) -> None:
    assert Version(tuple(start)).covers(Version((*start, *rest)))


@given(st.text(max_size=40))
def test_any_text_is_a_version_or_none(text: str) -> None:
    version = Version.parse(text)

    assert version is None or version.covers(version)
