import gzip
import os

from exporter.domain.published import LARGE, Body


def test_a_body_is_what_its_pieces_make_up() -> None:
    body = Body.of(b"one ", b"", b"two")

    assert body.unpack() == gzip.decompress(body.gzip) == b"one two"


def test_a_large_body_is_kept_compressed_only() -> None:
    noise = os.urandom(LARGE)

    small, large = Body.of(noise), Body.of(noise, b"x")

    assert small.kept == noise
    assert large.kept is None
    assert large.unpack() == noise + b"x"


def test_the_same_body_is_the_same_bytes_however_it_is_cut() -> None:
    assert Body.of(b"one two").gzip == Body.of(b"one ", b"two").gzip
