from exporter.checks import declaration_readable
from exporter.domain.declaration import Failure, Unreadable
from exporter.domain.errors import Reason
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Subject, Verdict
from exporter.domain.provenance import Place, Source


def judge(*failures: Failure) -> list[Finding]:
    return list(declaration_readable.judge(Facts({Unreadable: Unreadable(failures)})))


def broken(path: str, line: int, message: str) -> Failure:
    return Failure(Place(Source.ARGOCD, path, line), Reason.MALFORMED, message, "mend it")


def test_what_can_be_read_is_not_mentioned() -> None:
    assert judge() == []


def test_all_that_is_wrong_with_one_file_is_one_failure_with_each_line() -> None:
    (finding,) = judge(broken("a.yaml", 3, "is no YAML"), broken("a.yaml", 9, "ends early"))

    assert finding.subject == Subject("File", "", "a.yaml")
    assert finding.verdict is Verdict.FAIL
    assert finding.detail == "line 3: is no YAML; line 9: ends early"
    assert [one.line for one in finding.provenance] == [3, 9]
    assert finding.advice == "mend it"


def test_an_overlay_goes_by_the_path_of_its_directory() -> None:
    place = Place(Source.KUSTOMIZE, "k8s/overlays/scan")

    (finding,) = judge(Failure(place, Reason.MISSING, "does not exist"))

    assert finding.subject == Subject("Directory", "", "k8s/overlays/scan")
