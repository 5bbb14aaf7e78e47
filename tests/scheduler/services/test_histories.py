"""Who wrote what, who approved it, and what was said about it: all of it stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scheduler.model import Role
from scheduler.services import editing, reviewing
from scheduler.services.reporting import story
from tests.scheduler.services.office import picture

if TYPE_CHECKING:
    from tests.scheduler.services.office import Office


def told(office: Office, post: int) -> dict[str, Any]:
    return story(office.desk, office.world.deliveries(post)[0])


def test_a_new_post_has_one_version_by_whoever_queued_it(office_on_both: Office) -> None:
    """On both databases: it holds everything that was hashed, so that it can be read without the post."""
    office = office_on_both
    picture(office.folder / "card.png")
    post = office.post(media="card.png", alt_text="A card", quote="“Words.”", speaker="Nino", notes="for Eka")
    (only,) = told(office, post)["versions"]
    assert (only["version"], only["by"], only["changed"]) == (1, "operator:nino", [])
    content = only["content"]
    assert (content["text"], content["accounts"], content["local_due"], content["notes"]) == (
        "ადამიანი არ იყიდება",
        ["ge-outbox"],
        "2027-07-30T12:00:00",
        "for Eka",
    )
    assert content["media"][0]["alt_text"] == "A card"
    assert content["quote"]["speaker"] == "Nino"
    assert only["content_hash"] == told(office, post)["post"]["content_hash"]


def test_every_edit_is_a_version_that_names_what_it_changed(office_on_both: Office) -> None:
    """A reviewer who has read it once wants to see only what is new, and whom to ask."""
    office = office_on_both
    post = office.post()
    office.clock.tick(minutes=1)
    desk = office.desk_as("ana", Role.OFFICER)
    editing.edit(desk, post, text="სხვა", link="https://iom.example", language=None)
    editing.move(office.desk, post, office.clock().replace(tzinfo=None, hour=20))
    first, second, third = told(office, post)["versions"]
    assert (first["version"], first["content"]["text"]) == (1, "ადამიანი არ იყიდება")
    assert (second["by"], second["at"], second["changed"]) == ("ana@iom.example", office.clock(), ["text", "link"])
    assert (third["by"], third["changed"]) == ("operator:nino", ["local_due"])


def test_a_changed_row_is_a_version_by_whoever_imported_it(office: Office) -> None:
    """A spreadsheet is one more way of editing."""
    office.import_rows({})
    office.desk = office.desk_as("ana", Role.OFFICER)
    office.import_rows({"text": "სხვა"})
    (post,) = office.posts()
    last = told(office, post["id"])["versions"][-1]
    assert (last["version"], last["by"], last["changed"]) == (2, "ana@iom.example", ["text"])


def test_approvals_are_told_and_whether_they_still_count(office: Office) -> None:
    """After an edit the old one is history."""
    post = office.post()
    assert [one["counts"] for one in told(office, post)["approvals"]] == [True]
    editing.edit(office.desk, post, text="სხვა", link=None, language=None)
    assert [one["counts"] for one in told(office, post)["approvals"]] == [False]
    reviewing.submit(office.desk, [post])
    assert [one["counts"] for one in told(office, post)["approvals"]] == [False, True]


def test_what_reviewers_wrote_is_told(office: Office) -> None:
    """The author looks here, and not into the audit."""
    post = office.post()
    reviewing.send_back(office.desk, [post], why="the name is misspelt")
    (note,) = told(office, post)["notes"]
    assert (note["by"], note["why"]) == ("operator:nino", "the name is misspelt")
