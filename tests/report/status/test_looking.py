"""Of what is not there the page says how to find out why, and offers nothing to accept it by."""

import pytest
from msgspec import structs

from exporter.domain.finding import Subject
from exporter.report.status.entry_view import EntryView, view
from tests.report.evaluations import evaluation, finding
from tests.report.status.boards import ENGLISH, board


def entry(check: str, *subjects: Subject) -> EntryView:
    found = (structs.replace(finding(check=check), subject=one) for one in subjects)
    shown = board(evaluation(*found))
    (one,) = shown.to_settle
    return view(one, shown, ENGLISH)


def test_a_lost_node_comes_with_the_commands_that_look_for_it() -> None:
    (look,) = entry("node_present", Subject("Node", "", "n1")).looks

    assert look.text.splitlines() == [
        "kubectl get node n1 -o wide",
        "kubectl describe node n1",
        "kubectl get events -A --field-selector involvedObject.kind=Node,involvedObject.name=n1",
    ]


def test_of_a_namespace_it_is_asked_there() -> None:
    (look,) = entry("workload_ready", Subject("Deployment", "api", "chat")).looks

    assert look.text.startswith("kubectl -n api get deployment chat -o wide\n")


@pytest.mark.parametrize(
    "subject",
    [
        Subject("Node", "", "--server=evil"),
        Subject("Node", "", "n1;reboot"),
        Subject("Deployment", "$(id)", "chat"),
        Subject("Deploy ment", "api", "chat"),
    ],
    ids=str,
)
def test_a_name_is_no_command(subject: Subject) -> None:
    assert entry("node_present", subject).looks == ()


@pytest.mark.parametrize(
    "check", ["node_present", "workload_present", "application_present", "object_present"]
)
def test_no_waiver_is_offered_for_what_is_gone(check: str) -> None:
    shown = entry(check, Subject("Node", "", "n1"))

    assert not shown.waiver
    assert "waiver" not in shown.summary


def test_what_only_differs_may_be_accepted_and_needs_no_look() -> None:
    shown = entry("node_labels", Subject("Node", "", "n1"))

    assert shown.waiver
    assert shown.looks == ()
