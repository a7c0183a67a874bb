from django.db import migrations, models


def forget_words(apps, schema_editor):
    """Words that were read off pictures may be names; of looks and of what was looked at only places stay."""
    look_rows = apps.get_model("studies", "ImageLook").objects
    for look in look_rows.exclude(hints=[]):
        look.hints = [place for _, *place in look.hints]
        look.save(update_fields=["hints"])
    image_rows = apps.get_model("studies", "Image").objects
    for found in apps.get_model("studies", "FoundText").objects.exclude(words=[]):
        same = {"derivative_sha256": found.derivative_sha256}
        images = set(image_rows.filter(**same).values_list("case__study", "case__code", "position"))
        looks = set(look_rows.filter(**same).values_list("study", "case_code", "position"))
        if images <= looks:
            found.words = [["", *place] for _, *place in found.words]
            found.save(update_fields=["words"])


class Migration(migrations.Migration):

    dependencies = [
        ('studies', '0013_image_looks'),
    ]

    operations = [
        migrations.AlterField(
            model_name='imagelook',
            name='hints',
            field=models.JSONField(default=list, help_text='[x, y, width, height, confidence] of each word that was outlined; no text.'),
        ),
        migrations.AlterField(
            model_name='foundtext',
            name='words',
            field=models.JSONField(default=list, help_text='[text, x, y, width, height, confidence]; no text once it was looked at.'),
        ),
        migrations.RunPython(forget_words, migrations.RunPython.noop),
    ]
