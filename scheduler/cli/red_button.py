"""`july30 pause` and `july30 resume`."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.cli.common import NEEDS_A_PERSON, As, Json, Why, desk_of, show
from scheduler.model import WrongUse

if TYPE_CHECKING:
    from scheduler.model import Scope

Everything = Annotated[bool, typer.Option("--all", help="Everything.")]
OfCampaign = Annotated[bool, typer.Option("--campaign", help="The current campaign.")]
OfMission = Annotated[str | None, typer.Option("--mission", help="One mission.")]
OfAccount = Annotated[str | None, typer.Option("--account", help="One account.")]


def pause(
    context: typer.Context,
    why: Why,
    everything: Everything = False,
    campaign: OfCampaign = False,
    mission: OfMission = None,
    account: OfAccount = None,
    acting: As = None,
    as_json: Json = False,
) -> None:
    """Stop sending, before the next call: everything, the campaign, a mission or an account."""
    from scheduler.services import operating

    scope, subject = _scope(everything, campaign, mission, account)
    with desk_of(context, acting) as desk:
        fresh = operating.pause(desk, scope, subject, why=why)
    words = f"paused: {scope} {subject}".rstrip() if fresh else f"{scope} {subject} was paused already"
    told = {"scope": str(scope), "subject": subject, "changed": fresh}
    show(told, as_json, lambda console: console.print(words, markup=False))


def resume(
    context: typer.Context,
    why: Why = "resumed by hand",
    everything: Everything = False,
    campaign: OfCampaign = False,
    mission: OfMission = None,
    account: OfAccount = None,
    acting: As = None,
    as_json: Json = False,
) -> None:
    """Send again what was paused; what has become late meanwhile goes by the rules of lateness. Says what will go."""
    from scheduler.services import operating
    from scheduler.services.confirming import Resumed

    scope, subject = _scope(everything, campaign, mission, account)
    with desk_of(context, acting) as desk:
        done, will = operating.resume_and_foresee(desk, scope, subject, why=why)
    what = f"{scope} {subject}".rstrip()
    words = {
        Resumed.ENDED: f"resumed: {what}; it goes: {will}",
        Resumed.ASKED: f"asked: a second person must confirm, with the same command; {what} stays paused until then",
        Resumed.NOT_PAUSED: f"{what} was not paused",
    }[done]
    told = {"scope": str(scope), "subject": subject, "changed": done is Resumed.ENDED, "asked": done is Resumed.ASKED}
    told["will"] = asdict(will)
    show(told, as_json, lambda console: console.print(words, markup=False))
    if done is Resumed.ASKED:
        raise typer.Exit(NEEDS_A_PERSON)


def _scope(everything: bool, campaign: bool, mission: str | None, account: str | None) -> "tuple[Scope, str]":
    from scheduler.model import Scope

    given = [everything, campaign, mission is not None, account is not None]
    if sum(given) != 1:
        raise WrongUse("say exactly one of --all, --campaign, --mission CODE, --account ID")
    if mission is not None:
        return Scope.MISSION, mission
    if account is not None:
        return Scope.ACCOUNT, account
    return (Scope.ALL if everything else Scope.CAMPAIGN), ""
