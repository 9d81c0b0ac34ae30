"""Names that go through the queue: ids and forms as plain text, never content."""

from pipelines.records import FormKey


def pin_text(pinned: FormKey | None) -> str | None:
    """Write a form key as one text: `id@revision`."""
    return f"{pinned.id}@{pinned.revision}" if pinned else None


def pin_of(text: str | None) -> FormKey | None:
    """Read what `pin_text` wrote."""
    if text is None:
        return None
    form_id, _, revision = text.partition("@")
    return FormKey(id=form_id, revision=revision)


def suggestion_id_of(job_id: str) -> str:
    """Id of the suggestion that a job makes: the same however often the job is run."""
    return f"sug_{job_id.rpartition('/job_')[2]}"
