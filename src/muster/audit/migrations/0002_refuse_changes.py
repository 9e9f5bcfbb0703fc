"""The database itself refuses to change what was written once: UPDATE, DELETE and TRUNCATE fail for every role.

One way out, for the test suite's flush: TRUNCATE passes where the session says `SET muster.audit_flush = 'on'` AND the
database's name begins with test_. Nothing in the application sets it, and in a production database it has no effect.
"""

from django.db import migrations

TABLES = ("audit_entry", "audit_disclosure", "audit_seal", "audit_destruction")

FUNCTION = """
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE'
       AND current_setting('muster.audit_flush', true) = 'on'
       AND starts_with(current_database(), 'test_') THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END
$$;
"""


def _trigger(table: str) -> str:
    return f"""
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER {table}_never_truncated BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
"""


def _drop(table: str) -> str:
    return f"""
DROP TRIGGER {table}_append_only ON {table};
DROP TRIGGER {table}_never_truncated ON {table};
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION audit_refuse_change()"),
        *(migrations.RunSQL(_trigger(table), _drop(table)) for table in TABLES),
    ]
