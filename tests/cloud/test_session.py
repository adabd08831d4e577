"""Requests to AWS: all pages of an answer, and the endpoint of the region."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from exporter.domain.cloud import ObservedVpcs
from exporter.domain.errors import ReadError
from exporter.observed.cloud.aws.provider import AwsProvider
from exporter.settings.cloud import AwsSettings
from tests.cloud import moto

_PAGE = (
    '<DescribeVpcsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r'
    "</requestId><vpcSet><item><vpcId>{}</vpcId><cidrBlock>10.0.0.0/16</cidrBlock></item></vpcSet>"
    "{}</DescribeVpcsResponse>"
)
PAGES = {
    "": _PAGE.format("vpc-1", "<nextToken>more</nextToken>"),
    "more": _PAGE.format("vpc-2", ""),
}


class Server(BaseHTTPRequestHandler):
    """Answers in pages; as a proxy, notes where to and refuses."""

    asked: list[str]

    def do_POST(self) -> None:
        body = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        token = body.get("NextToken", [""])[0]
        self.asked.append(token)
        content = PAGES[token].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_CONNECT(self) -> None:
        self.asked.append(self.path)
        self.send_error(403)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []
    handler = type("Handler", (Server,), {"asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as serving:
        thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        for name, value in moto.KEYS.items():
            monkeypatch.setenv(name, value)
        yield f"http://127.0.0.1:{serving.server_port}", asked
        serving.shutdown()
        thread.join()


def test_all_pages_of_an_answer_are_read(server: tuple[str, list[str]]) -> None:
    address, asked = server
    provider = AwsProvider(AwsSettings(region=moto.REGION, endpoint=address))

    found = provider.ask(ObservedVpcs)

    provider.close()
    assert isinstance(found, ObservedVpcs)
    assert found.resources.keys() == {"vpc-1", "vpc-2"}
    assert asked == ["", "more"]
    assert provider.cost(seconds=1).calls == {"ec2:DescribeVpcs": 2}


def test_without_an_override_the_endpoint_is_that_of_the_region(
    server: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, asked = server
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", address)  # it goes before HTTPS_PROXY
    provider = AwsProvider(AwsSettings(region="eu-central-1", timeout="2s"))

    with pytest.raises(ReadError):
        provider.ask(ObservedVpcs)

    provider.close()
    assert set(asked) == {"ec2.eu-central-1.amazonaws.com:443"}
