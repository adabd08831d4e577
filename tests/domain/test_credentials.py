import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.credentials import credentials, is_credential
from exporter.domain.json import JsonObject

RANDOM = "q7Zr2Lk9Xw4Tn8Vb1Hc6Jd3Mf5Gs0PyAe"


@pytest.mark.parametrize(
    "name",
    [
        "PASSWORD",
        "DB_PASSWORD",
        "POSTGRES_PASSWD",
        "PGPASSWORD",
        "smtp.pass",
        "REDIS_PASSPHRASE",
        "CLIENT_SECRET",
        "GITHUB_TOKEN",
        "api-key",
        "APIKEY",
        "AWS_SECRET_ACCESS_KEY",
        "SIGNING_KEY",
        "PRIVATE_KEY",
        "GOOGLE_CREDENTIALS",
        "OAUTH_ACCESSTOKEN",
    ],
)
def test_a_plain_value_by_the_name_of_a_credential_is_one(name: str) -> None:
    assert is_credential(name, "hunter2")


@pytest.mark.parametrize(
    "name",
    [
        "PASSWORD_FILE",
        "SECRET_NAME",
        "TOKEN_TTL",
        "TOKENIZER",
        "SECRETARY",
        "COMPASS",
        "BYPASS",
        "MONKEY",
        "PRIMARY_KEY_COLUMN",
        "HOST",
        "AWS_ACCESS_KEY_ID",
    ],
)
def test_other_names_stand_for_none(name: str) -> None:
    assert not is_credential(name, "hunter2")


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "true",
        "False",
        "none",
        "30",
        "1.5",
        "$(OTHER)",
        "${OTHER}",
        "<from vault>",
        "/run/secrets/password",
        "https://vault.example.org/v1/token",
        "vault.security.svc.cluster.local",
    ],
)
def test_what_is_no_value_of_a_credential_is_none_whatever_its_name(value: str) -> None:
    assert not is_credential("PASSWORD", value)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("postgres://app:hunter2@db:5432/app", id="address"),
        pytest.param("AKIA" + "ABCDEFGHIJKLMNOP", id="AWS"),
        pytest.param("ghp_" + "a1" * 18, id="GitHub"),
        pytest.param("glpat-" + "a1" * 10, id="GitLab"),
        pytest.param("xoxb-" + "1" * 12, id="Slack"),
        pytest.param("eyJ" + "a" * 20 + ".eyJ" + "b" * 20 + "." + "c" * 20, id="JWT"),
        pytest.param("-----BEGIN RSA PRIVATE " + "KEY-----\nMII", id="key"),
        pytest.param(RANDOM, id="random"),
    ],
)
def test_what_looks_like_a_credential_is_one_whatever_its_name(value: str) -> None:
    assert is_credential("SETTING", value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("IMAGE_DIGEST", RANDOM, id="a digest"),
        pytest.param("TENANT_ID", RANDOM, id="an identifier"),
        pytest.param("COMMIT", "4f2c9d1e" * 5, id="a commit"),
        pytest.param("REQUEST", "550e8400-e29b-41d4-a716-446655440000", id="a UUID"),
        pytest.param("TEXT", "The quick brown fox jumps over 13 lazy dogs", id="prose"),
        pytest.param("LOWER", RANDOM.lower(), id="of one case"),
        pytest.param("SHORT", RANDOM[:31], id="short"),
        pytest.param("PATTERN", "Aa1" * 20, id="a pattern"),
        pytest.param("URL", "https://example.org/a:b@c", id="no password in an address"),
        pytest.param("URL", "postgres://app:$(PASSWORD)@db/app", id="a reference in an address"),
    ],
)
def test_what_only_resembles_a_credential_is_none(name: str, value: str) -> None:
    assert not is_credential(name, value)


def test_credentials_are_named_by_variable_and_container_and_without_their_value() -> None:
    spec: JsonObject = {
        "initContainers": [{"name": "wait", "env": [{"name": "TOKEN", "value": "hunter2"}]}],
        "containers": [
            {"name": "web", "env": [{"name": "HOST", "value": "db"}]},
            {
                "name": "db",
                "env": [
                    {"name": "A", "value": "b"},
                    {"name": "PASSWORD", "value": "hunter2"},
                    {"name": "SECRET", "valueFrom": {"secretKeyRef": {"name": "x"}}},
                ],
            },
        ],
    }

    found = list(credentials(spec))

    assert [tuple(one) for one in found] == [
        ("TOKEN", "wait", "/initContainers/0/env/0"),
        ("PASSWORD", "db", "/containers/1/env/1"),
    ]


@given(name=st.text(), value=st.text())
def test_any_text_is_judged(name: str, value: str) -> None:
    assert is_credential(name, value) in {True, False}


def test_a_long_value_is_judged_at_once() -> None:
    assert is_credential("SETTING", "a" * 1_000_000) is False
    assert is_credential("SETTING", "a://" * 500_000) is False
