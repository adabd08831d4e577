"""The web configuration is the exporter-toolkit's; what we cannot keep, we refuse and say why."""

import re
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from exporter.domain.errors import ParseError, SettingsError
from exporter.runtime.web.protection import Guard
from exporter.runtime.web.tls import CURVES, choose_curve
from tests.programs import tool
from tests.runtime.certificates import Authority, private

FILES = "cert_file: s.crt, key_file: s.key"
HASH = "$2y$10$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze"
VERIFY = "client_auth_type: RequireAndVerifyClientCert"
SUITE = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"


def tls(more: str = "") -> str:
    return f"tls_server_config: {{{FILES}{more and ', ' + more}}}\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("web")
    authority = Authority()
    authority.issue("server").write(made, "s")
    authority.issue("other").write(made, "o")
    (made / "ca.crt").write_bytes(authority.certificate)
    (made / "junk.crt").write_text("junk")
    locked = private(ec.generate_private_key(ec.SECP256R1()), password=b"x")
    (made / "locked.key").write_bytes(locked)
    return made


@pytest.fixture(scope="session")
def promtool() -> str:
    return tool("promtool")


def refusal(folder: Path, text: str) -> str:
    """Return why we refuse *text*; "" where we do not."""
    file = folder / "web.yml"
    file.write_text(text)
    try:
        Guard(file)
    except SettingsError as error:
        return "\n".join(error.problems).replace(f"{folder}/", "")
    return ""


def promtool_accepts(folder: Path, text: str, promtool: str) -> bool:
    file = folder / "web.yml"
    file.write_text(text)
    done = subprocess.run(
        [promtool, "check", "web-config", str(file)], check=False, capture_output=True
    )
    return done.returncode == 0


GOOD = [
    pytest.param("", id="empty"),
    pytest.param("# nothing yet\n", id="a comment"),
    pytest.param("tls_server_config:\nbasic_auth_users:\n", id="empty sections"),
    pytest.param("tls_server_config: {}\n", id="empty mapping"),
    pytest.param(tls(), id="TLS"),
    pytest.param(tls("min_version: TLS13"), id="TLS 1.3 only"),
    pytest.param(tls("max_version: TLS12"), id="TLS 1.2 only"),
    pytest.param(tls("client_auth_type: NoClientCert"), id="no client certificates"),
    pytest.param(tls(f"{VERIFY}, client_ca_file: ca.crt"), id="client certificates"),
    pytest.param(
        tls("client_auth_type: VerifyClientCertIfGiven, client_ca_file: ca.crt"), id="if given"
    ),
    pytest.param(
        tls(f"{VERIFY}, client_ca_file: ca.crt, client_allowed_sans: [a.test]"), id="names"
    ),
    pytest.param(tls(f"cipher_suites: [{SUITE}]"), id="a cipher suite"),
    pytest.param(tls("cipher_suites: [TLS_AES_128_GCM_SHA256]"), id="suites of TLS 1.3 alone"),
    pytest.param(tls("prefer_server_cipher_suites: false"), id="the client's preference"),
    pytest.param(tls("curve_preferences: [CurveP384]"), id="a curve"),
    pytest.param("http_server_config: {http2: false}\n", id="no HTTP/2"),
    pytest.param(
        "http_server_config: {headers: {X-Frame-Options: deny, X-XSS-Protection: '0'}}\n",
        id="headers",
    ),
    pytest.param(f"basic_auth_users: {{alice: {HASH}}}\n", id="users"),
]

BAD = [
    pytest.param("foo: 1\n", "web.yml:1: foo: unknown key", id="unknown section"),
    pytest.param("\n[]\n", "web.yml: expected a mapping", id="a list"),
    pytest.param("tls_server_config: {\n", "web.yml:1: ", id="no YAML"),
    pytest.param(
        tls("cert_fil: x"), "web.yml:1: tls_server_config.cert_fil: unknown key", id="unknown key"
    ),
    pytest.param(
        "tls_server_config:\n  cert_file: s.crt\n",
        "web.yml:2: tls_server_config: key_file is",
        id="no key",
    ),
    pytest.param(
        "tls_server_config: {cert_file: no.crt, key_file: s.key}\n",
        "web.yml: tls_server_config: no.crt: does not exist",
        id="no such certificate",
    ),
    pytest.param(
        "tls_server_config: {cert_file: s.crt, key_file: o.key}\n",
        "not a pair in PEM that can be used (key values mismatch)",
        id="the key of another",
    ),
    pytest.param(
        "tls_server_config: {cert_file: junk.crt, key_file: s.key}\n",
        "not a pair in PEM that can be used",
        id="no certificate",
    ),
    pytest.param(
        "tls_server_config: {cert_file: s.crt, key_file: locked.key}\n",
        "the key is encrypted",
        id="a key with a password",
    ),
    pytest.param(tls("min_version: TLS14"), "must be one of TLS12, TLS13", id="unknown version"),
    pytest.param(tls("client_auth_type: Maybe"), "must be one of NoClientCert", id="auth type"),
    pytest.param(
        tls("client_ca_file: ca.crt"), "a client CA needs client_auth_type", id="CA without policy"
    ),
    pytest.param(
        tls(f"{VERIFY}, client_ca_file: no.crt"), "no.crt: does not exist", id="no such CA"
    ),
    pytest.param(tls("cipher_suites: [FOO]"), "must be one of TLS_", id="unknown suite"),
    pytest.param(
        tls("cipher_suites: [TLS_RSA_WITH_AES_128_GCM_SHA256]"), "must be one of", id="weak suite"
    ),
    pytest.param(tls("curve_preferences: [X]"), "must be one of CurveP256", id="unknown curve"),
    pytest.param(
        "http_server_config: {headers: {X-Foo: a}}\n", "headers: X-Foo is none of", id="header"
    ),
    pytest.param(
        "http_server_config: {headers: {X-Frame-Options: allow}}\n",
        "X-Frame-Options: must be one of deny, sameorigin",
        id="value of a header",
    ),
    pytest.param(
        "basic_auth_users: {a: b}\n", "web.yml:1: basic_auth_users.a: is no bcrypt", id="no hash"
    ),
    pytest.param(
        "basic_auth_users: {a: " + HASH.replace("$10$", "$99$") + "}\n", "cost", id="cost of 99"
    ),
    pytest.param(
        f"basic_auth_users: {{a: {HASH}, a: {HASH}}}\n", "stands twice", id="a user twice"
    ),
]

STRICTER = [
    pytest.param(
        tls("client_auth_type: RequestClientCert"), "Python's ssl cannot", id="unverified"
    ),
    pytest.param(
        tls("client_auth_type: RequireAnyClientCert"), "Python's ssl cannot", id="any certificate"
    ),
    pytest.param(
        tls("curve_preferences: [CurveP384, CurveP256]"), "takes one", id="several curves"
    ),
    pytest.param(tls("min_version: TLS10"), "is broken; write TLS12", id="TLS 1.0"),
    pytest.param(tls(VERIFY), "nobody would be trusted", id="no CA: the system's, for Go"),
    pytest.param(
        tls(f"{VERIFY}, client_ca_file: junk.crt"), "holds no certificate", id="an empty CA"
    ),
    pytest.param(tls("client_allowed_sans: [a]"), "needs RequireAndVerify", id="names of nobody"),
    pytest.param(
        tls("min_version: TLS13, max_version: TLS12"), "min_version is above", id="no version left"
    ),
    pytest.param(
        "tls_server_config: {min_version: TLS13}\n", "cert_file is missing", id="TLS that is none"
    ),
    pytest.param(tls("cert: x"), "set either cert or cert_file", id="two certificates"),
    pytest.param(
        "basic_auth_users: {a: " + HASH.replace("$10$", "$20$") + "}\n", "cost", id="cost of 20"
    ),
    pytest.param(
        'http_server_config: {headers: {Content-Security-Policy: "a\\nb"}}\n',
        "no header may hold",
        id="a line break in a header",
    ),
    pytest.param(f"basic_auth_users: {{'a:b': {HASH}}}\n", "colon", id="a colon in a name"),
]


@pytest.mark.parametrize("text", GOOD)
def test_what_promtool_accepts_is_accepted(folder: Path, promtool: str, text: str) -> None:
    assert refusal(folder, text) == ""
    assert promtool_accepts(folder, text, promtool)


@pytest.mark.parametrize(("text", "why"), BAD)
def test_what_promtool_refuses_is_refused_with_the_reason(
    folder: Path, promtool: str, text: str, why: str
) -> None:
    assert why in refusal(folder, text)
    assert not promtool_accepts(folder, text, promtool)


@pytest.mark.parametrize(("text", "why"), STRICTER)
def test_what_would_not_hold_is_refused_though_promtool_accepts_it(
    folder: Path, promtool: str, text: str, why: str
) -> None:
    assert why in refusal(folder, text)
    assert promtool_accepts(folder, text, promtool)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("rate_limit: {interval: 1s, burst: 20}\n", "", id="a rate"),
        pytest.param("rate_limit: {interval: 1s}\n", "rate_limit.burst: must", id="nobody enters"),
        pytest.param("rate_limit: {interval: often}\n", "is no duration", id="no duration"),
    ],
)
def test_a_rate_limit_which_this_promtool_does_not_know_yet(
    folder: Path, text: str, why: str
) -> None:
    found = refusal(folder, text)

    assert bool(found) is bool(why)
    assert why in found


@pytest.mark.parametrize("curve", CURVES)
def test_a_curve_is_refused_with_its_line_where_this_python_cannot_keep_to_it(
    folder: Path, curve: str
) -> None:
    can = curve != "X25519" or sys.version_info >= (3, 11, 4)

    found = refusal(folder, tls(f"curve_preferences: [{curve}]"))

    assert (found == "") is can
    assert can or re.match(
        rf"web.yml:1: tls_server_config.curve_preferences\[0\]: .* cannot keep to {curve}; use",
        found,
    )


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("ED25519", id="a name that is no curve"),
        pytest.param("of tomorrow", id="a name that OpenSSL does not know"),
    ],
)
def test_a_curve_that_openssl_cannot_keep_to_is_an_error_that_says_what_to_do(name: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

    with pytest.raises(ParseError, match=f"cannot keep to {name}; use Python 3.11.4 or later"):
        choose_curve(context, name)


def test_certificates_may_stand_in_the_file(folder: Path) -> None:
    lines = [
        "tls_server_config:",
        *("  cert: |", *("    " + one for one in (folder / "s.crt").read_text().splitlines())),
        *("  key: |", *("    " + one for one in (folder / "s.key").read_text().splitlines())),
    ]

    assert refusal(folder, "\n".join(lines)) == ""


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("basic_auth_users: {alice: hunter2}\n", id="a password for a hash"),
        pytest.param("basic_auth_users: {alice: 20406080}\n", id="a number"),
        pytest.param("tls_server_config: {cert: a, key: [hunter2]}\n", id="a list for a key"),
        pytest.param("tls_server_config: {cert: a, key: hunter2}\n", id="a key that is none"),
    ],
)
def test_a_message_does_not_repeat_a_secret(folder: Path, text: str) -> None:
    found = refusal(folder, text)

    assert found
    assert "hunter2" not in found
    assert "20406080" not in found
