"""Signatures of ssh-keygen are read, and nothing else is taken for one."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.archive import signing, sshsig
from exporter.archive.chain import CHAIN
from exporter.archive.signing import NAMESPACE, public_key, sign
from exporter.domain.errors import ParseError, SettingsError
from tests.archive.kept import KEPT, KEY, SIGNER

MESSAGE = (KEPT / CHAIN).read_bytes()
SIGNATURE = (KEPT / "chain-000003.sig").read_text()


def test_a_signature_names_the_key_that_made_it() -> None:
    keys = frozenset({KEY, b"x" * 32})

    assert sshsig.verify(MESSAGE, SIGNATURE, keys=keys, namespace=NAMESPACE) == KEY


@pytest.mark.parametrize(
    ("message", "namespace", "keys", "problem"),
    [
        pytest.param(MESSAGE + b" ", NAMESPACE, {KEY}, "not that of these bytes", id="changed"),
        pytest.param(MESSAGE, "git", {KEY}, "for another purpose", id="another purpose"),
        pytest.param(MESSAGE, NAMESPACE, {b"x" * 32}, "not trusted", id="another key"),
    ],
)
def test_what_was_not_signed_like_this_is_refused(
    message: bytes, namespace: str, keys: set[bytes], problem: str
) -> None:
    with pytest.raises(ParseError, match=problem):
        sshsig.verify(message, SIGNATURE, keys=frozenset(keys), namespace=namespace)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, len(SIGNATURE) - 1), st.characters(codec="utf-8"))
def test_whatever_becomes_of_a_signature_it_is_refused_or_the_same(at: int, other: str) -> None:
    text = SIGNATURE[:at] + other + SIGNATURE[at + 1 :]

    if "".join(text.split()) == "".join(SIGNATURE.split()):
        return
    with pytest.raises(ParseError):
        sshsig.verify(MESSAGE, text, keys=frozenset({KEY}), namespace=NAMESPACE)


@given(st.text(max_size=80))
def test_what_is_no_key_is_refused(text: str) -> None:
    for line in (text, f"ssh-ed25519 {text}", "ssh-rsa AAAA"):
        with pytest.raises(ParseError):
            sshsig.parse_key(line)


def test_ssh_keygen_verifies_what_is_signed_here(key: Path, tmp_path: Path) -> None:
    (tmp_path / "sig").write_text(sign(MESSAGE, key=key))
    public = key.with_suffix(".pub").read_text()
    (tmp_path / "signers").write_text(f'auditor namespaces="{NAMESPACE}" {public}')

    done = subprocess.run(
        [
            *("ssh-keygen", "-Y", "verify", "-f", tmp_path / "signers", "-I", "auditor"),
            *("-n", NAMESPACE, "-s", tmp_path / "sig"),
        ],
        input=MESSAGE,
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


def test_what_ssh_keygen_signs_is_verified_here(key: Path) -> None:
    signature = sign(MESSAGE, key=key)

    known = frozenset({public_key(key)})
    assert sshsig.verify(MESSAGE, signature, keys=known, namespace=NAMESPACE) == public_key(key)


def test_a_key_that_is_none_is_said_so(key: Path) -> None:
    del key

    with pytest.raises(SettingsError, match="No such file"):
        public_key(SIGNER.with_name("no-such-key"))
    with pytest.raises(SettingsError, match="ssh-keygen failed"):
        public_key(KEPT / CHAIN)


def test_of_a_key_in_an_agent_the_public_half_is_enough() -> None:
    assert public_key(SIGNER) == KEY


def test_without_ssh_keygen_nothing_is_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(SettingsError, match="ssh-keygen is not installed"):
        signing.sign(MESSAGE, key=SIGNER)
