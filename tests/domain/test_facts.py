from dataclasses import dataclass

import pytest

from exporter.domain.facts import Facts, Gap, MissingFactError
from exporter.domain.provenance import Source


@dataclass(frozen=True)
class Nodes:
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pods:
    count: int = 0


OLD = Gap(Source.KUBERNETES, "read 2 h ago")
BROKEN = Gap(Source.ANSIBLE, "is no YAML")


def test_a_known_fact_is_returned_by_its_type() -> None:
    facts = Facts(known={Nodes: Nodes(("a",))})

    assert facts.get(Nodes) == Nodes(("a",))
    assert facts.find(Nodes) == Nodes(("a",))


def test_a_fact_that_holds_nothing_is_not_a_missing_fact() -> None:
    assert Facts(known={Nodes: Nodes()}).get(Nodes) == Nodes()


def test_asking_for_a_missing_fact_raises_and_names_it() -> None:
    with pytest.raises(MissingFactError, match="Nodes"):
        Facts(known={Pods: Pods()}).get(Nodes)


def test_looking_for_a_missing_fact_finds_none() -> None:
    assert Facts().find(Nodes) is None


def test_a_fact_under_the_type_of_another_is_missing() -> None:
    facts = Facts(known={Nodes: Pods()})

    assert facts.find(Nodes) is None
    with pytest.raises(MissingFactError):
        facts.get(Nodes)


def test_gaps_are_those_of_the_kinds_asked_for_each_once_and_sorted() -> None:
    facts = Facts(gaps={Nodes: (OLD, BROKEN), Pods: (OLD,)})

    assert facts.gaps_in((Nodes, Pods)) == (BROKEN, OLD)
    assert facts.gaps_in((Pods,)) == (OLD,)
    assert facts.gaps_in(()) == ()


def test_a_fact_with_a_gap_is_still_there_to_name_subjects() -> None:
    facts = Facts(known={Nodes: Nodes()}, gaps={Nodes: (OLD,)})

    assert facts.find(Nodes) == Nodes()
    assert facts.lacks((Nodes,)) == ()


def test_what_is_lacking_is_named_in_order() -> None:
    assert Facts().lacks((Pods, Nodes)) == ("Nodes", "Pods")
