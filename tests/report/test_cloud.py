"""What lies under the nodes has a table of its own, where it is looked at."""

from dataclasses import replace

from exporter.checks import ALL
from exporter.domain.check import Chapter
from exporter.domain.cloud import ObservedInstances
from exporter.domain.facts import Facts
from exporter.report.composition import paper
from exporter.report.markdown import write
from exporter.report.overview import overview
from exporter.report.texts import Lang, texts
from exporter.runtime.decisions import Decisions
from exporter.runtime.evaluate import evaluate
from tests.checks import of_cloud
from tests.report.evaluations import NOW

OF_CLOUD = tuple(one for one in ALL if one.chapter is Chapter.CLOUD)
STOPPED = ObservedInstances({"i-1": replace(of_cloud.RUNNING, state="stopped")})


def shown(facts: Facts, *, looked: bool = True) -> str:
    checks = OF_CLOUD if looked else ()
    made = evaluate(checks, facts=facts, decisions=Decisions(), sources=(), at=NOW)
    return write(paper(overview(made), texts=texts(Lang.EN)))


def test_each_resource_has_one_row_with_its_worst_result_the_worst_first() -> None:
    report = shown(of_cloud.facts(STOPPED))

    table = report.partition(" Cloud\n")[2].partition("\n#")[0].splitlines()
    rows = [line for line in table if line.startswith("| ")]
    assert "Instance aws_instance.a" in rows[2]
    assert "i-1 is stopped" in rows[2]
    assert "| mismatch |" in rows[2]
    assert sum("aws_instance.a" in line for line in rows) == 1
    assert "Instance i-1" not in report
    assert sum("aws_security_group.a" in line for line in rows) == 1


def test_where_no_cloud_is_looked_at_it_is_not_spoken_of() -> None:
    assert " Cloud\n" not in shown(of_cloud.facts(), looked=False)
