"""What is shown to a server comes from files, and is told to nobody else."""

import base64
import ssl
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from exporter.domain.errors import ReadError, Reason
from exporter.foreign.credentials import LIMIT, credentials, trust
from exporter.settings.monitoring import BasicAuthSettings, EndpointSettings, TlsSettings
from tests.apiserver.tls import server_context

URL = "http://127.0.0.1:9"


def test_without_credentials_only_the_further_headers_are_shown() -> None:
    shown = credentials(EndpointSettings(url=URL, headers={"X-Scope-OrgID": "us"}), folder=Path())

    assert shown.headers == {"Accept": "application/json", "X-Scope-OrgID": "us"}
    assert shown.conceal(b"us") == b"us"


def test_a_token_is_shown_without_the_end_of_its_line(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("hunter2\n")

    shown = credentials(EndpointSettings(url=URL, token_file="token"), folder=tmp_path)

    assert shown.headers["Authorization"] == "Bearer hunter2"
    assert shown.conceal(b"no hunter2 here") == b"no (secret) here"


def test_a_password_may_be_any_text_and_is_concealed_in_both_forms(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("pässword\n")
    user = BasicAuthSettings(username="eva", password_file="password")

    shown = credentials(EndpointSettings(url=URL, basic_auth=user), folder=tmp_path)

    pair = shown.headers["Authorization"].removeprefix("Basic ")
    assert base64.b64decode(pair).decode() == "eva:pässword"
    assert shown.conceal(f"{pair} pässword".encode()) == b"(secret) (secret)"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(None, Reason.MISSING, id="missing"),
        pytest.param(b" \n", Reason.MALFORMED, id="empty"),
        pytest.param(b"hunter2\r\nX-Other: x", Reason.MALFORMED, id="two lines"),
        pytest.param(b"\xff\xfe", Reason.MALFORMED, id="bytes"),
        pytest.param("hünter2".encode(), Reason.MALFORMED, id="no header can hold it"),
        pytest.param(b"x" * (LIMIT + 1), Reason.TOO_LARGE, id="large"),
    ],
)
def test_a_file_that_holds_no_token_is_a_failure_that_names_the_file(
    content: bytes | None, reason: Reason, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "file").write_bytes(content)

    with pytest.raises(ReadError) as caught:
        credentials(EndpointSettings(url=URL, token_file="file"), folder=tmp_path)

    assert (caught.value.reason, caught.value.path) == (reason, "file")
    assert "nter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("tls", "path"),
    [
        pytest.param(TlsSettings(ca_file="none.pem"), "none.pem", id="no authority"),
        pytest.param(TlsSettings(ca_file="text.pem"), "text.pem", id="no certificate"),
        pytest.param(TlsSettings(cert_file="text.pem"), "text.pem", id="nothing to show"),
    ],
)
def test_certificates_that_cannot_be_used_are_a_failure_that_names_the_file(
    tls: TlsSettings, path: str, tmp_path: Path
) -> None:
    (tmp_path / "text.pem").write_text("no certificate")

    with pytest.raises(ReadError) as caught:
        trust(tls, folder=tmp_path)

    assert (caught.value.reason, caught.value.path) == (Reason.MALFORMED, path)


def test_a_key_that_asks_for_a_password_is_a_failure(tmp_path: Path) -> None:
    server_context(tmp_path)
    chain = (tmp_path / "server.pem").read_bytes()
    key = serialization.load_pem_private_key(chain, password=None)
    locked = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"hunter2"),
    )
    (tmp_path / "locked.pem").write_bytes(locked)
    tls = TlsSettings(cert_file="server.pem", key_file="locked.pem")

    with pytest.raises(ReadError) as caught:
        trust(tls, folder=tmp_path)

    assert caught.value.message == "the certificates cannot be used: the key is encrypted"


def test_servers_are_verified_unless_the_settings_say_otherwise(tmp_path: Path) -> None:
    strict = trust(TlsSettings(), folder=tmp_path)
    blind = trust(TlsSettings(insecure_skip_verify=True), folder=tmp_path)

    assert (strict.verify_mode, strict.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert (blind.verify_mode, blind.check_hostname) == (ssl.CERT_NONE, False)
