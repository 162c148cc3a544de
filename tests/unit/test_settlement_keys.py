"""The key of meter records: made once, for its owner alone, refused when others may read it."""

import errno
import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_public_key,
)

from wattback_controller.settlement.keys import create_key, load_key, public_key_text
from wattback_sim.errors import BadInputError


def test_a_key_is_made_for_its_owner_alone_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "meter.pem"
    before = os.umask(0)
    try:
        create_key(path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    key = load_key(path)
    public = load_der_public_key(bytes.fromhex(public_key_text(key)))
    assert public == key.public_key()


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "meter.pem"
    create_key(path)
    written = path.read_bytes()
    with pytest.raises(BadInputError, match="never overwritten"):
        create_key(path)
    assert path.read_bytes() == written


def test_a_power_cut_leaves_a_whole_key_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "meter.pem"
    on_disk: list[int] = []
    sync, link = os.fsync, os.link

    def note_sync(handle: int) -> None:
        on_disk.append(os.fstat(handle).st_ino)
        sync(handle)

    def check_link(source: str, target: Path) -> None:
        assert not path.exists()
        assert on_disk == [Path(source).stat().st_ino]
        load_key(Path(source))
        link(source, target)

    monkeypatch.setattr("os.fsync", note_sync)
    monkeypatch.setattr("os.link", check_link)
    create_key(path)
    load_key(path)
    assert on_disk[1:] == [tmp_path.stat().st_ino]
    assert list(tmp_path.iterdir()) == [path]


def test_a_key_that_cannot_be_written_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(BadInputError, match="cannot be written: No space left"):
        create_key(tmp_path / "meter.pem")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o602, 0o644])
def test_a_key_that_others_may_read_or_write_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "meter.pem"
    create_key(path)
    path.chmod(mode)
    with pytest.raises(BadInputError, match="chmod 600"):
        load_key(path)


def private(path: Path, text: bytes) -> Path:
    path.touch(mode=0o600)
    path.write_bytes(text)
    return path


def test_what_is_no_such_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="cannot be read as a key"):
        load_key(tmp_path / "absent.pem")
    with pytest.raises(BadInputError, match="cannot be written"):
        create_key(tmp_path / "absent" / "meter.pem")
    with pytest.raises(BadInputError, match="holds no private key"):
        load_key(private(tmp_path / "text.pem", b"nothing"))
    other = ec.generate_private_key(ec.SECP384R1())
    text = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(BadInputError, match="not of the curve P-256"):
        load_key(private(tmp_path / "other.pem", text))
