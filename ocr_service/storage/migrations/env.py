"""Alembic environment: runs on the connection that `ocr_service.storage.migrate` hands over."""

from alembic import context

from ocr_service.storage.migrate import is_ours
from ocr_service.storage.tables_cases import CaseRow

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=CaseRow.metadata,
    include_name=is_ours,
    render_as_batch=True,
    # SQLite can roll back DDL too; our engine begins the transaction itself.
    transactional_ddl=True,
    compare_type=True,
)

with context.begin_transaction():
    context.run_migrations()
