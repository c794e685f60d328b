"""Alters tables in every way that Django has, and their rows, and makes one."""
from django.db import migrations, models


def read_languages(apps, _):
    author = apps.get_model("bookshop", "Author")
    author.objects.filter(name="Leo Tolstoy").update(language="ru")
    author.objects.create(name="Karl May", language="de")
    book = apps.get_model("bookshop", "Book").objects.first()
    apps.get_model("bookshop", "Review").objects.create(book=book, stars=5)


class Migration(migrations.Migration):

    dependencies = [("bookshop", "0001_initial")]

    operations = [
        migrations.AddField("author", "language", models.CharField(max_length=2, default="en")),
        migrations.RenameField("author", "about", "notes"),
        migrations.RemoveField("author", "born"),
        migrations.AlterField("book", "title", models.CharField(max_length=300)),
        migrations.AlterField(
            "book", "price", models.DecimalField(max_digits=10, decimal_places=2, null=True)),
        migrations.AddIndex("book", models.Index(fields=["title"], name="books_by_title")),
        migrations.AddConstraint(
            "author",
            models.CheckConstraint(check=~models.Q(language=""), name="language_is_told")),
        migrations.AddConstraint(
            "book", models.UniqueConstraint(fields=["title", "price"], name="one_price")),
        migrations.AddField(
            "book",
            "first",
            models.ForeignKey("bookshop.Author", models.SET_NULL, null=True, related_name="+")),
        migrations.CreateModel(
            "Review",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("book", models.ForeignKey("bookshop.Book", models.CASCADE, related_name="+")),
                ("stars", models.IntegerField(db_index=True)),
            ]),
        migrations.RunPython(read_languages),
    ]
