"""The table of `docs/judging.md`: `python -m pipelines.rules.table` prints it."""

from collections.abc import Iterator

from pipelines.rules.catalogue import Language, RuleText, catalogue


def rule_table() -> Iterator[str]:
    """Lines of the table of all shared rules (Markdown)."""
    yield "| rule | severity | on | looks at | says | ground |"
    yield "|---|---|---|---|---|---|"
    for rule, text in catalogue().items():
        cells = (
            f"`{rule}`",
            str(text.severity),
            _switch(text),
            text.looks_at,
            text.messages[Language.EN],
            text.ground,
        )
        yield f"| {' | '.join(cells)} |"


def _switch(text: RuleText) -> str:
    if not text.default:
        return "where enabled"
    return f"with the list of {text.needs}" if text.needs is not None else "yes"


def main() -> None:
    """Print the table."""
    for line in rule_table():
        print(line)  # noqa: T201


if __name__ == "__main__":
    main()
