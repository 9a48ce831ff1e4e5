"""Alembic's entry point: runs the migrations in the transaction of the caller's connection."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=False)
context.run_migrations()
