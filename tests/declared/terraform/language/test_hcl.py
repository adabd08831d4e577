import pytest

from exporter.declared.terraform.language.hcl import parse
from exporter.declared.terraform.language.syntax import Body, Literal
from exporter.domain.errors import ParseError


def attributes(text: str) -> dict[str, object]:
    found = parse(text, "main.tf").attributes
    return {name: item.value if isinstance(item, Literal) else item for name, item in found.items()}


def test_a_body_holds_attributes_and_blocks_with_their_lines() -> None:
    body = parse('a = 1\n\nresource "aws_instance" "web" {\n  ami = "x"\n}\n', "main.tf")

    (block,) = body.blocks
    assert list(body.attributes) == ["a"]
    assert (block.type, block.labels) == ("resource", ("aws_instance", "web"))
    assert block.at == ("main.tf", 3)
    assert block.body.attributes["ami"].at == ("main.tf", 4)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a = 1 # comment\nb = 2 // comment\n/* and\n one */ c = 3", id="comments"),
        pytest.param("a = 1\r\nb = 2\r\nc = 3\r\n", id="windows-lines"),
        pytest.param("a = (\n  1\n)\nb = 2\nc = 3", id="lines-in-parentheses"),
    ],
)
def test_blanks_and_comments_mean_nothing(text: str) -> None:
    assert {name: int(str(value)) for name, value in attributes(text).items()} == {
        "a": 1,
        "b": 2,
        "c": 3,
    }


def test_a_block_fits_on_one_line() -> None:
    (block,) = parse("lifecycle { prevent_destroy = true }", "main.tf").blocks

    assert block.body == Body({"prevent_destroy": Literal(True, block.at)})  # noqa: FBT003 - a value


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        pytest.param("a = 1\nb = [1, 2\n", 3, "expected ',' or ']', found the end", id="list"),
        pytest.param("a = \n", 1, "expected an expression, found the end of the line", id="value"),
        pytest.param('a = "b\n', 1, "a string does not end on its line", id="quote"),
        pytest.param('a = "b', 1, "expected the closing quote, found the end", id="quote-at-end"),
        pytest.param("a = <<EOF\nb\n", 1, "the heredoc EOF has no end", id="heredoc"),
        pytest.param("\n\n}", 3, "expected an attribute or a block, found '}'", id="brace"),
        pytest.param("a {\n b = 1\n", 3, "expected an attribute, a block or '}'", id="block"),
        pytest.param("a ! {}", 1, "expected '=' or '{', found '!'", id="label"),
        pytest.param('a "b {}', 1, "a label has no closing quote", id="label-quote"),
        pytest.param("a = 1 b = 2", 1, "expected a new line after the attribute", id="two"),
        pytest.param('a = "\\q"', 1, "unknown escape", id="escape"),
        pytest.param('a = "\\ud800"', 1, "unknown escape", id="half-a-character"),
        pytest.param('a = "\\UFFFFFFFF"', 1, "unknown escape", id="no-character"),
        pytest.param("a = 1e9999", 1, "a number is too large", id="number"),
        pytest.param("a = {for = 1}", 1, "expected a name, found '='", id="for"),
        pytest.param("a = [for x of y : x]", 1, "expected 'in'", id="for-in"),
        pytest.param("a = x.", 1, "expected an attribute's name", id="attribute"),
        pytest.param('a = "%{ while x }"', 1, "expected %{ if ... }", id="directive"),
        pytest.param('a = "%{ if x }y"', 1, "expected %{ else } or %{ endif }", id="endif"),
        pytest.param("a = 1\na = 2", 2, "the attribute a stands twice", id="attribute-twice"),
        pytest.param('a "x${y}" {}', 1, "a label is no template", id="label-template"),
        pytest.param("a = b.*.*", 1, "a splat of attributes holds no other", id="splats"),
        pytest.param("a = b.0.1", 1, "two places in a row", id="places"),
        pytest.param("a = [for x in y : x...]", 1, "expected ']', found '.'", id="grouped-list"),
        pytest.param("a = { b =\n1 }", 1, "expected an expression", id="value-on-next-line"),
        pytest.param("/* no end", 1, "expected an attribute or a block, found '/'", id="comment"),
    ],
)
def test_what_is_no_hcl_is_refused_with_its_line(text: str, line: int, message: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse(text, "main.tf")

    assert message in caught.value.message
    assert caught.value.line == line


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a = " + "[" * 50_000, id="lists"),
        pytest.param("a = " + "{b=" * 50_000, id="objects"),
        pytest.param("a = " + "(" * 50_000, id="parentheses"),
        pytest.param("a {" * 50_000, id="blocks"),
        pytest.param('a = "' + '${"' * 50_000, id="templates"),
        pytest.param('a = "' + "%{ if x }" * 50_000, id="directives"),
        pytest.param("a = " + "x ? " * 50_000, id="conditionals"),
        pytest.param("a = " + "f(" * 50_000, id="calls"),
        pytest.param("a = x" + "[*]" * 50_000, id="splats"),
        pytest.param("a = x" + ".*" * 50_000, id="attribute-splats"),
        pytest.param("a = " + "-" * 50_000 + "1", id="signs"),
        pytest.param("a = " + "1+" * 50_000 + "1", id="operators"),
        pytest.param("a = x" + ".b" * 50_000, id="attributes"),
    ],
)
def test_no_nesting_overflows_the_stack(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text, "main.tf")


def test_providers_of_a_module_may_be_named_by_references_without_parentheses() -> None:
    text = 'module "a" {\n  providers = { helm.one = helm.one }\n  size = 1\n}\n'

    (block,) = parse(text, "main.tf").blocks

    assert list(block.body.attributes) == ["providers", "size"]
