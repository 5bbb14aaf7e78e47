"""What a person needs to publish one message by hand: its files, the steps, and a page that copies each text."""

from __future__ import annotations

import hashlib
from html import escape
from typing import TYPE_CHECKING

from adapters.on_disk import files_of, picture_name, prepare_folder, reveal
from posts.check import UNITS, length
from posts.measure_text import measure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from posts.limits import Limits
    from posts.model import Account, Message

PAGE = "kit.html"
FILMS = (".mp4", ".mov")
IMAGES = (".jpg", ".png", ".gif", ".webp")
TELL = "Copy the address of the post and tell the queue: july30 queue resolve {} --published ADDRESS"
LAYOUT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem }}
textarea {{ width: 100%; font: inherit; box-sizing: border-box }}
img {{ max-width: 100%; max-height: 24rem }}
button {{ font: inherit; padding: .3rem 1rem }}
</style></head><body><h1>{title}</h1>{body}
<script>
document.querySelectorAll("button").forEach(function (button) {{
  button.onclick = function () {{
    var text = button.parentNode.querySelector("textarea");
    text.focus();
    text.select();
    if (document.execCommand("copy")) button.textContent = "Copied";
  }};
}});
</script></body></html>
"""


def kit_of(message: Message, account: Account, limits: Limits, *, number: str = "ID") -> dict[str, bytes | Path]:
    """The files of a kit, by name. Raises Rejected where a picture is gone or changed.

    `limits`: those of the channel, by which the page tells how long each text is there. `number`: the delivery's.
    """
    files = files_of(message.media)
    words = {**_texts(message), **_alt_texts(message)}
    if message.first_comment:
        words["first-comment.txt"] = message.first_comment
    steps = [*_steps(message, account, tuple(files)), TELL.format(number)]
    told = {"README.txt": "".join(f"{number}. {step}\n" for number, step in enumerate(steps, 1))}
    told[PAGE] = _page(words, tuple(files), steps, account, limits)
    return {**files, **{name: text.encode("utf-8", "replace") for name, text in {**words, **told}.items()}}


def lay_out(contents: Mapping[str, bytes | Path], parent: Path, name: str) -> Path:
    """The kit lies in a folder below `parent`, whole; its name holds the words too, so that new ones have a new folder.

    Raises Retryable where the disk refuses.
    """
    whole = hashlib.sha256()
    for file, content in contents.items():
        whole.update(file.encode() + _digest(content))
    kit = parent / f"{name}-{whole.hexdigest()[:8]}"
    if not kit.is_dir():
        reveal(prepare_folder(parent, contents), kit)
    return kit


def _digest(content: bytes | Path) -> bytes:
    if isinstance(content, bytes):
        return hashlib.sha256(content).digest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _texts(message: Message) -> dict[str, str]:
    if len(message.parts) == 1:
        return {"text.txt": message.text}
    return {f"text-{number}.txt": part for number, part in enumerate(message.parts, 1)}


def _alt_texts(message: Message) -> dict[str, str]:
    names = [(picture_name(number, one).rpartition(".")[0], one) for number, one in enumerate(message.media, 1)]
    return {f"{stem}-alt-text.txt": one.alt_text for stem, one in names if one.alt_text}


def _channel(account: Account) -> str:
    where = account.options.get("stands_for", "")
    return (account.handle or account.id) + (f" on {where}" if where else "")


def _steps(message: Message, account: Account, pictures: Sequence[str]) -> list[str]:
    steps = [f"Sign in as {_channel(account)} and start a new post."]
    first, *more = _texts(message)
    steps.append(f"Copy the whole of {first} into it. Change nothing: these words were approved.")
    if pictures:
        steps.append(f"Attach, in this order: {', '.join(pictures)}.")
    steps += [f"Put {name} into the description (alt text) of that picture." for name in _alt_texts(message)]
    steps.append("Publish.")
    steps += [f"Reply to your last post with the whole of {name}." for name in more]
    if message.first_comment:
        steps.append("Put first-comment.txt as the first comment under it.")
    return steps


def _page(
    words: Mapping[str, str], pictures: Sequence[str], steps: Sequence[str], account: Account, limits: Limits
) -> str:
    listed = "".join(f"<li>{escape(step)}</li>" for step in steps)
    texts = "".join(_box(name, text, _length(name, text, limits, bool(pictures))) for name, text in words.items())
    shown = "".join(_file(name) for name in pictures)
    return LAYOUT.format(title=escape(f"By hand: {_channel(account)}"), body=f"<ol>{listed}</ol>{texts}{shown}")


def _file(name: str) -> str:
    """A picture or film to look at; captions by their name alone."""
    shown = f'<img src="{name}" alt="{name}">' if name.endswith(IMAGES) else name
    if name.endswith(FILMS):
        shown = f'<video src="{name}" controls preload="metadata"></video>'
    return f'<h2>{name}</h2><p>{shown}</p><p><a href="{name}" download>{name}</a></p>'


def _box(name: str, text: str, long: str) -> str:
    rows = min(20, 2 + len(text) // 60 + text.count("\n"))
    return (
        f"<section><h2>{name}</h2><p>{escape(long)}</p>"
        f'<textarea readonly dir="auto" rows="{rows}" aria-label="{name}">\n{escape(text)}</textarea>'
        f"<button>Copy</button></section>"
    )


def _length(name: str, text: str, limits: Limits, with_media: bool) -> str:
    """How long it is where it will be pasted, such as "123 of 2,200 characters"."""
    if name.endswith("alt-text.txt"):
        limit = limits.alt_text
        return f"{measure(text, limit):,} of {limit.max:,} {UNITS[limit.unit]}" if limit else "no field for it there"
    used, limit = length(text, limits, with_media=with_media and name in {"text.txt", "text-1.txt"})
    return f"{used:,} of {limit.max:,} {UNITS[limit.unit]}"
