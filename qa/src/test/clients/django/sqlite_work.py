"""A day's work in the bookshop, whose database is a file."""
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bookshop.settings")
django.setup()

from django.db import IntegrityError, transaction  # noqa: E402
from django.db.models import Count, F, Sum  # noqa: E402
from django.test import Client  # noqa: E402

from bookshop.models import Author, Book, Tag  # noqa: E402

counted = Author.objects.annotate(n=Count("books"), worth=Sum("books__price")).order_by("id")
assert [(a.name, a.n) for a in counted] == [
    ("Herman Melville", 2), ("Leo Tolstoy", 1), ("Anonymous", 0)]
verne = Author.objects.create(name="Jules Verne", about={"country": "France"})
Book.objects.create(author=verne, title="Nemo", price="10.00").tags.add("sea")
Book.objects.bulk_create([Book(author=verne, title=f"Voyage {i}", price=i) for i in range(1, 4)])
assert Book.objects.filter(author=verne).update(price=F("price") + 1) == 4
assert Author.objects.filter(about__country="France").get() == verne
Tag.objects.bulk_create([Tag(name="sea"), Tag(name="sky")], ignore_conflicts=True)
author, made = Author.objects.update_or_create(name="Anonymous", defaults={"born": "1700-01-01"})
assert not made
deleted, kinds = Author.objects.get(name="Leo Tolstoy").delete()
assert kinds == {"bookshop.Author": 1, "bookshop.Book": 1, "bookshop.Book_tags": 1}, kinds
for refused in (
        lambda: Author.objects.create(name="Herman Melville"),
        lambda: Book.objects.filter(title="Omoo").update(price=-1)):
    try:
        with transaction.atomic():
            refused()
    except IntegrityError:
        continue
    raise AssertionError(refused)
browser = Client()
page = browser.post(
    "/admin/login/?next=/admin/", {"username": "root", "password": "root-secret"}, follow=True)
assert b"Site administration" in page.content
browser.logout()
print(Author.objects.count(), Book.objects.count(), Tag.objects.count())
