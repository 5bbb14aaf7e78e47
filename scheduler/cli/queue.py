"""`july30 queue …`: look at deliveries and decide about them."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scheduler.cli.common import (
    NEEDS_A_PERSON,
    NUMBER_MAX,
    As,
    Json,
    Limit,
    Number,
    Numbers,
    PostNumber,
    Posts,
    Why,
    config_of,
    desk_of,
    instant_of,
    plain,
    say_aside,
    short,
    show,
    table,
)
from scheduler.model import WrongUse

if TYPE_CHECKING:
    from rich.console import Console


TextFor = Annotated[
    list[str] | None,
    typer.Option(help='x="…": the words that replace the text on that platform; may be given several times.'),
]


def list_(
    context: typer.Context,
    mission: Annotated[str | None, typer.Option(help="Only this mission's.")] = None,
    account: Annotated[str | None, typer.Option(help="Only this account's.")] = None,
    state: Annotated[str | None, typer.Option(help="Only those that are waiting, held, published …")] = None,
    limit: Limit = None,
    as_json: Json = False,
) -> None:
    """List deliveries by the time they are wished for."""
    from scheduler.bootstrap import open_desk
    from scheduler.services.reporting import Filter, queue

    with open_desk(config_of(context)) as desk:
        rows = queue(desk, Filter(mission=mission, account=account, state=state, limit=limit))
    shown = [
        (
            one["id"],
            one["post_id"],
            one["account"],
            _with_lateness(one),
            one["review"],
            str(one["local_due"]).replace("T", " ").removesuffix(":00"),
            short(one["text"], 32),
        )
        for one in rows
    ]
    columns = ["id", "post", "account", "state", "review", "local time", "text"]
    show({"deliveries": rows}, as_json, lambda console: _say_list(console, table(columns, shown), rows))


def _say_list(console: "Console", listed: object, rows: list[dict[str, Any]]) -> None:
    """Reasons stand below, each once: in a column of a narrow terminal nobody can read them."""
    console.print(listed)
    reasons: dict[str, list[str]] = {}
    for one in rows:
        if one["reason"]:
            reasons.setdefault(one["reason"], []).append(str(one["id"]))
    for reason, numbers in reasons.items():
        console.print(f"{', '.join(numbers)}: {reason}", markup=False)


def _with_lateness(one: dict[str, Any]) -> str:
    late_by_s = one["late_by_s"] or 0
    return f"{one['state']}, {late_by_s // 60} min late" if late_by_s >= 60 else str(one["state"])


def show_(
    context: typer.Context,
    delivery: Number,
    as_json: Json = False,
) -> None:
    """Show one delivery whole: its post with versions and approvals, every attempt with its evidence, who did what."""
    from scheduler.bootstrap import open_desk
    from scheduler.services.reporting import story

    with open_desk(config_of(context)) as desk:
        told = story(desk, delivery)
    show(told, as_json, lambda _console: _say_story(told))


def manual_kit(
    context: typer.Context,
    delivery: Number,
    folder: Annotated[Path, typer.Option(help="Where the kit's own folder is made.")] = Path("kits"),
    as_json: Json = False,
) -> None:
    """Lay a held delivery out for a person: texts with their lengths, pictures, alt texts, a page that copies each."""
    from scheduler.bootstrap import open_desk
    from scheduler.services.laying_out import lay_out_kit

    with open_desk(config_of(context)) as desk:
        kit = lay_out_kit(desk, delivery, folder)
    told = {"delivery": delivery, "folder": str(kit), "page": str(kit / "kit.html")}
    show(told, as_json, lambda console: console.print(str(kit / "kit.html"), markup=False, soft_wrap=True))


def add(
    context: typer.Context,
    mission: Annotated[list[str], typer.Option(help="For this mission; may be given several times.")],
    at: Annotated[str, typer.Option(help="2027-07-30T09:00 is local time everywhere; with Z or +05:00, one instant.")],
    text: Annotated[str, typer.Option(help="The words.")],
    account: Annotated[list[str] | None, typer.Option(help="Only to this account; may be given several times.")] = None,
    language: Annotated[str, typer.Option(help="The words' language, such as uz-Latn.")] = "",
    link: Annotated[str, typer.Option(help="A link that goes with it.")] = "",
    kind: Annotated[str | None, typer.Option(help="exact, day, window, evergreen or recap.")] = None,
    picture: Annotated[list[Path] | None, typer.Option(help="A picture; may be given several times.")] = None,
    alt_text: Annotated[list[str] | None, typer.Option(help="What the picture shows, in the same order.")] = None,
    text_for: TextFor = None,
    acting: As = None,
    as_json: Json = False,
) -> None:
    """Queue one post, as a draft, for one mission or for several."""
    from posts.model import Kind
    from scheduler.services.queueing import Wish, queue_post

    if kind is not None and kind not in set(Kind):
        raise WrongUse(f"'{kind}' is no kind; write one of {', '.join(Kind)}")
    wish = Wish(
        missions=mission,
        at=instant_of(at),
        text=text,
        accounts=account or (),
        language=language,
        link=link,
        kind=Kind(kind) if kind else None,
        pictures=picture or (),
        alt_texts=alt_text or (),
        overrides=_texts_for(text_for),
    )
    with desk_of(context, acting) as desk:
        ids = queue_post(desk, wish, on_warning=say_aside)
    numbers = " ".join(map(str, ids))
    words = f"queued as drafts: posts {numbers}; nothing goes out before: july30 queue submit {numbers}"
    show({"posts": ids}, as_json, lambda console: console.print(words, markup=False))


def _texts_for(given: list[str] | None) -> dict[str, str]:
    """By platform, what was given as `x=…`. Raises WrongUse for what is not written so, or for a platform twice."""
    found: dict[str, str] = {}
    for one in given or ():
        name, sign, words = one.partition("=")
        name = name.strip().casefold()
        if not name or not sign:
            raise WrongUse(f"--text-for {short(one, 20)}: write the platform's name, = and its words, as in x=…")
        if name in found:
            raise WrongUse(f"--text-for: there are two texts for {name}; keep one of them")
        found[name] = words
    return found


def edit(
    context: typer.Context,
    post: PostNumber,
    text: Annotated[str | None, typer.Option(help="The new words.")] = None,
    link: Annotated[str | None, typer.Option(help="The new link; empty for none.")] = None,
    language: Annotated[str | None, typer.Option(help="The words' language.")] = None,
    text_for: TextFor = None,
    acting: As = None,
    as_json: Json = False,
) -> None:
    """Change a post that is not out yet; it becomes a draft again and has to be approved anew."""
    from scheduler.services import editing

    if text is None and link is None and language is None and not text_for:
        raise WrongUse("nothing to change: give --text, --text-for, --link or --language")
    own = _texts_for(text_for)
    with desk_of(context, acting) as desk:
        editing.edit(desk, post, text=text, link=link, language=language, overrides=own, on_warning=say_aside)
    _done(as_json, [post], f"post {post} is changed and a draft again")


def move(
    context: typer.Context,
    post: PostNumber,
    to: Annotated[str, typer.Option(help="2027-07-30T10:00 in the mission's time; with Z or +05:00, that instant.")],
    acting: As = None,
    as_json: Json = False,
) -> None:
    """Wish a post for another time; it becomes a draft again and has to be approved anew."""
    from scheduler.services import editing

    with desk_of(context, acting) as desk:
        when = editing.move(desk, post, instant_of(to), on_warning=say_aside)
    _done(as_json, [post], f"post {post} is wished for {when.local} in {when.zone} and a draft again")


def submit(context: typer.Context, posts: Posts, acting: As = None, as_json: Json = False) -> None:
    """Submit posts for review; with `[review] levels = 0` that approves them."""
    from scheduler.services import reviewing

    with_warnings = partial(reviewing.submit, on_warning=say_aside)
    _act(context, posts, acting, as_json, with_warnings, "submitted")


def approve(context: typer.Context, posts: Posts, acting: As = None, as_json: Json = False) -> None:
    """Approve posts as they read now: they go out at their time, once as many people as the review asks for did."""
    from scheduler.services import reviewing

    with desk_of(context, acting) as desk:
        missing = reviewing.approve(desk, posts, on_warning=say_aside)
    words = [f"approved: {' '.join(map(str, posts))}"]
    words += [f"post {one} needs {count} more to approve it" for one, count in missing.items() if count]
    told = {"done": posts, "message": "; ".join(words), "still_needs": missing}
    show(told, as_json, lambda console: console.print("\n".join(words), markup=False))


def check(
    context: typer.Context,
    posts: Annotated[list[int] | None, typer.Argument(max=NUMBER_MAX, help="Numbers of posts.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Instead: all that is still to go out.")] = False,
    as_json: Json = False,
) -> None:
    """Find what would keep posts from going out, or speaks against it: nothing is changed, platforms are asked."""
    from scheduler.bootstrap import open_desk
    from scheduler.services.preflight import look_over

    if bool(posts) == everything:
        raise WrongUse("give the numbers of posts, or --all")
    with open_desk(config_of(context)) as desk:
        found = look_over(desk, None if everything else posts)
    lines = [f"post {one['post']}: {told['level']}: {told['message']}" for one in found for told in one["problems"]]
    blocked = sum(one["blocked"] for one in found)
    lines.append(f"{len(found)} posts looked over, {blocked} of them cannot go out as they are")
    show({"posts": found}, as_json, lambda console: console.print("\n".join(lines), markup=False))
    if blocked:
        raise typer.Exit(NEEDS_A_PERSON)


def send_back(context: typer.Context, posts: Posts, why: Why, acting: As = None, as_json: Json = False) -> None:
    """Send posts back to their authors: they cannot go out until submitted again."""
    from scheduler.services import reviewing

    _act(context, posts, acting, as_json, lambda desk, ids: reviewing.send_back(desk, ids, why=why), "sent back")


def hold(
    context: typer.Context, deliveries: Numbers, why: Why = "held by hand", acting: As = None, as_json: Json = False
) -> None:
    """Hold waiting deliveries for a person."""
    from scheduler.services import operating

    _act(context, deliveries, acting, as_json, lambda desk, ids: operating.hold(desk, ids, why=why), "held")


def release(context: typer.Context, deliveries: Numbers, acting: As = None, as_json: Json = False) -> None:
    """Let held deliveries go: at their time, or at once where it has come."""
    from scheduler.services import operating

    _act(context, deliveries, acting, as_json, operating.release, "released")


def skip(context: typer.Context, deliveries: Numbers, why: Why, acting: As = None, as_json: Json = False) -> None:
    """End held deliveries as skipped."""
    from scheduler.services import operating

    _act(context, deliveries, acting, as_json, lambda desk, ids: operating.skip(desk, ids, why=why), "skipped")


def cancel(context: typer.Context, deliveries: Numbers, why: Why, acting: As = None, as_json: Json = False) -> None:
    """End deliveries as cancelled: nothing more of them will go out, and what is out in part is named."""
    from scheduler.services import operating

    _act(context, deliveries, acting, as_json, lambda desk, ids: operating.cancel(desk, ids, why=why), "cancelled")


def retry(context: typer.Context, deliveries: Numbers, acting: As = None, as_json: Json = False) -> None:
    """Try failed deliveries again, as they are."""
    from scheduler.services import operating

    _act(context, deliveries, acting, as_json, operating.retry, "tried again")


def resolve(
    context: typer.Context,
    delivery: Number,
    published: Annotated[bool, typer.Option("--published", help="It is out.")] = False,
    address: Annotated[str | None, typer.Argument(help="Where it is, as the browser shows it.")] = None,
    not_published: Annotated[bool, typer.Option("--not-published", help="Somebody looked: it is not out.")] = False,
    acting: As = None,
    as_json: Json = False,
) -> None:
    """Say what became of an unclear or held delivery, after looking: `resolve 7 --published https://…`."""
    from scheduler.services import operating

    if published == not_published:
        raise WrongUse("say either --published (with the address, if you have it) or --not-published")
    if not_published and address:
        raise WrongUse("an address goes with --published only")
    with desk_of(context, acting) as desk:
        if not_published:
            operating.resolve_not_published(desk, delivery)
            words = f"delivery {delivery} is not out: it waits for its time, or goes at once"
        else:
            words = f"delivery {delivery} is out: {operating.resolve_published(desk, delivery, address)}"
    _done(as_json, [delivery], words)


def take_down(
    context: typer.Context,
    posts: Posts,
    why: Why = "taken down by hand",
    cancel_rest: Annotated[bool, typer.Option("--cancel-rest", help="Cancel what is not out yet.")] = False,
    by_hand: Annotated[bool, typer.Option("--by-hand", help="Somebody has deleted what is live: just say so.")] = False,
    acting: As = None,
    as_json: Json = False,
) -> None:
    """Delete posts wherever they are live and that is allowed; lists what must be deleted by hand."""
    from scheduler.services.taking_down import take_down

    with desk_of(context, acting) as desk:
        rows = take_down(desk, posts, why=why, cancel_rest=cancel_rest, by_hand=by_hand)
    ended = ["removed" if one["removed"] else "cancelled" if one["cancelled"] else "no" for one in rows]
    shown = [
        (one["delivery"], one["account"], done, one["permalink"], one["reason"])
        for one, done in zip(rows, ended, strict=True)
    ]
    columns = ["id", "account", "done", "address", "reason"]
    show({"deliveries": rows}, as_json, lambda console: console.print(table(columns, shown)))
    if "no" in ended:
        raise typer.Exit(NEEDS_A_PERSON)


def _act(
    context: typer.Context,
    numbers: list[int],
    acting: str | None,
    as_json: bool,
    verb: Callable[[Any, list[int]], list[str] | None],
    done: str,
) -> None:

    with desk_of(context, acting) as desk:
        still_out = verb(desk, numbers) or []
    _done(as_json, numbers, "\n".join([f"{done}: {' '.join(map(str, numbers))}", *still_out]))


def _done(as_json: bool, numbers: list[int], words: str) -> None:
    show({"done": numbers, "message": words}, as_json, lambda console: console.print(words, markup=False))


def _say_story(told: dict[str, Any]) -> None:
    delivery, post = told["delivery"], told["post"]
    typer.echo(f"delivery {delivery['id']} of post {post['id']} to {delivery['account_id']}: {delivery['state']}")
    for name in ("reason", "local_due", "time_zone", "permalink", "late_by_s"):
        if delivery[name] not in {None, ""}:
            typer.echo(f"  {name}: {delivery[name]}")
    for one in told["waits_for"]:
        typer.echo(f"  waits: {one}")
    typer.echo(f"  review: {post['review']}\n  text: {post['text']}")
    _say_seen(told["sees"], post["text"])
    _say_history(told)
    for one in told["attempts"]:
        status = f" (HTTP {one['http_status']})" if one["http_status"] else ""
        typer.echo(f"attempt {one['fence']}: {plain(one['started_at'])} {one['stage']} → {one['outcome']}{status}")
        evidence = dict(one["evidence"] or {})
        looks = evidence.pop("looks", [])
        if evidence:
            typer.echo(f"  evidence: {evidence}")
        for look in looks:
            typer.echo(f"  look: {look['at']} {look['saw']} {look.get('permalink', '')}".rstrip())
    for one in told["audit"]:
        typer.echo(f"{plain(one['at'])} {one['actor']} {one['verb']} {one['before']} → {one['after']}")


def _say_seen(sees: dict[str, Any] | None, text: str) -> None:
    """What the account's platform is given, where that is not just the text."""
    if sees is None:
        return
    if sees["parts"] != [text.strip()]:
        for number, part in enumerate(sees["parts"], 1):
            typer.echo(f"  sees, part {number}: {part}")
    for one in sees["media"]:
        typer.echo(f"  picture: {one['size']} {one['sha256'][:16]} {one['alt_text']}".rstrip())


def _say_history(told: dict[str, Any]) -> None:
    for one in told["versions"]:
        what = f"changed: {', '.join(one['changed']) or 'nothing'}" if one["version"] > 1 else "written"
        typer.echo(f"version {one['version']}: {plain(one['at'])} {one['by']} {what}")
    for one in told["approvals"]:
        typer.echo(f"approved: {plain(one['at'])} {one['by']}{'' if one['counts'] else ' (no longer counts)'}")
    for one in told["notes"]:
        typer.echo(f"sent back: {plain(one['at'])} {one['by']}: {one['why']}")


COMMANDS: dict[str, Callable[..., None]] = {
    "list": list_,
    "show": show_,
    "add": add,
    "edit": edit,
    "move": move,
    "submit": submit,
    "approve": approve,
    "check": check,
    "send-back": send_back,
    "hold": hold,
    "release": release,
    "skip": skip,
    "cancel": cancel,
    "retry": retry,
    "resolve": resolve,
    "take-down": take_down,
}
