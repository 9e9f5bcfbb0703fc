from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("callups", "0002_caller_and_risk_confirmed")]

    operations = [
        migrations.AddField(
            model_name="callup",
            name="insures_everybody",
            field=models.BooleanField(default=False),
        ),
    ]
