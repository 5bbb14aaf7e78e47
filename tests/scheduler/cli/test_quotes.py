"""An article's quotations at the command line: looked at, or made drafts of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.scheduler.cli.program import Program, Run

RELEASE = """SAMPLE PRESS RELEASE

“Nobody should pay for a job with their freedom,” said Marta Hollis, Programme Officer, IOM Moldova, at the opening.

Tudor Valea, teacher: “My pupils know the rules by heart and teach them at home.”
"""
TOO_LONG = RELEASE.replace("My pupils know the rules", "My pupils know the rules" + " and all of the exceptions" * 120)
DRAFT = ("--draft", "--mission", "GE", "--at", "2099-07-30T10:00")


def quotes(program: Program, *more: str, article: str = RELEASE) -> Run:
    return program.run("quotes", str(program.write("release.txt", article)), *more)


def test_without_draft_nothing_is_needed_and_nothing_stored(bare: Program) -> None:
    """Reading an article asks for no configuration; the numbers are those that --only takes."""
    done = quotes(bare)
    assert (done.code, done.err) == (0, "")
    assert "1. Marta Hollis, Programme Officer, IOM Moldova [en]" in done.out
    assert "2. Tudor Valea, teacher [en]" in done.out


def test_drafts_beside_the_documented_quotations(program: Program) -> None:
    """Scripts that read `quotes` go on reading; what was made stands beside it."""
    done = quotes(program, *DRAFT, "--mission", "TJ", "--apart", "2h", "--json")
    assert (done.code, list(done.json)) == (0, ["quotes", "drafts", "not_drafted", "there_already"])
    assert [one["speaker"] for one in done.json["quotes"]] == ["Marta Hollis", "Tudor Valea"]
    assert [(one["quote"], one["mission"], one["local_due"]) for one in done.json["drafts"]] == [
        (1, "GE", "2099-07-30T10:00:00"),
        (1, "TJ", "2099-07-30T10:00:00"),
        (2, "GE", "2099-07-30T12:00:00"),
        (2, "TJ", "2099-07-30T12:00:00"),
    ]
    rows = program.run("queue", "list", "--json").json["deliveries"]
    assert {one["post_id"] for one in done.json["drafts"]} == {row["post_id"] for row in rows}
    assert {row["review"] for row in rows} == {"draft"}


def test_a_second_time_adds_nothing_and_says_so(program: Program) -> None:
    """For a person and for a script."""
    first, second = (quotes(program, *DRAFT) for _ in range(2))
    assert (first.code, second.code) == (0, 0)
    assert "2 drafted, 0 not drafted, 0 were there already" in first.out
    assert "0 drafted, 0 not drafted, 2 were there already" in second.out
    assert quotes(program, *DRAFT, "--json").json["there_already"] == 2


def test_drafts_say_how_they_go_out_and_whom_to_ask_first(program: Program) -> None:
    """The next command is there to copy; consent is not."""
    done = quotes(program, *DRAFT)
    assert "july30 queue submit 1 2" in done.out
    assert "no agreement" in done.out
    assert program.run("queue", "show", "1").code == 0


def test_a_quotation_that_cannot_be_drafted_asks_for_a_person(program: Program) -> None:
    """The others are drafted; the exit code is seen by a script, the reason by a person."""
    done = quotes(program, *DRAFT, article=TOO_LONG)
    assert done.code == 1
    assert "quotation 2 for GE: not drafted: the words are about" in done.out
    told = quotes(program, *DRAFT, "--json", article=TOO_LONG)
    assert (told.code, told.json["there_already"]) == (1, 1)
    assert [(one["quote"], one["mission"]) for one in told.json["not_drafted"]] == [(2, "GE")]


def test_an_article_without_quotations_is_told_and_done(program: Program) -> None:
    """None found is an answer, not an error."""
    done = quotes(program, *DRAFT, article="Nothing was said here.")
    assert (done.code, "no quotations" in done.out) == (0, True)
    told = quotes(program, *DRAFT, "--json", article="Nothing was said here.").json
    assert told == {"quotes": [], "drafts": [], "not_drafted": [], "there_already": 0}


def test_only_some_of_them_for_one_account_with_another_hashtag(program: Program) -> None:
    """Every option reaches what it is about."""
    done = quotes(
        program, *DRAFT, "--only", "2", "--account", "ge-outbox", "--template", "deep-blue", "--hashtag", "#Sample"
    )
    assert done.code == 0, done.err
    (row,) = program.run("queue", "list", "--json").json["deliveries"]
    assert row["text"] == (
        "“My pupils know the rules by heart and teach them at home.”\n\n— Tudor Valea, teacher\n\n#Sample"
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--draft", "--mission", "GE"), "--at"),
        (("--draft", "--at", "2099-07-30T10:00"), "--mission"),
        ((*DRAFT[:-1], "2099-07-30"), "names no hour"),
        ((*DRAFT[:-1], "2020-07-30T10:00"), "already past"),
        ((*DRAFT, "--apart", "1w"), "--apart 1w"),
        ((*DRAFT, "--apart", "0d"), "--apart 0d"),
        ((*DRAFT, "--apart", ""), "such as 1d"),
        ((*DRAFT, "--mission", "XX"), "XX"),
        ((*DRAFT, "--account", "tj-outbox"), "tj-outbox"),
        ((*DRAFT, "--template", ""), "deep-blue"),
        ((*DRAFT, "--only", "3"), "no quotation 3"),
        (("--mission", "GE", "--only", "2"), "--mission --only"),
        (("--hashtag", ""), "--hashtag"),
    ],
)
def test_what_makes_no_sense_is_exit_code_2_and_nothing_is_made(
    program: Program, options: tuple[str, ...], words: str
) -> None:
    """An option that does nothing would look like drafts that were made."""
    done = quotes(program, *options)
    assert (done.code, done.out, words in done.err) == (2, "", True), done.err
    assert program.run("queue", "list", "--json").json == {"deliveries": []}
    assert not (program.folder / "media").exists()
