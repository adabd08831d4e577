import pytest

from exporter.declared.terraform.language.json_syntax import parse_json, parse_json_variables
from exporter.declared.terraform.language.syntax import Literal, Template
from exporter.declared.terraform.language.values import Origin
from exporter.domain.errors import ParseError

CONFIGURATION = """{
  "//": "generated",
  "locals": {"a": 1},
  "resource": {
    "aws_instance": {
      "web": {
        "tags": {"Name": "k8s-${local.a}"}
      }
    }
  },
  "module": [{"m": {"source": "./m"}}]
}
"""


def test_json_gives_the_same_blocks_as_hcl() -> None:
    blocks = {
        (block.type, *block.labels): block
        for block in parse_json(CONFIGURATION, "m.tf.json").blocks
    }

    resource = blocks["resource", "aws_instance", "web"]
    assert set(blocks) == {("locals",), ("module", "m"), ("resource", "aws_instance", "web")}
    assert resource.at == ("m.tf.json", 6)
    assert resource.body.attributes["tags"].at == ("m.tf.json", 7)


def test_strings_are_templates_in_a_configuration_alone() -> None:
    (block,) = parse_json('{"locals": {"a": "x${y}", "b": "x"}}', "m.tf.json").blocks
    values = parse_json_variables('{"a": "x${y}", "c": [1e3, null]}', "v.json").attributes

    assert isinstance(block.body.attributes["a"], Template)
    assert isinstance(block.body.attributes["b"], Literal)
    assert values["a"] == Literal("x${y}", Origin("v.json", 1))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("[]", 1, id="list"),
        pytest.param('{"a": 1,\n"b": [', 2, id="cut-off"),
        pytest.param('{"a": 1, "a": 2}', 1, id="twice"),
        pytest.param('{"resource": "x",\n "locals": {"a": "${"}}', 2, id="template"),
        pytest.param('{"locals": {"a": .inf}}', 1, id="infinity"),
        pytest.param('{"locals": {"a": !x {}}}', 1, id="tag"),
        pytest.param("[" * 100_000, 1, id="deep"),
    ],
)
def test_what_is_no_configuration_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(ParseError) as caught:
        parse_json(text, "main.tf.json")

    assert caught.value.line == line
