"""The ORM with the models that the last migration left; nothing of it stays."""
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bookshop.settings")
django.setup()

from django.db import connection, IntegrityError, transaction  # noqa: E402
from django.db.migrations.loader import MigrationLoader  # noqa: E402
from django.db.models import Count, F, Sum  # noqa: E402

models = MigrationLoader(connection).project_state(("bookshop", "0002_languages")).apps
Author, Book, Review = (models.get_model("bookshop", m) for m in ("Author", "Book", "Review"))


def work():
    zola, made = Author.objects.update_or_create(name="Zola", defaults={"notes": {"n": 1}})
    assert made and zola.language == "en"
    zola, made = Author.objects.update_or_create(name="Zola", defaults={"language": "fr"})
    assert not made and zola.notes == {"n": 1}
    Book.objects.bulk_create(
        [Book(author=zola, first=zola, title=f"Rougon {i}", price=i) for i in range(1, 4)])
    again = [Book(author=zola, title="Rougon 1", price=9), Book(author=zola, title="Rougon 4")]
    Book.objects.bulk_create(again, ignore_conflicts=True)
    if django.VERSION >= (4, 1):
        Book.objects.bulk_create(
            [Book(author=zola, first=zola, title="Rougon 1", price=1)],
            update_conflicts=True, unique_fields=["author", "title"], update_fields=["price"])
    with transaction.atomic():
        locked = Book.objects.select_for_update(of=("self",)).select_related("author", "first")
        book = locked.get(title="Rougon 3")
        assert (book.author.language, book.first.name) == ("fr", "Zola")
        Book.objects.filter(pk=book.pk).update(price=F("price") * 2)
    told = Author.objects.filter(name="Zola").aggregate(n=Count("books"), worth=Sum("books__price"))
    assert (told["n"], str(told["worth"])) == (4, "9.00"), told
    for refused in (
            lambda: Author.objects.create(name="Nobody", language=""),
            lambda: Book.objects.create(author=zola, title="Rougon 3", price=7),
            lambda: Review.objects.create(book_id=-1, stars=1) and connection.check_constraints()):
        try:
            with transaction.atomic():
                refused()
        except IntegrityError:
            continue
        raise AssertionError(refused)
    Review.objects.create(book=book, stars=3)
    assert [r.book.author.name for r in Review.objects.select_related("book__author").filter(stars=3)] == ["Zola"]
    zola.delete()
    assert not Review.objects.filter(stars=3).exists()


with transaction.atomic():
    work()
    transaction.set_rollback(True)
print(Author.objects.count(), Book.objects.count(), Review.objects.count())
