"""What is printed of the reference cluster as JSON is as the schema says."""

import json

import msgspec
import pytest

from exporter.domain.state import State
from exporter.report.documents.declared import Declaration
from exporter.report.documents.evaluated import Evaluation
from tests.e2e.reference import Reference
from tests.report.api_schema import strict


async def test_the_evaluation_is_as_the_schema_says(reference: Reference, declared: State) -> None:
    outcome = await reference.evaluate(declared=declared)

    document = json.loads(msgspec.json.encode(Evaluation.of(outcome.evaluation)))

    assert len(document["findings"]) > 200
    strict("check").validate(document)


@pytest.mark.parametrize("part", ["nodes", "workloads", "applications", "conflicts", "sources"])
def test_the_declaration_is_as_the_schema_says(declared: State, part: str) -> None:
    document = json.loads(msgspec.json.encode(Declaration.of(declared)))

    assert document[part]
    strict("declaration").validate(document)
