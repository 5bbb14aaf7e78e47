"""The console bound to its address, in a thread of its own."""

from __future__ import annotations

import errno
import socket
import threading
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import uvicorn

from scheduler.model import WrongUse
from scheduler.web.app import console

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.services.desk import Desk

ENDS_WITHIN_S = 5.0  # a page that takes longer to be drawn is cut off


@contextmanager
def serving(desk: Desk, *, any_port: bool = False) -> Iterator[str]:
    """The console answers at the address given, until the end.

    Raises WrongUse where `[console] listen` is not to be had.
    `any_port`: where the port is taken, a free one is used instead.
    """
    listening = _bind(desk.settings.listen, any_port=any_port)
    try:
        desk = replace(desk, settings=replace(desk.settings, listen=_bound_to(listening, desk.settings.listen)))
        server = uvicorn.Server(
            uvicorn.Config(
                console(desk),
                server_header=False,
                lifespan="off",
                log_level="warning",
                timeout_graceful_shutdown=int(ENDS_WITHIN_S),
            )
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="console", daemon=True)
        thread.start()
        try:
            yield f"http://{desk.settings.listen.replace('127.0.0.1', 'localhost')}/"
        finally:
            server.should_exit = True
            thread.join(2 * ENDS_WITHIN_S)
    finally:
        listening.close()


def _bind(listen: str, *, any_port: bool) -> socket.socket:
    host, port = _host_and_port(listen)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        if any_port and error.errno == errno.EADDRINUSE:
            return socket.create_server((host, 0), family=family)
        raise WrongUse(
            f"the console cannot listen at {listen} ({error.strerror or error}): stop what is there,"
            " or write another address at [console] listen"
        ) from error


def _bound_to(listening: socket.socket, listen: str) -> str:
    return f"{listen.rpartition(':')[0]}:{listening.getsockname()[1]}"


def _host_and_port(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    return host.strip("[]"), int(port)
