from datetime import UTC, datetime, timedelta

from ocr_service.auth.lockout import LockPolicy, lock_after, locked_for, remembered_failures

NOW = datetime(2026, 11, 20, tzinfo=UTC)
POLICY = LockPolicy(failures=5, longest=timedelta(minutes=15))


def test_first_failures_bring_no_lock():
    assert [lock_after(n, POLICY, NOW) for n in range(1, 5)] == [None] * 4


def test_locks_double_and_are_capped():
    seconds = [
        int((lock_after(n, POLICY, NOW) - NOW).total_seconds()) for n in (5, 6, 7, 8, 9, 10, 500)
    ]
    assert seconds == [30, 60, 120, 240, 480, 900, 900]


def test_time_left_of_a_lock():
    assert locked_for(None, NOW) == timedelta(0)
    assert locked_for(NOW - timedelta(seconds=1), NOW) == timedelta(0)
    assert locked_for(NOW + timedelta(seconds=9), NOW) == timedelta(seconds=9)


def test_failures_are_forgotten_by_halves():
    assert remembered_failures(8, NOW, NOW + timedelta(minutes=29)) == 8
    assert remembered_failures(8, NOW, NOW + timedelta(minutes=31)) == 4
    assert remembered_failures(8, NOW, NOW + timedelta(hours=3)) == 0
    assert remembered_failures(3, None, NOW) == 3
