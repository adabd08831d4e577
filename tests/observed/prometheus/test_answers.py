import pytest

from exporter.domain.errors import ReadError
from exporter.observed.prometheus.answers import scalar

ELEMENT = '{"metric":{},"value":[1,"17.5"]}'


def answer(kind: str, result: str) -> bytes:
    return f'{{"status":"success","data":{{"resultType":"{kind}","result":{result}}}}}'.encode()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(answer("scalar", '[1,"17.5"]'), id="Prometheus"),
        pytest.param(answer("vector", f"[{ELEMENT}]"), id="VictoriaMetrics"),
    ],
)
def test_a_number_is_a_scalar_or_the_only_element_of_a_vector(body: bytes) -> None:
    assert scalar(body, path="/query") == 17.5


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(answer("vector", "[]"), id="none"),
        pytest.param(answer("vector", f"[{ELEMENT},{ELEMENT}]"), id="two"),
        pytest.param(answer("matrix", "[]"), id="a matrix"),
        pytest.param(answer("string", '[1,"x"]'), id="a text"),
    ],
)
def test_anything_else_is_no_number(body: bytes) -> None:
    with pytest.raises(ReadError):
        scalar(body, path="/query")
