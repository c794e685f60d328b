"""What every use of the models says where there is no branch of the name in EPOCH_BRANCH."""
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bookshop.settings")
django.setup()

from django.db import DatabaseError  # noqa: E402

from bookshop.models import Author  # noqa: E402

for attempt in range(2):
    try:
        print("on live:", Author.objects.count())
    except DatabaseError as refused:
        print(str(refused).splitlines()[0])
