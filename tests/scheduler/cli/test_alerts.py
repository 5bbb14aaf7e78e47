"""`july30 alerts test`: whoever sets up the alerts knows at once whether they arrive."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.adapters.raw_server import RawServer, answering
from tests.scheduler.cli.program import CONFIG

if TYPE_CHECKING:
    from tests.scheduler.cli.program import Program

CANARY = "canary-7f3a"


def configure(program: Program, *addresses: str) -> None:
    written = ", ".join(f'"{one}"' for one in addresses)
    program.write("config.toml", f"{CONFIG}\n[alerts]\nurls = [{written}]\n")


def test_each_address_is_sent_a_message_and_told_by_its_number(program: Program) -> None:
    """An address opens a channel to everybody who reads over one's shoulder."""
    with RawServer(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as chat:
        configure(program, chat.url.replace("http", "json") + f"/{CANARY}")
        done = program.run("alerts", "test")
    assert (done.code, done.out) == (0, "address 1: it went\n")
    assert json.loads(chat.bodies[0])["title"] == "july30: this is a test"


def test_an_address_that_did_not_take_it_makes_exit_code_1(program: Program) -> None:
    """Mistyped addresses are found on the day they are written, not on 30 July."""
    configure(program, f"carrier-pigeon://{CANARY}", "env:NOBODY")
    done = program.run("alerts", "test", "--json")
    assert done.code == 1
    assert [(one["address"], one["ok"]) for one in done.json["addresses"]] == [(1, False), (2, False)]
    assert CANARY not in done.out + done.err


def test_nobody_to_tell_is_said(program: Program) -> None:
    """An empty answer would read as "all went"."""
    done = program.run("alerts", "test")
    assert (done.code, "write addresses under [alerts] urls" in done.out) == (1, True)


def test_the_status_says_what_is_asked_of_whom_and_what_to_type(program: Program) -> None:
    """It is read by somebody who was called out of bed."""
    number = program.add()
    program.run("queue", "submit", str(number))
    program.run("queue", "hold", str(number), "--why", "a wrong hotline")
    done = program.run("status")
    assert done.code == 1
    assert "! 1 held on ge-outbox: a wrong hotline\n  They do not go out until a person decides.\n" in done.out
    assert "july30 queue list --state held --account ge-outbox\n" in done.out
