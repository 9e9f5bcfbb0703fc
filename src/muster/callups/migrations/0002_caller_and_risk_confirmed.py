from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("callups", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="callup",
            name="raised_by_label",
            field=models.CharField(default="", max_length=120),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="offer",
            name="risk_confirmed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "ordered"), _negated=True), ("duty_kind", "on_paid_duty"), _connector="OR"
                ),
                name="assignment_ordered_is_paid_duty",
            ),
        ),
    ]
