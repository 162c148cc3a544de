"""Who sees what: objects of one client, and programmes and events for chosen targets.

A utility's own programs (role `bl`) see everything. A VEN sees the vens, resources and reports
that are its own; of programmes and events it sees those without targets, and those whose targets
it both asks for and was granted on its ven or on one of its resources. Of an object's targets it
is told only these.
"""

from collections.abc import Collection
from typing import Any

from wattback_sim.utility.access import Account
from wattback_sim.utility.objects import Body, Objects
from wattback_sim.utility.rooms import ROOMS


class Eyes:
    """What one client sees when it asks for these targets."""

    def __init__(self, objects: Objects, account: Account, targets: Collection[str]) -> None:
        self._account = account
        self._asked = frozenset(targets)
        self._granted = self._asked & _granted(objects, account)

    def see(self, room: str, one: Body | None) -> Body | None:
        """The object as this client sees it, or None."""
        if one is None or self._account.role == "bl":
            return one
        if ROOMS[room].owned:
            return one if one.get("clientID") == self._account.client_id else None
        targets = _targets(one)
        if not targets:
            return one
        shown = [target for target in targets if target in self._granted]
        return {**one, "targets": shown} if shown else None

    def matches(self, one: Body) -> bool:
        """An object that is seen has one of the targets that were asked for, if any were."""
        return not self._asked or bool(self._asked.intersection(_targets(one)))


def _granted(objects: Objects, account: Account) -> frozenset[str]:
    return frozenset(
        target
        for room in ("vens", "resources")
        for one in objects.all(room)
        if one.get("clientID") == account.client_id
        for target in _targets(one)
    )


def _targets(one: Body) -> list[str]:
    told: Any = one.get("targets")
    return [target for target in told if isinstance(target, str)] if isinstance(told, list) else []
