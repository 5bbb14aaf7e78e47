"""The fault matrix: each fault that this program was built against, and the tests that act it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One fault. `tests`: as pytest names them, under tests/. `apart`: what one machine cannot show, and why."""

    fault: str
    tests: tuple[str, ...] = ()
    apart: str = ""


CRASH = (
    "faults/test_crash_points.py::test_at_whatever_step_the_process_dies_nothing_is_doubled_lost_or_called_published"
)
STORM = "faults/test_storms.py::test_in_a_storm_of_one_kind_nothing_is_doubled_lost_or_called_published"
SOAK = "faults/test_soak.py::test_under_random_faults_and_kills_nothing_is_doubled_lost_or_called_published"
PROXY = "faults/test_behind_a_proxy.py::test_every_lost_answer_is_found_again_and_nothing_is_out_twice"
S = "scheduler/"

MATRIX: dict[int, Row] = {
    1: Row(
        fault="power cut at each step",
        tests=(
            CRASH,
            "faults/test_pairs.py::test_two_deaths_in_a_row_double_and_lose_nothing",
            "faults/test_halves.py::test_tables_are_of_the_old_version_or_of_the_new_one",
            "faults/test_halves.py::test_a_copy_is_whole_or_not_there_and_putting_it_back_loses_nothing_that_was_there",
        ),
        apart="a disk that loses what it has confirmed",
    ),
    2: Row(
        fault="kill -9, and SIGTERM in the middle of a call",
        tests=(CRASH, S + "test_daemon.py::test_a_call_in_hand_ends_and_is_recorded_before_the_daemon_does"),
    ),
    3: Row(
        fault="disk full",
        tests=(
            S + "test_away.py::test_while_no_file_can_grow_nothing_is_sent_and_afterwards_it_is_once",
            S + "test_watch.py::test_a_journal_that_cannot_be_written_stops_sending_and_goes_on_by_itself",
            S + "journal/test_journal.py::test_a_disk_that_takes_only_half_leaves_no_half_line",
            S + "test_delivery.py::test_without_a_committed_stage_no_call_is_made_and_no_try_is_burned",
            S + "test_delivery.py::test_an_outcome_that_could_not_be_written_is_written_later",
            S + "services/test_alerting.py::"
            "test_a_disk_onto_which_no_heartbeat_gets_any_more_is_told_though_it_can_be_read",
        ),
    ),
    4: Row(
        fault="the clock jumps forward",
        tests=(
            S + "test_clocks.py::test_a_jump_is_noticed_at_once_whichever_way",
            S + "test_clocks.py::test_a_platform_that_contradicts_keeps_it_stopped",
        ),
    ),
    5: Row(
        fault="the clock jumps back, or starts in the past",
        tests=(
            S + "test_watch.py::test_a_clock_behind_what_was_recorded_sends_and_recovers_nothing",
            S + "store/test_claims.py::test_the_key_is_frozen_at_the_first_intent",
        ),
    ),
    6: Row(
        fault="clocks change, zone rules change",
        tests=(
            S + "test_plan.py::test_a_time_that_the_clocks_jump_over_is_refused_with_two_suggestions",
            S + "test_plan.py::test_a_time_that_happens_twice_means_the_first_and_says_so",
            S + "test_zones.py::test_what_has_moved_and_comes_within_a_day_waits_for_a_person",
            S + "test_plan.py::test_clocks_of_chisinau_follow_the_package_and_not_the_system",
        ),
    ),
    7: Row(
        fault="the database is down",
        tests=(
            S + "test_away.py::test_while_the_server_lets_nobody_in_nothing_is_sent_and_afterwards_it_is_once",
            S + "test_daemon.py::test_a_database_that_is_away_for_a_moment_does_not_end_the_daemon",
            S + "test_daemon.py::test_a_database_that_is_away_at_the_first_heartbeat_does_not_leave_a_dead_process",
            S + "store/test_database.py::test_a_locked_database_is_unavailable_not_broken",
        ),
    ),
    8: Row(
        fault="the database fails over to a copy that is behind",
        tests=(
            S + "test_settle.py::test_what_only_the_journal_knew_to_be_posted_cannot_be_released_either",
            S + "test_watch.py::test_an_old_copy_of_the_database_sends_nothing",
        ),
        apart="two servers and a promotion in the middle of a run",
    ),
    9: Row(fault="the network parts after the platform took the post", tests=(STORM, SOAK, CRASH, PROXY)),
    10: Row(
        fault="too many calls",
        tests=(
            STORM,
            S + "test_traffic.py::test_too_many_calls_rest_the_account_and_no_other",
            S + "test_breaker.py::test_a_wish_to_wait_is_kept_for_an_hour_at_most",
            "adapters/test_http.py::test_the_wait_that_is_asked_for_is_kept_within_an_hour",
        ),
    ),
    11: Row(
        fault="the platform's own errors",
        tests=(
            STORM,
            S + "test_traffic.py::test_a_server_that_fails_is_left_alone_and_the_others_go_on",
            S + "test_retry.py::test_a_hundred_accounts_do_not_come_back_together",
            S + "test_retry.py::test_tries_come_to_an_end_and_then_a_person_is_asked",
        ),
    ),
    12: Row(
        fault="a token has expired or was revoked",
        tests=(
            S + "test_delivery.py::test_expired_credentials_pause_their_account_and_no_other",
            S + "services/test_alerting.py::test_a_broken_secret_is_one_message_about_its_account",
        ),
    ),
    13: Row(
        fault="a picture is refused",
        tests=(
            "adapters/test_mastodon_media.py::test_a_file_that_is_no_picture_is_refused_and_nothing_is_posted",
            "adapters/test_mastodon_media.py::test_a_picture_still_being_processed_is_waited_for_without_a_second_upload",
            S + "test_delivery.py::test_a_post_that_the_platform_would_refuse_is_never_sent",
        ),
    ),
    14: Row(
        fault="the platform is slow",
        tests=(
            STORM,
            S + "test_traffic.py::test_calls_that_hang_at_one_server_delay_nobody_else",
            S + "test_delivery.py::test_no_connection_is_held_while_a_platform_is_spoken_to",
        ),
    ),
    15: Row(
        fault="two daemons, and a clone",
        tests=(
            "faults/test_storms.py::test_of_several_daemons_one_sends_and_the_others_refuse",
            S + "store/test_claims.py::test_two_claims_at_once_never_take_one_twice",
            S + "test_watch.py::test_a_clone_with_its_own_copy_of_the_journal_sends_nothing",
        ),
    ),
    16: Row(
        fault="a configuration that is broken",
        tests=(
            S + "test_config.py::test_a_file_that_cannot_be_read_says_where_and_what_to_do",
            S + "test_config.py::test_what_is_wrong_is_named_with_line_key_and_remedy",
        ),
    ),
    17: Row(
        fault="a row that breaks whoever touches it",
        tests=(
            S + "test_poison.py::test_what_three_times_ended_the_program_while_it_was_prepared_is_held",
            S + "test_poison.py::test_what_cannot_be_read_is_held_and_the_others_go",
        ),
    ),
    18: Row(
        fault="started again after three days",
        tests=(
            S + "test_catching_up.py::test_three_go_late_and_the_rest_is_held_with_its_reason",
            S + "test_catching_up.py::test_after_an_outage_people_are_told_first",
        ),
    ),
    19: Row(
        fault="30 July has passed",
        tests=(S + "test_lateness.py::test_the_world_day_ends_at_each_mission_s_own_midnight",),
    ),
    20: Row(
        fault="an old backup was restored",
        tests=(
            S + "test_watch.py::test_an_old_copy_of_the_database_sends_nothing",
            S + "test_restoring.py::test_what_went_out_since_the_backup_is_published_and_nothing_goes_twice",
        ),
    ),
    21: Row(
        fault="the process is stopped for a while",
        tests=(
            "faults/test_storms.py::test_a_process_that_was_stopped_for_a_while_goes_on_and_nobody_sends_meanwhile",
            S + "store/test_claims.py::test_nothing_is_posted_by_a_sender_that_lost_its_fence",
        ),
    ),
    22: Row(
        fault="a yes without an id, from a page that is none of the platform's, or for the wrong account",
        tests=(STORM, S + "test_retry.py::test_a_receipt_without_a_remote_id_is_unclear"),
    ),
    23: Row(
        fault="the platform says that it has this already",
        tests=(
            STORM,
            S + "test_settle.py::test_a_duplicate_that_is_found_is_adopted",
            S + "test_settle.py::test_a_duplicate_answer_is_looked_up_at_once_and_never_sent_again",
        ),
    ),
    24: Row(
        fault="edited between approval and sending",
        tests=(
            S + "services/test_levels.py::test_of_an_edit_and_a_claim_at_one_moment_one_wins",
            S + "store/test_claims.py::test_nothing_is_posted_that_was_changed_since_it_was_claimed",
        ),
    ),
    25: Row(
        fault="a mission wants silence",
        tests=(
            S + "test_red_button_in_a_run.py::test_at_most_the_calls_already_begun_go_out_also_after_a_restart",
            S + "store/test_claims.py::test_nothing_is_posted_once_the_red_button_is_pressed",
            S + "services/test_red_button.py::test_nothing_in_the_scope_is_sent_and_everything_else_is",
        ),
    ),
    26: Row(
        fault="the way of the alerts is dead",
        tests=(
            S + "test_daemon.py::test_no_sign_of_life_goes_out_while_the_sending_hangs",
            S + "notify/test_dead_man.py::test_a_call_ends_within_ten_seconds_as_a_whole",
        ),
    ),
    27: Row(
        fault="counts cannot be read, logs cannot be written",
        tests=(S + "test_measure.py::test_a_platform_that_fails_leaves_a_gap_and_stops_nobody",),
    ),
    28: Row(
        fault="another account is connected",
        tests=(S + "test_delivery.py::test_a_secret_that_opens_another_account_sends_nothing",),
    ),
    29: Row(
        fault="an import is repeated or cut short",
        tests=(
            "faults/test_halves.py::test_a_sheet_is_stored_whole_or_not_at_all",
            S + "services/test_importing.py::test_two_people_who_import_one_sheet_at_once_make_one_plan",
            S + "services/test_importing.py::test_a_failure_in_the_middle_leaves_nothing",
        ),
    ),
    30: Row(
        fault="no memory, no files left to open",
        tests=(
            "faults/test_storms.py::test_without_files_left_to_open_nothing_is_doubled_or_lost",
            S + "test_poison.py::test_memory_that_is_not_there_is_one_post_s_trouble",
        ),
    ),
}
