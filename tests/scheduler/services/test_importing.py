"""A sheet becomes posts: each row once, whatever is done with the file afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from adapters.contract import Retryable
from scheduler.model import State, WrongUse
from scheduler.services import editing, importing, reviewing
from scheduler.services.exporting import export_plan
from scheduler.store import posts
from scheduler.store.schema import card
from tests.fakes.adapter import ObedientAdapter
from tests.scheduler.services.office import codes, picture, verdicts, write_sheet

if TYPE_CHECKING:
    from posts.limits import Limits
    from tests.scheduler.services.office import Office


@pytest.fixture
def office(office_on_both: Office) -> Office:
    """On SQLite and on PostgreSQL: a whole plan goes through the database here."""
    return office_on_both


class AskedMeanwhile(ObedientAdapter):
    """Somebody imports the same sheet while this account's limits are asked for."""

    office: Office
    done: bool = False

    def limits(self) -> Limits:
        if not self.done:
            self.done = True
            self.office.import_(self.office.folder / "plan.csv")
        return super().limits()


def test_a_ready_row_is_a_post_with_one_delivery_for_each_account(office: Office) -> None:
    """Two channels of one mission are two deliveries: each can fail, be held and be counted alone."""
    done = office.import_rows({"account": "ge-outbox;ge-manual"})
    assert verdicts(done) == ["added"]
    (post,) = office.posts()
    rows = [office.world.row(one) for one in office.world.deliveries(post["id"])]
    assert {row["account_id"] for row in rows} == {"ge-outbox", "ge-manual"}
    assert {row["local_due"] for row in rows} == {"2027-07-30T12:00:00"}
    assert {row["due_at"].isoformat() for row in rows} == {"2027-07-30T08:00:00+00:00"}


def test_the_same_file_twice_adds_nothing(office: Office) -> None:
    """People import again to be sure; that must not be a second campaign."""
    plan = office.sheet({"id": "a"}, {"id": "b", "text": "Ҷавонон"})
    assert verdicts(office.import_(plan)) == ["added", "added"]
    audit = office.world.count("audit")
    assert verdicts(office.import_(plan)) == ["unchanged", "unchanged"]
    assert len(office.posts()) == 2
    assert office.world.count("audit") == audit


def test_rows_without_an_id_are_known_again_too(office: Office) -> None:
    """Most hand-made sheets have no id column."""
    plan = office.sheet({"id": ""})
    office.import_(plan)
    assert verdicts(office.import_(plan)) == ["unchanged"]


def test_the_same_file_adds_nothing_after_everything_went_out_and_its_times_are_past(office: Office) -> None:
    """On 31 July somebody imports the old file again to look something up."""
    plan = office.sheet({"id": "a"})
    office.import_(plan)
    number = office.world.deliveries(int(office.posts()[0]["id"]))[0]
    office.due(number)
    office.world.publish(number)
    office.clock.tick(days=2)
    assert verdicts(office.import_(plan)) == ["unchanged"]
    assert office.world.state(number) is State.PUBLISHED


def test_an_edited_row_is_a_draft_again_until_the_sheet_says_otherwise(office: Office) -> None:
    """An approval is for words that somebody has read; it must not carry over to others."""
    office.import_rows({"id": "a"})
    done = office.import_rows({"id": "a", "text": "სხვა სიტყვები", "status": "draft"})
    assert verdicts(done) == ["changed"]
    (post,) = office.posts()
    assert (post["review"], post["text"]) == ("draft", "სხვა სიტყვები")
    office.clock.tick(hours=4)
    assert office.claimable() == set()


def test_an_edited_row_forgets_what_was_prepared_for_the_old_words(office: Office) -> None:
    """Otherwise the new text would go out under the old picture."""
    number = office.delivery(id="a")
    office.world.run('UPDATE delivery SET progress = \'{"media-1": {"id": "old"}}\' WHERE id = :id', id=number)
    office.import_rows({"id": "a", "text": "სხვა სიტყვები"})
    assert office.world.row(number)["progress"] == {}


@pytest.mark.parametrize("state", [State.SENDING, State.PUBLISHED, State.UNCLEAR, State.REMOVED])
def test_a_changed_row_whose_post_is_out_needs_fixing(office: Office, state: State) -> None:
    """What is public cannot be unsaid by a sheet, and must not be said twice in two wordings."""
    number = office.delivery(id="a")
    office.stands(number, state)
    done = office.import_rows({"id": "a", "text": "სხვა სიტყვები"})
    assert (verdicts(done), codes(done)) == (["needs_fixing"], ["already_out"])
    assert office.posts()[0]["text"] == "ადამიანი არ იყიდება"
    assert office.world.state(number) is state


def test_a_changed_row_that_is_out_on_one_account_of_two_needs_fixing(office: Office) -> None:
    """Half of the readers have seen the old words."""
    post = office.post(id="a", account="ge-outbox;ge-manual")
    office.stands(office.world.deliveries(post)[0], State.PUBLISHED)
    done = office.import_rows({"id": "a", "account": "ge-outbox;ge-manual", "text": "სხვა"})
    assert verdicts(done) == ["needs_fixing"]


def test_an_account_that_a_row_no_longer_names_is_cancelled_with_a_reason(office: Office) -> None:
    """It must not go out there, and nobody should have to wonder why."""
    post = office.post(id="a", account="ge-outbox;ge-manual")
    office.import_rows({"id": "a", "account": "ge-outbox"})
    rows = {row["account_id"]: row for row in map(office.world.row, office.world.deliveries(post))}
    assert rows["ge-manual"]["state"] == State.CANCELLED
    assert "account" in rows["ge-manual"]["reason"]
    assert rows["ge-outbox"]["state"] == State.WAITING


def test_an_account_that_a_row_names_again_is_no_silent_miss(office: Office) -> None:
    """Its delivery has ended for good: saying "changed" would promise a post that never comes."""
    office.post(id="a", account="ge-outbox;ge-manual")
    office.import_rows({"id": "a", "account": "ge-outbox"})
    done = office.import_rows({"id": "a", "account": "ge-outbox;ge-manual"})
    assert (verdicts(done), codes(done)) == (["needs_fixing"], ["account_ended"])


def test_a_row_that_gains_an_account_gets_a_delivery_for_it(office: Office) -> None:
    """A channel that is opened a week before the day is the reason why sheets are imported again."""
    post = office.post(id="a")
    office.import_rows({"id": "a", "account": "ge-outbox;ge-manual"})
    assert [office.world.state(one) for one in office.world.deliveries(post)] == [State.WAITING, State.WAITING]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"time": "08:59"}, "past"),
        ({"time": "09:00"}, "past"),
        ({"date": "2026-07-30"}, "past"),
        ({"mission": "UA", "account": "ua-outbox", "date": "2028-03-26", "time": "03:30"}, "time_does_not_exist"),
        ({"not_after": "2027-07-29"}, "too_late"),
        ({"text": "a" * 501}, "too_long"),
        ({"account": "ge-instagram"}, "unknown_account"),
        ({"date": "30 June"}, "bad_date"),
        ({"time": "25:00"}, "bad_time"),
        ({"media": "nowhere.jpg"}, "bad_picture"),
        ({"text": ""}, "nothing_to_say"),
    ],
)
def test_a_row_that_cannot_go_out_needs_fixing_and_is_not_stored(
    office: Office, cells: dict[str, str], code: str
) -> None:
    """A bad row is told while there is time to mend it; the good ones beside it are not lost for it."""
    done = office.import_rows({"id": "good"}, {"id": "bad", **cells})
    assert verdicts(done) == ["added", "needs_fixing"]
    assert code in codes(done)
    assert [row["external_id"] for row in office.posts()] == ["good"]


def test_a_limit_that_does_not_exist_is_told_as_the_limits_fault(office: Office) -> None:
    """A person looks into the column that is named."""
    cells = {"mission": "UA", "account": "ua-outbox", "date": "2028-03-25", "not_after": "2028-03-26 03:30"}
    done = office.import_rows(cells)
    assert verdicts(done) == ["needs_fixing"]
    assert [one.cell for one in done.rows[0].problems] == ["not_after, row 2"]


def test_a_time_that_happens_twice_is_taken_as_the_first_and_said(office: Office) -> None:
    """03:30 on 31 October 2027 happens twice in Kyiv; an hour late is worse than a warning."""
    done = office.import_rows({"mission": "UA", "account": "ua-outbox", "date": "2027-10-31", "time": "03:30"})
    assert (verdicts(done), codes(done)) == (["added"], ["happens_twice"])
    assert office.world.row(1)["due_at"].isoformat() == "2027-10-31T00:30:00+00:00"


def test_pictures_are_kept_by_what_is_in_them_and_the_original_no_longer_matters(office: Office) -> None:
    """What was approved is what goes out, even if somebody saves another picture over it."""
    original = picture(office.folder / "card.jpg")
    post = office.post(id="a", media="card.jpg", alt_text="A blue card")
    with office.database.read() as tx:
        kept = posts.load(tx, [post])[post].media[0]
    before = kept.path.read_bytes()
    picture(original, (200, 0, 0))
    assert kept.path.parent == office.settings.media_folder
    assert kept.path.name == f"{kept.sha256}.jpg"
    assert kept.path.read_bytes() == before
    assert list(office.settings.media_folder.glob(".unfinished*")) == []


def test_a_row_whose_picture_has_changed_is_a_changed_row(office: Office) -> None:
    """The same name is not the same picture."""
    original = picture(office.folder / "card.jpg")
    office.post(id="a", media="card.jpg", alt_text="A blue card")
    picture(original, (200, 0, 0))
    done = office.import_rows({"id": "a", "media": "card.jpg", "alt_text": "A blue card"})
    assert verdicts(done) == ["changed"]


def test_a_dry_run_changes_nothing(office: Office) -> None:
    """Its point is to look first: no row, no picture, no trace."""
    picture(office.folder / "card.jpg")
    done = office.import_rows({"media": "card.jpg", "alt_text": "A blue card"}, commit=False)
    assert (verdicts(done), done.committed) == (["added"], False)
    assert office.posts() == []
    assert not office.settings.media_folder.exists()


def test_while_a_question_is_open_nothing_is_added(office: Office) -> None:
    """7 August or 8 July: a guess would send a post on the wrong day."""
    plan = office.sheet({"id": "a", "date": "08/09/2027"}, {"id": "b"})
    done = office.import_(plan)
    assert [one["code"] for one in done.questions] == ["day_or_month"]
    assert (done.committed, office.posts()) == (False, [])
    assert verdicts(office.import_(plan, day_first=True)) == ["added", "added"]


def test_a_failure_in_the_middle_leaves_nothing(office: Office) -> None:
    """Half a sheet is worse than none: nobody knows which half."""
    office.import_rows({"id": "a"})
    plan = office.sheet({"id": "new"}, {"id": "a", "text": "სხვა"})
    judged = office.import_(plan, commit=False)
    office.stands(1, State.PUBLISHED)
    with pytest.raises(WrongUse, match="post 1 is out"):
        importing._store(office.desk, judged.rows)
    assert [row["external_id"] for row in office.posts()] == ["a"]


def test_two_people_who_import_one_sheet_at_once_make_one_plan(office: Office) -> None:
    """Both press Enter: one of them is told, in words, and nothing is queued twice."""
    adapter = AskedMeanwhile()
    adapter.office = office
    office.adapters["ge-outbox"] = adapter
    office.sheet({"id": "a"})
    with pytest.raises(WrongUse, match="meanwhile"):
        office.import_(office.folder / "plan.csv")
    assert len(office.posts()) == 1


@pytest.mark.parametrize("status", ["draft", "", "submitted"])
def test_a_status_never_takes_an_approval_back(office: Office, status: str) -> None:
    """A sheet that lags behind must not stop what a reviewer let go."""
    post = office.post(id="a")
    assert verdicts(office.import_rows({"id": "a", "status": status})) == ["unchanged"]
    assert office.review(post) == "approved"


def test_a_status_that_has_moved_on_moves_the_review_on(office: Office) -> None:
    """The author writes "approved" into the same row and imports again."""
    post = office.post(id="a", status="draft")
    assert office.review(post) == "draft"
    assert verdicts(office.import_rows({"id": "a"})) == ["unchanged"]
    assert office.review(post) == "approved"


def test_importing_again_does_not_undo_a_send_back(office: Office) -> None:
    """A reviewer has stopped the post; the old sheet, imported for another row's sake, must not let it go again."""
    post = office.post(id="a")
    reviewing.send_back(office.desk, [post], why="the name is misspelt")
    office.import_rows({"id": "a"})
    assert office.review(post) == "sent_back"


def test_a_row_that_was_sent_back_and_mended_can_go_out(office: Office) -> None:
    """Mending the words is what sending back asks for."""
    post = office.post(id="a")
    reviewing.send_back(office.desk, [post], why="the name is misspelt")
    office.import_rows({"id": "a", "text": "გასწორებული"})
    assert office.review(post) == "approved"


def test_a_failed_row_that_was_mended_waits_again(office: Office) -> None:
    """The officer mends the sheet, not the queue."""
    number = office.delivery(id="a")
    office.stands(number, State.FAILED)
    office.import_rows({"id": "a", "text": "უფრო მოკლე"})
    assert office.world.state(number) is State.WAITING


def test_a_row_that_was_changed_in_the_queue_is_changed_back_only_openly(office: Office) -> None:
    """The sheet wins, but the verdict says so: a dry run shows what would be lost."""
    post = office.post(id="a")
    editing.edit(office.desk, post, text="შესწორებული", link=None, language=None)
    assert verdicts(office.import_rows({"id": "a"}, commit=False)) == ["changed"]


def test_a_server_that_does_not_answer_warns_and_takes_the_usual_limits(office: Office) -> None:
    """An import on a train must work; the limits are looked at again before sending."""

    class Away(ObedientAdapter):
        def limits(self) -> Limits:
            raise Retryable("no answer", after=timedelta(seconds=5))

    office.adapters["ge-outbox"] = Away()
    done = office.import_rows({"id": "a"})
    assert (verdicts(done), codes(done)) == (["added"], ["limits_unknown"])


def test_a_server_that_talks_nonsense_of_a_limit_warns_and_names_it(office: Office) -> None:
    """The row may go, and whoever imports it knows which number is nobody's word."""

    class Odd(ObedientAdapter):
        def limits(self) -> Limits:
            return replace(super().limits(), doubts=("its server says that max_characters is 'x'",))

    office.adapters["ge-outbox"] = Odd()
    done = office.import_rows({"id": "a"})
    assert (verdicts(done), codes(done)) == (["added"], ["limits_unknown"])
    assert "ge-outbox: its server says that max_characters is 'x'; the usual limit" in str(done)


def test_what_was_imported_is_in_the_audit_with_who_did_it(office: Office) -> None:
    """Months later somebody asks who put that into the queue."""
    post = office.post(id="a")
    verbs = [(row["verb"], row["actor"]) for row in office.world.audit(f"post:{post}")]
    assert verbs == [("import", "operator:nino"), ("import", "operator:nino")]


def test_an_unknown_mission_for_the_whole_sheet_is_refused_by_name(office: Office) -> None:
    """A typing error must not give every row the same problem."""
    with pytest.raises(WrongUse, match="no mission 'XX'"):
        office.import_rows({}, mission="XX")


def test_xlsx_and_csv_of_the_same_rows_are_the_same_posts(office: Office) -> None:
    """One colleague saves the sheet as csv; that is not a second plan."""
    rows = [{"id": "a", "mission": "GE", "date": "2027-07-30", "time": "12:00", "text": "ერთი"}]
    office.import_(write_sheet(office.folder / "plan.xlsx", rows))
    assert verdicts(office.import_(write_sheet(office.folder / "plan.csv", rows))) == ["unchanged"]


# -- a row's own card and words ---------------------------------------------------------------------------------------

CARD = {"quote": "ნიმუში: პასპორტი მხოლოდ შენია", "speaker": "ნიმუში", "media": "card"}


def cards_of(office: Office) -> list[tuple[str, str]]:
    with office.database.read() as tx:
        return [(row.size, row.sha256) for row in tx.execute(select(card).order_by(card.c.id))]


def wide_manual(office: Office) -> None:
    """From now on the manual account wants its cards wide."""
    accounts = [
        replace(one, card_size=(1600, 900)) if one.id == "ge-manual" else one for one in office.settings.accounts
    ]
    office.settings = replace(office.settings, accounts=tuple(accounts))
    office.desk = office.desk_with(office.settings)


def test_a_row_that_asks_for_a_card_gets_it_in_every_size_of_its_accounts(office: Office) -> None:
    """The quotation is in the sheet: nobody should have to draw it elsewhere."""
    wide_manual(office)
    done = office.import_rows({"account": "ge-outbox;ge-manual", **CARD})
    assert verdicts(done) == ["added"], done
    assert [size for size, _ in cards_of(office)] == ["1080x1350", "1600x900"]
    with office.database.read() as tx:
        (post,) = posts.load(tx, [office.posts()[0]["id"]]).values()
    (picture_,) = post.media
    for one in (picture_, *picture_.shapes):
        assert sha256(one.path.read_bytes()).hexdigest() == one.sha256
    assert [one.sha256 for one in (picture_, *picture_.shapes)] == [digest for _, digest in cards_of(office)]
    assert CARD["quote"] in picture_.alt_text


def test_a_card_of_a_row_that_says_the_same_is_the_same(office: Office) -> None:
    """The same file again must not take an approval away."""
    assert verdicts(office.import_rows({"account": "ge-outbox", **CARD})) == ["added"]
    assert verdicts(office.import_rows({"account": "ge-outbox", **CARD})) == ["unchanged"]
    assert len(cards_of(office)) == 1


def test_a_changed_quotation_has_another_card_and_the_old_one_is_forgotten(office: Office) -> None:
    """A card of words that nobody approved must not stand beside those that somebody did."""
    office.import_rows({"account": "ge-outbox", **CARD})
    ((_, before),) = cards_of(office)
    assert verdicts(office.import_rows({"account": "ge-outbox", **CARD, "quote": "სხვა სიტყვები"})) == ["changed"]
    ((_, after),) = cards_of(office)
    assert before != after


def test_a_row_that_keeps_its_card_keeps_what_is_known_of_it(office: Office) -> None:
    """An exported plan names the picture; that it is a card is not forgotten for it."""
    office.import_rows({"account": "ge-outbox", **CARD})
    before = cards_of(office)
    export_plan(office.desk, office.folder / "out.csv")
    (office.folder / "back.csv").write_text(
        (office.folder / "out.csv").read_text("utf-8").replace("ადამიანი", "კაცი"), encoding="utf-8"
    )
    assert verdicts(office.import_(office.folder / "back.csv")) == ["changed"]
    assert cards_of(office) == before


def test_an_alt_text_of_the_row_is_the_cards(office: Office) -> None:
    """Whoever wrote one knows the readers better."""
    office.import_rows({"account": "ge-outbox", **CARD, "alt_text": "ლურჯი ბარათი"})
    message, _ = office.message_of(office.world.deliveries(office.posts()[0]["id"])[0])
    assert [one.alt_text for one in message.media] == ["ლურჯი ბარათი"]


def test_a_card_that_cannot_be_drawn_needs_fixing(office: Office) -> None:
    """No half of a quotation, and no post without the card it was meant to have."""
    done = office.import_rows({"account": "ge-outbox", **CARD, "quote": "სიტყვა " * 600})
    assert (verdicts(done), codes(done)) == (["needs_fixing"], ["card"])
    assert not office.posts()


def test_a_dry_run_draws_but_keeps_no_card(office: Office) -> None:
    """Nothing of it is on the disk."""
    assert verdicts(office.import_rows({"account": "ge-outbox", **CARD}, commit=False)) == ["added"]
    assert not office.settings.media_folder.exists()


def test_a_row_whose_words_for_one_platform_have_changed_is_a_changed_row(office: Office) -> None:
    """They were approved with the rest, and are no longer what was approved."""
    row = {"account": "ge-outbox;ge-manual", "status": "approved"}
    office.import_rows({**row, "text:manual": "For hands"})
    assert verdicts(office.import_rows({**row, "text:manual": "For hands"})) == ["unchanged"]
    assert verdicts(office.import_rows({**row, "text:manual": "For other hands", "status": ""})) == ["changed"]
    assert office.review(office.posts()[0]["id"]) == "draft"
