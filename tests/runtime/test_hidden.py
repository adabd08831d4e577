"""A failure whose declaration breaks stays remembered: no typing error ends an alert."""

from datetime import timedelta

import pytest
from msgspec import structs

from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.provenance import Place, Source
from exporter.runtime.history import Decisions
from tests.counting import calls
from tests.runtime.judging import DEADLINE, Judging, failing, minutes, passing, unknown

AGE = timedelta(minutes=60)
NODE = Subject("Node", "", "n")
FILE, FOLDER = Subject("File", "", "k8s/a/app.yaml"), Subject("Directory", "", "k8s/a")
UNREAD = unknown(NODE, detail="main.tf: is malformed", cause=Cause(Source.TERRAFORM))


def judging() -> Judging:
    return Judging(decisions=Decisions(deadline=DEADLINE, declared_max_age=AGE))


def declared(path: str = "k8s/a/app.yaml", *, name: str = "n") -> Finding:
    """Return a failure of what *path* declares."""
    place = Place(Source.KUSTOMIZE, path, 3)
    return structs.replace(failing(subject=Subject("Node", "", name)), provenance=(place,))


def broken(subject: Subject = FILE) -> Finding:
    return structs.replace(failing(subject=subject), detail="is no YAML")


def was(outcome: Evaluation) -> list[tuple[str, float]]:
    """Return what is remembered: of whom, and at which minute that began to fail."""
    return [
        (one.subject.name, (one.was - minutes(0)).total_seconds() / 60)
        for one in outcome.remembered
        if one.was
    ]


def test_a_failure_that_becomes_unknown_for_its_declaration_keeps_since_when_it_failed() -> None:
    seen = judging()
    seen.see(0, failing(subject=NODE))

    outcome = seen.see(5, UNREAD)

    (one,) = outcome.findings
    assert (one.verdict, one.since, one.was) == (Verdict.UNKNOWN, minutes(5), minutes(0))
    assert outcome.remembered == (one,)


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(passing(NODE), id="passed"),
        pytest.param(unknown(NODE), id="was unknown"),
    ],
)
def test_what_did_not_fail_has_nothing_to_keep(before: Finding) -> None:
    seen = judging()
    seen.see(0, before)

    assert was(seen.see(5, UNREAD)) == []


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(unknown(NODE, cause=Cause(Source.KUBERNETES)), id="cluster not seen"),
        pytest.param(unknown(NODE, cause=Cause("node_present", NODE)), id="follows from another"),
        pytest.param(unknown(NODE), id="nobody says why"),
        pytest.param(passing(NODE), id="passes"),
    ],
)
def test_only_what_is_unknown_for_its_declaration_is_remembered(after: Finding) -> None:
    seen = judging()
    seen.see(0, failing(subject=NODE))

    assert was(seen.see(5, after)) == []


def test_it_is_remembered_for_so_long_and_no_longer() -> None:
    seen = judging()
    seen.see(0, failing(subject=NODE))

    remembered = [was(seen.see(at, UNREAD)) for at in (5, 64, 65, 66)]

    assert remembered == [[("n", 0.0)], [("n", 0.0)], [], []]


def test_what_fails_again_has_failed_all_the_time() -> None:
    seen = judging()
    seen.see(0, failing(subject=NODE))
    seen.see(5, UNREAD)

    (one,) = seen.see(10, failing(subject=NODE)).findings

    assert (one.since, one.was) == (minutes(0), None)


def test_what_recovered_between_fails_anew() -> None:
    seen = judging()
    seen.see(0, failing(subject=NODE))
    seen.see(5, UNREAD)
    seen.see(6, passing(NODE))

    (one,) = seen.see(10, failing(subject=NODE)).findings

    assert one.since == minutes(10)


@pytest.mark.parametrize("gone", [FILE, FOLDER], ids=["file", "directory"])
def test_a_failure_that_vanishes_with_its_file_is_told_by_the_finding_about_that(
    gone: Subject,
) -> None:
    seen = judging()
    seen.see(0, made_up=[declared()], declaration_readable=[])

    outcome = seen.see(5, made_up=[], declaration_readable=[broken(gone)])

    (one,) = outcome.findings
    assert one.detail == "is no YAML; hides 1 failing finding: made_up of Node n"
    assert was(outcome) == [("n", 0.0)]
    (hidden,) = outcome.remembered
    assert (hidden.verdict, hidden.cause) == (Verdict.UNKNOWN, Cause("declaration_readable", gone))


def test_an_item_that_cannot_be_read_hides_as_a_broken_file_does() -> None:
    seen, reason = judging(), structs.replace(unknown(FILE), detail="is vaulted")
    seen.see(0, made_up=[declared()], declaration_compared=[])

    unreadable = seen.see(
        5, made_up=[], declaration_compared=[structs.replace(reason, reason="unreadable")]
    )
    elsewhere = seen.see(
        6, made_up=[], declaration_compared=[structs.replace(reason, reason="other_cluster")]
    )

    assert unreadable.findings[0].detail == (
        "is vaulted; hides 1 failing finding: made_up of Node n"
    )
    assert was(elsewhere) == [], "it was declared for another cluster since"


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("k8s/b/app.yaml", id="another file"),
        pytest.param("k8s/a/app.yaml.orig", id="a longer name"),
        pytest.param("k8s/ab/app.yaml", id="another directory"),
    ],
)
def test_what_vanishes_otherwise_is_gone(path: str) -> None:
    seen = judging()
    seen.see(0, made_up=[declared(path)], declaration_readable=[])

    outcome = seen.see(5, made_up=[], declaration_readable=[broken(FILE), broken(FOLDER)][:1])
    beside = seen.see(6, made_up=[], declaration_readable=[broken(FOLDER)])

    assert (was(outcome), was(beside)) == ([], [])


def test_what_is_hidden_is_remembered_for_so_long_and_no_longer() -> None:
    seen = judging()
    seen.see(0, made_up=[declared()], declaration_readable=[])

    outcomes = [seen.see(at, made_up=[], declaration_readable=[broken()]) for at in (5, 64, 65, 66)]

    assert [was(one) for one in outcomes] == [[("n", 0.0)], [("n", 0.0)], [], []]
    assert outcomes[-1].findings[0].detail == "is no YAML"


def test_what_is_mended_hides_nothing_and_what_fails_again_has_failed_all_the_time() -> None:
    seen = judging()
    seen.see(0, made_up=[declared()], declaration_readable=[])
    seen.see(5, made_up=[], declaration_readable=[broken()])

    outcome = seen.see(10, made_up=[declared()], declaration_readable=[])

    (one,) = outcome.findings
    assert (one.since, outcome.remembered) == (minutes(0), ())


def test_what_is_mended_and_gone_is_gone() -> None:
    seen = judging()
    seen.see(0, made_up=[declared()], declaration_readable=[])
    seen.see(5, made_up=[], declaration_readable=[broken()])
    seen.see(6, made_up=[], declaration_readable=[])

    assert was(seen.see(7, made_up=[], declaration_readable=[broken()])) == []


@pytest.mark.parametrize("first", [FILE, FOLDER], ids=["file", "directory"])
def test_of_a_file_and_its_directory_the_file_hides_what_it_declares(first: Subject) -> None:
    seen, second = judging(), FOLDER if first is FILE else FILE
    seen.see(0, made_up=[declared()], declaration_readable=[])

    outcome = seen.see(5, made_up=[], declaration_readable=[broken(first), broken(second)])

    assert [one.cause for one in outcome.remembered] == [Cause("declaration_readable", FILE)]


def cost(many: int) -> int:
    """Return how many calls it takes to tell by which of *many* files as many failures are hid."""
    paths = [f"k8s/{number:03}/app.yaml" for number in range(many)]
    failures = [declared(path, name=path) for path in paths]
    files = [broken(Subject("File", "", path)) for path in paths]
    seen = judging()
    seen.see(0, made_up=failures, declaration_readable=[])
    return calls(lambda: seen.see(5, made_up=[], declaration_readable=files))


def test_what_is_hidden_is_found_without_a_look_at_every_broken_file() -> None:
    assert cost(200) < 3 * cost(100)


def test_many_are_counted_and_the_first_are_named() -> None:
    seen = judging()
    seen.see(0, made_up=[declared(name=name) for name in "abcde"], declaration_readable=[])

    (one,) = seen.see(5, made_up=[], declaration_readable=[broken()]).findings

    assert one.detail == (
        "is no YAML; hides 5 failing findings: made_up of Node a, made_up of Node b, "
        "made_up of Node c and 2 more"
    )


def test_who_looks_once_remembers_nothing() -> None:
    once = Judging(history=None)
    once.see(0, failing(subject=NODE))

    assert once.see(5, UNREAD).remembered == ()
