"""Names of the tests' files."""

from collections import Counter
from pathlib import Path

TESTS = Path(__file__).parents[1]


def test_no_two_modules_of_the_tests_have_one_name() -> None:
    """They are imported by their file's name alone: of two, one would hide the other."""
    names = Counter(path.name for path in TESTS.rglob("*.py"))
    assert {name for name, times in names.items() if times > 1} <= {"conftest.py"}


def test_nothing_is_imported_from_a_conftest() -> None:
    for path in TESTS.rglob("*.py"):
        assert "\nfrom conftest import" not in path.read_text("utf-8"), path.name
