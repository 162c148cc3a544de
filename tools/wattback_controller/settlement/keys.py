"""The key that signs meter records: P-256, in a file that its owner alone may read.

Whoever has the key can write records that this site seems to have metered, so a file that others
may read is refused rather than warned about. The public key goes to whoever checks the records,
by another way than the records themselves.
"""

import os
import stat
import tempfile
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from wattback_sim.errors import BadInputError

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def create_key(path: Path) -> None:
    """Make a key and write it into a new file of mode 0600, PEM. Raises BadInputError, also when
    there is a file already: records signed with a lost key can never be checked again. A power
    cut leaves a whole key or none.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        _write_whole(path, text)
    except FileExistsError:
        raise BadInputError(f"{path} is there already; a key is never overwritten") from None
    except OSError as error:
        raise BadInputError(
            f"{path} cannot be written: {error.strerror}; name a file in a folder that this user "
            "may write to"
        ) from None


def _write_whole(path: Path, text: bytes) -> None:
    """Into a new file, that has its name only when all of it is on the disk. Raises OSError."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # of mode 0600
    try:
        with open(handle, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(handle)
        os.link(name, path)  # which, unlike renaming, never replaces a file
    finally:
        os.unlink(name)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def load_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """The key in a file that `create_key` made. Raises BadInputError."""
    try:
        with path.open("rb") as file:
            others = stat.S_IMODE(os.fstat(file.fileno()).st_mode) & _OTHERS
            text = file.read()
    except OSError as error:
        raise BadInputError(
            f"{path} cannot be read as a key: {error.strerror}; create a key or name its file"
        ) from None
    if others:
        raise BadInputError(
            f"{path} may be read or written by others than its owner, who could sign in this "
            f"site's name; change it with chmod 600 {path}, and create a new key if in doubt"
        )
    try:
        key = load_pem_private_key(text, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise BadInputError(
            f"{path} holds no private key in PEM without a password; create one"
        ) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise BadInputError(f"{path} holds a key that is not of the curve P-256; create one")
    return key


def public_key_text(key: ec.EllipticCurvePrivateKey) -> str:
    """The public key as those who check OCMF records want it: DER, in hexadecimal digits."""
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo).hex()
