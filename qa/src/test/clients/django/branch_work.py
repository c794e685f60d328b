"""A day's work in the bookshop: ORM, transactions and the admin, on the branch that EPOCH_BRANCH names."""
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bookshop.settings")
django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.db import connection, IntegrityError, transaction  # noqa: E402
from django.db.models import Count, F, Sum  # noqa: E402
from django.test import Client  # noqa: E402

from bookshop.models import Author, Book, Tag  # noqa: E402


def branch():
    with connection.cursor() as cursor:
        cursor.execute("SELECT epoch.current_branch()")
        return cursor.fetchone()[0]


def reading():
    assert branch() == os.environ["EPOCH_BRANCH"], branch()
    assert [a.name for a in Author.objects.order_by("name")] == [
        "Anonymous", "Herman Melville", "Leo Tolstoy"]
    counted = Author.objects.annotate(n=Count("books"), worth=Sum("books__price")).order_by("id")
    assert [(a.n, str(a.worth)) for a in counted] == [(2, "20.50"), (1, "19.90"), (0, "None")]
    assert [b.title for b in Book.objects.filter(tags__name="sea").select_related("author")] == [
        "Moby-Dick", "Omoo"]
    assert len(Book.objects.prefetch_related("tags").in_bulk()) == 3


def writing():
    verne = Author.objects.create(name="Jules Verne", about={"country": "France"})
    assert verne.pk == 4, verne.pk
    nemo = Book.objects.create(author=verne, title="Nemo", price="10.00")
    nemo.title = "Twenty Thousand Leagues"
    nemo.save()
    nemo.tags.add("sea")
    Book.objects.bulk_create(
        [Book(author=verne, title=f"Voyage {i}", price=i) for i in range(1, 4)])
    assert Book.objects.filter(author=verne).update(price=F("price") + 1) == 4
    changed = list(verne.books.filter(title__startswith="Voyage"))
    for book in changed:
        book.price += 1
    Book.objects.bulk_update(changed, ["price"])
    assert Book.objects.get(title="Voyage 3").price == 5
    assert Author.objects.filter(about__country="France").get() == verne
    author, made = Author.objects.get_or_create(name="Leo Tolstoy")
    assert not made and author.born.year == 1828
    author, made = Author.objects.get_or_create(name="Mary Shelley", defaults={"born": "1797-08-30"})
    assert made
    Tag.objects.bulk_create([Tag(name="sea"), Tag(name="sky")], ignore_conflicts=True)
    with transaction.atomic():
        assert Author.objects.select_for_update(nowait=True).get(name="Jules Verne") == verne
    # the collector of cascades: books, their tags, the author
    deleted, kinds = Author.objects.get(name="Leo Tolstoy").delete()
    assert kinds == {
        "bookshop.Author": 1, "bookshop.Book": 1, "bookshop.Book_tags": 1}, kinds


def transactions():
    before = Author.objects.count()
    try:
        with transaction.atomic():
            Author.objects.create(name="Nobody")
            Book.objects.all().delete()
            raise RuntimeError("changed my mind")
    except RuntimeError:
        pass
    assert Author.objects.count() == before and Book.objects.count() == 6, Book.objects.count()
    with transaction.atomic():
        Author.objects.filter(name="Anonymous").update(name="Nobody in particular")
        try:
            with transaction.atomic():
                Author.objects.create(name="Herman Melville")
            raise AssertionError("a second Herman Melville")
        except IntegrityError as refused:
            assert "bookshop_author_name" in str(refused), refused
        try:
            with transaction.atomic():
                Book.objects.filter(title="Omoo").update(price=-1)
            raise AssertionError("a negative price")
        except IntegrityError as refused:
            assert "price_not_negative" in str(refused), refused
    assert Author.objects.filter(name="Nobody in particular").exists()


def administration():
    browser = Client()
    page = browser.post(
        "/admin/login/?next=/admin/", {"username": "root", "password": "root-secret"}, follow=True)
    assert b"Site administration" in page.content
    page = browser.get("/admin/bookshop/book/?q=&o=1")
    assert b"Twenty Thousand Leagues" in page.content and b"War and Peace" not in page.content
    page = browser.post(
        "/admin/bookshop/author/add/",
        {
            "name": "Ida Pfeiffer", "born": "1797-10-14", "about": "{}",
            "books-TOTAL_FORMS": 1, "books-INITIAL_FORMS": 0,
            "books-0-title": "A Lady's Voyage", "books-0-price": "7.00", "books-0-tags": ["sea"],
        },
        follow=True)
    assert b"was added successfully" in page.content, page.content
    ida = Author.objects.get(name="Ida Pfeiffer")
    assert [(b.title, b.tags.get().name) for b in ida.books.all()] == [("A Lady's Voyage", "sea")]
    omoo = Book.objects.get(title="Omoo")
    page = browser.post(f"/admin/bookshop/book/{omoo.pk}/delete/", {"post": "yes"}, follow=True)
    assert b"was deleted successfully" in page.content
    page = browser.post(
        "/admin/auth/user/add/",
        {"username": "clerk", "password1": "cl3rk-secret", "password2": "cl3rk-secret"},
        follow=True)
    assert b"was added successfully" in page.content
    assert User.objects.get(username="clerk").check_password("cl3rk-secret")
    browser.logout()


reading()
writing()
transactions()
administration()
print(Author.objects.count(), Book.objects.count(), User.objects.count())
