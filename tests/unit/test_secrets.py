"""A secret is read from a file that its owner alone may read, or not at all."""

from pathlib import Path

import pytest

from wattback_controller.secrets import read_secret
from wattback_sim.errors import BadInputError


def secret_file(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    path = folder / "vtn_secret"
    path.write_bytes(content)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    "content", [b"s3cret", b"s3cret\n", b"  s3cret\r\n", b"\ns3cret\n\n"], ids=repr
)
def test_one_word_on_one_line_is_the_secret(tmp_path: Path, content: bytes) -> None:
    assert read_secret(secret_file(tmp_path, content)) == "s3cret"


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_file_of_its_owner_alone_is_read(tmp_path: Path, mode: int) -> None:
    assert read_secret(secret_file(tmp_path, b"s3cret", mode)) == "s3cret"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644, 0o666])
def test_a_file_that_others_may_read_or_write_is_refused(tmp_path: Path, mode: int) -> None:
    path = secret_file(tmp_path, b"s3cret", mode)
    with pytest.raises(BadInputError, match="chmod 600") as caught:
        read_secret(path)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"two words", b"two\nlines", b"\xc3\xa9", b"\x00\xff", b"x" * 4097],
    ids=lambda content: repr(content[:9]),
)
def test_what_is_no_secret_is_refused_and_not_repeated(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BadInputError, match="is expected to hold one secret") as caught:
        read_secret(secret_file(tmp_path, content))
    assert "words" not in str(caught.value)


@pytest.mark.parametrize("there", [False, True])
def test_a_file_that_is_not_there_is_asked_for(tmp_path: Path, there: bool) -> None:
    path = tmp_path / "vtn_secret"
    if there:
        path.mkdir()
    with pytest.raises(BadInputError, match=r"cannot be read as a secret: .*put the secret"):
        read_secret(path)
