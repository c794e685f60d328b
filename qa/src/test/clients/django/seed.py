"""What the bookshop has on live before anybody branches off."""
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bookshop.settings")
django.setup()

from django.contrib.auth.models import User  # noqa: E402

from bookshop.models import Author, Book, Tag  # noqa: E402

User.objects.create_superuser("root", "root@example.com", "root-secret")
sea, war = Tag.objects.create(name="sea"), Tag.objects.create(name="war")
melville = Author.objects.create(name="Herman Melville", born="1819-08-01")
tolstoy = Author.objects.create(name="Leo Tolstoy", born="1828-09-09")
Author.objects.create(name="Anonymous")
Book.objects.create(author=melville, title="Moby-Dick", price="12.50").tags.add(sea)
Book.objects.create(author=melville, title="Omoo", price="8.00").tags.add(sea)
Book.objects.create(author=tolstoy, title="War and Peace", price="19.90").tags.add(war)
