"""A stand-in for a Mastodon server that takes 100 ms for every post; run as a process of its own."""

from __future__ import annotations

import asyncio
import json
import sys

LATENCY_S = 0.1
ME = {"id": "1", "acct": "bench", "username": "bench", "url": "http://127.0.0.1/@bench"}
INSTANCE = {"configuration": {"statuses": {"max_characters": 500, "max_media_attachments": 4}}}


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    number = 0
    try:
        while line := await reader.readline():
            method, path, _ = line.decode().split(" ", 2)
            length = 0
            while (header := await reader.readline()) not in {b"\r\n", b""}:
                if header.lower().startswith(b"content-length:"):
                    length = int(header.split(b":")[1])
            await reader.readexactly(length)
            number += 1
            writer.write(await _reply(method, path, f"{id(writer)}{number}"))
            await writer.drain()
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def _reply(method: str, path: str, number: str) -> bytes:
    body: dict[str, object] = dict(INSTANCE) if "instance" in path else dict(ME)
    if method == "POST":
        await asyncio.sleep(LATENCY_S)
        body = {"id": number, "url": f"http://127.0.0.1/@bench/{number}"}
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


async def main() -> None:
    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
