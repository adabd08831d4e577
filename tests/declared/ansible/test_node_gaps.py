"""Gaps that are alike become one, and there are never too many."""

from exporter.declared.ansible.extents import Extent, union
from exporter.declared.ansible.node_gaps import NodeGaps
from exporter.declared.ansible.node_keywords import ANSIBLE_ATTRIBUTES
from exporter.domain.declaration import NodeGap
from exporter.domain.provenance import Place, Source

LABELS = frozenset({"labels.a"})


def at(line: int) -> Place:
    return Place(Source.ANSIBLE, "play.yml", line)


def gaps(found: NodeGaps) -> list[NodeGap]:
    return list(found.gaps(lambda epoch: epoch))


def test_gaps_of_one_place_are_one_for_all_their_nodes() -> None:
    found = NodeGaps()
    for name in ("n1", "n2"):
        found.add(Extent(LABELS, frozenset({name})), place=at(1), message="why")

    (gap,) = gaps(found)
    assert gap.nodes == {"n1", "n2"}


def test_what_could_concern_any_node_does_so_for_good() -> None:
    found = NodeGaps()
    for names in (frozenset({"n1"}), frozenset[str](), frozenset({"n2"})):
        found.add(Extent(LABELS, names), place=at(1), message="why")

    (gap,) = gaps(found)
    assert gap.nodes == frozenset()


def test_what_sets_nothing_is_no_gap() -> None:
    found = NodeGaps()

    found.add(Extent(frozenset()), place=at(1), message="why")

    assert gaps(found) == []


def test_a_new_epoch_begins_with_the_statement_after_a_gap() -> None:
    found = NodeGaps()
    epochs = [found.begin_statement()]
    found.add(Extent(LABELS), place=at(1), message="why")
    found.add(Extent(LABELS), place=at(2), message="why")
    epochs += [found.begin_statement(), found.begin_statement()]
    found.add(Extent(LABELS), place=at(3), message="why")

    assert epochs == [0, 1, 1]
    assert [gap.position for gap in gaps(found)] == [0, 0, 1]


def test_a_gap_that_comes_again_counts_where_it_came_last() -> None:
    found = NodeGaps()
    found.add(Extent(LABELS), place=at(1), message="why")
    found.begin_statement()

    found.add(Extent(LABELS), place=at(1), message="why")

    assert [gap.position for gap in gaps(found)] == [1]


def test_too_many_gaps_end_in_one_that_could_say_anything() -> None:
    found = NodeGaps(limit=3)
    for line in range(1, 9):
        found.add(Extent(LABELS, frozenset({"n1"})), place=at(line), message="why")

    *first, last = gaps(found)
    assert [item.place.line for item in first] == [1, 2, 3]
    assert (last.attributes, last.nodes) == (ANSIBLE_ATTRIBUTES, frozenset())


def test_too_many_names_end_in_any() -> None:
    found = NodeGaps(names_left=3)

    for line in (1, 2):
        found.add(Extent(LABELS, frozenset({"n1", "n2"})), place=at(line), message="why")

    assert [gap.nodes for gap in gaps(found)] == [{"n1", "n2"}, frozenset()]


def test_what_two_could_set_together_is_of_any_node_where_one_is() -> None:
    one, other = Extent(LABELS, frozenset({"n1"})), Extent(frozenset({"taints"}), frozenset({"n2"}))

    assert union([one, other]) == Extent(LABELS | {"taints"}, frozenset({"n1", "n2"}))
    assert union([one, Extent(LABELS)]) == Extent(LABELS)
