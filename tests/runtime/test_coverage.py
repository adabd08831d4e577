"""Coverage is the part of what is declared that could be judged, by layer and over all of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from exporter.checks import declaration_readable
from exporter.domain.check import Check
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.items import DeclaredItems, Item, ItemState
from exporter.domain.provenance import Place, Source
from exporter.runtime.coverage import Coverage, Share, overall

PLACE = Place(Source.ARGOCD, "argocd/apps.yaml", 3)


def check(name: str, layer: Layer) -> Check:
    return Check(
        id=name,
        layer=layer,
        severity=Severity.WARNING,
        title=name,
        needs=(),
        subjects=lambda _: (),
        judge=lambda _: iter(()),
    )


def found(name: str, *verdicts: Verdict, kind: str = "Application") -> tuple[Finding, ...]:
    return tuple(
        Finding(check=name, subject=Subject(kind, "", f"{number}"), verdict=verdict)
        for number, verdict in enumerate(verdicts)
    )


def unread(name: str, kind: str, *layers: Layer) -> Item:
    return Item(
        source=Source.ARGOCD,
        subject=Subject(kind, "", name),
        state=ItemState.UNREADABLE,
        place=PLACE,
        layers=layers,
    )


SYNCED = check("application_synced", Layer.GITOPS)
PRESENT = check("workload_present", Layer.APPLICATIONS)
CAUSE = Cause("node_present", Subject("Node", "", "a"))


def test_the_whole_is_the_judged_part_of_all_that_is_declared() -> None:
    findings = {
        SYNCED.id: found(SYNCED.id, *[Verdict.PASS] * 3),
        PRESENT.id: found(PRESENT.id, Verdict.UNKNOWN, kind="Deployment"),
    }

    shares = Coverage().of((SYNCED, PRESENT), findings, DeclaredItems())

    assert (shares[Layer.GITOPS].ratio, shares[Layer.APPLICATIONS].ratio) == (1.0, 0.0)
    assert overall(shares.values()) == 0.75


def test_what_is_unknown_for_what_is_excused_is_no_blindness() -> None:
    cause = Cause("node_present", Subject("Node", "", "a"))
    (known,) = found(PRESENT.id, Verdict.UNKNOWN, kind="Deployment")
    findings = {PRESENT.id: (structs.replace(known, cause=cause),)}

    blind, excused = (
        Coverage().of((PRESENT,), findings, DeclaredItems(), excused=frozenset(causes))
        for causes in ((), (cause,))
    )

    assert blind[Layer.APPLICATIONS].ratio == 0.0
    assert excused[Layer.APPLICATIONS].ratio == 1.0


def test_where_nothing_is_declared_there_is_no_coverage() -> None:
    shares = Coverage().of((SYNCED,), {SYNCED.id: ()}, DeclaredItems())

    assert shares[Layer.GITOPS].ratio is None
    assert overall(shares.values()) is None
    assert overall([Share()]) is None


def test_that_a_file_is_known_to_be_broken_covers_nothing() -> None:
    readable = declaration_readable.CHECK
    findings = {
        SYNCED.id: found(SYNCED.id, Verdict.PASS),
        readable.id: found(readable.id, Verdict.FAIL, kind="File"),
    }
    items = DeclaredItems((unread("0", "File", Layer.GITOPS, Layer.CONFIGURATION),))

    shares = Coverage().of((SYNCED, readable), findings, items)

    assert shares[Layer.CONFIGURATION].ratio == 0.0
    assert shares[Layer.GITOPS].ratio == 0.5


def test_an_item_that_two_sources_deliver_weighs_once_what_it_weighs_in_both() -> None:
    origins = [Subject("Source", "argocd", name) for name in ("shop/0", "shop/1")]
    items = DeclaredItems(
        tuple(
            structs.replace(unread("auth", "Deployment", Layer.APPLICATIONS), origin=origin)
            for origin in origins
        )
    )
    findings = {PRESENT.id: found(PRESENT.id, Verdict.PASS, kind="Deployment")}

    shares = Coverage().of((PRESENT,), findings, items)

    assert shares[Layer.APPLICATIONS].total == 1.0 + len(origins)
    assert shares[Layer.APPLICATIONS].ratio == pytest.approx(1 / 3)


@pytest.mark.parametrize("number", [3, 7, 10, 49])
def test_where_all_is_unknown_exactly_nothing_was_judged(number: int) -> None:
    checks = [check(name, Layer.APPLICATIONS) for name in ("a", "b", "c")]
    findings = {
        one.id: found(one.id, *[Verdict.UNKNOWN] * number, kind="Deployment") for one in checks
    }
    parts = tuple(
        structs.replace(
            unread(f"{name}", "Deployment", Layer.APPLICATIONS),
            origin=Subject("Source", "argocd", "shop/0"),
            state=ItemState.COMPARED,
        )
        for name in range(number)
    )

    shares = Coverage().of(checks, findings, DeclaredItems(parts))

    assert shares[Layer.APPLICATIONS].judged == 0.0


VERDICTS = st.lists(st.sampled_from((Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN)), max_size=4)
CHANGES = st.lists(
    st.tuples(VERDICTS, VERDICTS, st.lists(st.sampled_from("0123"), unique=True), st.booleans()),
    max_size=6,
)


@given(CHANGES)
def test_whatever_changes_the_coverage_is_that_of_a_first_look(
    changes: list[tuple[list[Verdict], list[Verdict], list[str], bool]],
) -> None:
    remembering = Coverage()
    ready = check("workload_ready", Layer.APPLICATIONS)
    for present, readiness, lost, hurt in changes:
        findings = {
            PRESENT.id: found(PRESENT.id, *present, kind="Deployment"),
            ready.id: blamed(ready.id, readiness) if hurt else found(ready.id, *readiness),
        }
        items = DeclaredItems(
            tuple(unread(name, "Deployment", Layer.APPLICATIONS) for name in lost)
        )
        causes = frozenset({CAUSE}) if hurt else frozenset[Cause]()

        shares = remembering.of((PRESENT, ready), findings, items, excused=causes)

        assert shares == Coverage().of((PRESENT, ready), findings, items, excused=causes)
        assert shares[Layer.APPLICATIONS].judged <= shares[Layer.APPLICATIONS].total


def blamed(name: str, verdicts: list[Verdict]) -> tuple[Finding, ...]:
    return tuple(structs.replace(one, cause=CAUSE) for one in found(name, *verdicts))
