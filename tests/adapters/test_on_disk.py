"""Files of our own that adapters read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.contract import Rejected, Retryable
from adapters.on_disk import read_picture
from tests.adapters.parts import picture
from tests.fakes.shortage import no_files_left

if TYPE_CHECKING:
    from pathlib import Path


def test_a_machine_short_of_open_files_does_not_make_a_picture_unfit(tmp_path: Path) -> None:
    """A post that is called unfit waits for its author, who finds nothing wrong with it."""
    media = picture(tmp_path)
    with no_files_left(), pytest.raises(Retryable, match="just now"):
        read_picture(media)
    assert read_picture(media)


def test_a_picture_that_is_gone_is_its_posts_trouble(tmp_path: Path) -> None:
    """Trying again would not bring it back."""
    media = picture(tmp_path)
    media.path.unlink()
    with pytest.raises(Rejected, match="put it back"):
        read_picture(media)
