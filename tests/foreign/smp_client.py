"""The SMP client of others, `smpclient`, over its own serial transport; unmodified.

Requests of the standard groups are its own. For the private group it wants a class for each
request and for its answer, as its documentation tells users to write them.
"""

import asyncio
from collections.abc import Callable, Coroutine
from enum import IntEnum
from typing import Any, TypeVar

from pydantic import ConfigDict
from smp import error, message
from smpclient import SMPClient
from smpclient.generics import success
from smpclient.requests.os_management import (
    EchoWrite,
    MCUMgrParametersRead,
    OSApplicationInfoRead,
)
from smpclient.transport.serial import SMPSerialTransport

from wattback.console.group import COMMAND_NAMES, GROUP

_TIMEOUT_S = 20.0
T = TypeVar("T")


class GroupError(IntEnum):
    """Errors of the private group."""

    UNKNOWN = 1
    NO_SUCH_FIELD = 2


class ErrorV1(error.ErrorV1):
    """An error in the old form."""

    _GROUP_ID = GROUP


class ErrorV2(error.ErrorV2[GroupError]):
    """An error in the new form."""

    _GROUP_ID = GROUP


def _request(command: int) -> type[Any]:
    """The class of a request of the private group."""

    class Answer(message.ReadResponse):
        model_config = ConfigDict(extra="allow", frozen=True)
        _GROUP_ID = GROUP
        _COMMAND_ID = command
        tick: int  # without it, it is an error

    class Request(message.ReadRequest):
        model_config = ConfigDict(extra="allow", frozen=True)
        _GROUP_ID = GROUP
        _COMMAND_ID = command
        _Response = Answer
        _ErrorV1 = ErrorV1
        _ErrorV2 = ErrorV2

    return Request


_REQUESTS = {name: _request(command) for command, name in enumerate(COMMAND_NAMES)}


class Console:
    """A connected client."""

    def __init__(self, client: SMPClient, transport: SMPSerialTransport) -> None:
        self._client = client
        self._transport = transport

    async def echo(self, text: str) -> str:
        return str((await self._ask(EchoWrite(d=text))).r)

    async def parameters(self) -> dict[str, int]:
        answer = await self._ask(MCUMgrParametersRead())
        return {"buf_size": answer.buf_size, "buf_count": answer.buf_count}

    async def info(self, letters: str) -> str:
        return str((await self._ask(OSApplicationInfoRead(format=letters))).output)

    async def page(self, name: str, first: int = 0) -> Any:
        """One page of an answer of the private group, or the client's error."""
        return await self._client.request(_REQUESTS[name](**{"from": first}), _TIMEOUT_S)

    async def fetch(self, name: str) -> dict[str, Any]:
        """A whole answer of the private group."""
        whole: dict[str, Any] = {}
        first: int | None = 0
        while first is not None:
            page = await self.page(name, first)
            assert success(page), page
            fields = {"tick": page.tick, **(page.model_extra or {})}
            first = fields.pop("next", None)
            whole |= fields
        return whole

    async def texts(self) -> str:
        """What the console has said beside its answers, since the last call."""
        return (await self._transport.read_serial()).decode()

    async def _ask(self, request: Any) -> Any:
        answer = await self._client.request(request, _TIMEOUT_S)
        assert success(answer), answer
        return answer


def talk(path: str, script: Callable[[Console], Coroutine[Any, Any, T]]) -> T:
    """Open the port, let the client introduce itself, and do as the script says."""

    async def run() -> T:
        transport = SMPSerialTransport()
        async with SMPClient(transport, path, _TIMEOUT_S) as client:
            return await script(Console(client, transport))

    return asyncio.run(run())
