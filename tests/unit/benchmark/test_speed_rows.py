from training.benchmark.speed import WAYS, _row, _status_mib, _Told


def told(begun: float, seconds: list[float], memory: list[float]) -> _Told:
    return _Told(
        seconds=seconds,
        stages={"ink": [s / 2 for s in seconds]},
        memory=memory,
        begun=begun,
        ended=begun + sum(seconds),
        processor=sum(seconds) * 0.9,
        peak=max(memory) + 1,
    )


def test_two_workers_count_together() -> None:
    row = _row([told(10.0, [0.5, 0.5], [100, 120, 121]), told(10.5, [1.0], [90, 130, 131])], 2)
    assert row["processes"] == 2 and row["readings"] == 3 and row["pages"] == 2
    # From the first begin (10.0) to the last end (11.5).
    assert row["pages_per_second"] == 3 / 1.5
    assert row["median_seconds"] == 0.5
    assert row["cpu_seconds"] == (0.9 + 0.9) / 3
    assert row["stage_ink_ms"] == 250


def test_memory_is_that_of_the_largest_process() -> None:
    row = _row([told(0, [1.0], [100, 120, 121]), told(0, [1.0], [90, 130, 131])], 1)
    assert (row["loaded_mib"], row["first_mib"], row["last_mib"]) == (100, 130, 131)
    assert row["peak_mib"] == 132


def test_memory_of_this_process_is_read() -> None:
    assert 1 < _status_mib("VmRSS") <= _status_mib("VmHWM")


def test_ours_in_two_workers_is_measured_beside_the_peer_as_users_run_it() -> None:
    assert WAYS["known_two_workers"].processes == 2 and WAYS["known_two_workers"].pinned
    assert WAYS["rapidocr_default_threads"].processes == 1
