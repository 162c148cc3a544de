"""How the site is known to the utility: one VEN, and a resource for each connector.

Finding comes before making, and losing a race ends in finding: doing it again changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wattback_controller.openadr.client import Client
from wattback_controller.openadr.errors import (
    ConflictError,
    NotFoundError,
    ProtocolError,
    UnauthorisedError,
)
from wattback_controller.openadr.events import Descriptor, read_descriptors
from wattback_controller.openadr.fields import UnreadableError, object_id, rows, table, target
from wattback_controller.openadr.untrusted import plain, shown

_MOST = 1000
_MOST_TARGETS = 64  # all of them stand in one address


@dataclass(frozen=True, slots=True)
class Registration:
    """programme_id, descriptors: of the programme. targets: what the utility granted this site, by
    which events for a part of its customers are asked for.
    """

    programme_id: str
    descriptors: dict[str, Descriptor]
    targets: tuple[str, ...]


def register(client: Client, programme: str, ven: str, connectors: Sequence[str]) -> Registration:
    """Make sure that the utility knows this site. Raises the client's errors.

    NotFoundError: it has no programme of this name. UnauthorisedError: the VEN's name is taken.
    """
    offered = client.get_all("/programs", _MOST)
    found = _named(offered, "programName", programme)
    if found is None:
        names = [shown(one.get("programName")) for one in offered if isinstance(one, dict)]
        known = f"known are {', '.join(names[:8])}" if names else "it shows none to this client"
        raise NotFoundError(
            f"the utility was expected to have a programme {programme!r}; {known}: check the "
            "name in the site's file"
        )
    site = _found_or_made(client, "/vens", "venName", ven, {"objectType": "VEN_VEN_REQUEST"}, {})
    ven_id = _id_of(site, "a ven")
    objects = [site]
    for connector in connectors:
        more = {"objectType": "VEN_RESOURCE_REQUEST", "venID": ven_id}
        objects.append(
            _found_or_made(
                client, "/resources", "resourceName", connector, more, {"venID": ven_id}
            )
        )
    try:
        descriptors = read_descriptors(found.get("payloadDescriptors"))
        targets = dict.fromkeys(
            target(told) for one in objects for told in rows(one.get("targets"), "targets")
        )
        if len(targets) > _MOST_TARGETS:
            raise UnreadableError(f"this site has more than {_MOST_TARGETS} targets")
    except UnreadableError as error:
        raise ProtocolError(f"the utility's objects cannot be read: {error}") from None
    return Registration(_id_of(found, "a programme"), descriptors, tuple(targets))


def _found_or_made(
    client: Client, path: str, key: str, name: str, more: dict[str, str], where: dict[str, str]
) -> dict[str, Any]:
    found = _named(client.get_all(path, _MOST, **{key: name}, **where), key, name)
    if found is not None:
        return found
    try:
        made = client.post(path, {key: name, **more})
    except ConflictError as error:
        found = _named(client.get_all(path, _MOST, **{key: name}, **where), key, name)
        if found is None:
            raise UnauthorisedError(
                f"the utility knows {name!r} as another client's ({plain(str(error), 200)}): "
                "choose another name in the site's file"
            ) from None
        return found
    if not isinstance(made, dict):
        raise ProtocolError(f"POST {path} was expected to be answered with an object")
    return made


def _named(objects: Sequence[object], key: str, name: str) -> dict[str, Any] | None:
    return next((one for one in objects if isinstance(one, dict) and one.get(key) == name), None)


def _id_of(one: dict[str, Any], what: str) -> str:
    try:
        return object_id(table(one, what).get("id"), f"the id of {what}")
    except UnreadableError as error:
        raise ProtocolError(f"the utility's objects cannot be read: {error}") from None
