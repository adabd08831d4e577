"""Signatures are verified as RFC 8032 has it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.archive.ed25519 import verify

VECTORS = [
    pytest.param(
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9"
        "b46bd25bf5f0595bbe24655141438e7a100b",
        id="RFC 8032, test 1",
    ),
    pytest.param(
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f1"
        "1d8c387b2eaeb4302aeeb00d291612bb0c00",
        id="RFC 8032, test 2",
    ),
    pytest.param(
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984d"
        "c6594a7c15e9716ed28dc027beceea1ec40a",
        id="RFC 8032, test 3",
    ),
]
KEY, MESSAGE, SIGNATURE = map(bytes.fromhex, VECTORS[2].values)  # type: ignore[arg-type]  # texts
ORDER = 2**252 + 27742317777372353535851937790883648493


@pytest.mark.parametrize(("key", "message", "signature"), VECTORS)
def test_the_vectors_of_the_standard(key: str, message: str, signature: str) -> None:
    assert verify(bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature))


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(["key", "message", "signature"]), st.integers(0, 1 << 16))
def test_a_bit_that_differs_is_found(part: str, bit: int) -> None:
    texts = {"key": KEY, "message": MESSAGE, "signature": SIGNATURE}
    changed = bytearray(texts[part])
    changed[bit // 8 % len(changed)] ^= 1 << bit % 8

    assert not verify(**{**texts, part: bytes(changed)})


def test_the_same_signature_written_otherwise_is_none() -> None:
    scalar = int.from_bytes(SIGNATURE[32:], "little") + ORDER

    assert not verify(KEY, MESSAGE, SIGNATURE[:32] + scalar.to_bytes(32, "little"))


@pytest.mark.parametrize(
    ("key", "signature"),
    [
        pytest.param(b"", SIGNATURE, id="no key"),
        pytest.param(KEY, b"", id="no signature"),
        pytest.param(KEY, SIGNATURE + b"\0", id="too long"),
        pytest.param(b"\xff" * 32, SIGNATURE, id="no point"),
    ],
)
def test_what_is_malformed_is_no_signature(key: bytes, signature: bytes) -> None:
    assert not verify(key, MESSAGE, signature)
