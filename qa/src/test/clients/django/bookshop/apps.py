import os

from django.apps import AppConfig
from django.db.backends.signals import connection_created


def use_branch(connection, **_):
    """Every new connection stands on the branch."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT epoch.use_branch(%s)", [os.environ["EPOCH_BRANCH"]])
    except Exception:
        # else Django goes on with it, on live
        connection.close()
        raise


class BookshopConfig(AppConfig):
    name = "bookshop"

    def ready(self):
        if "EPOCH_BRANCH" in os.environ and "BRANCH_URL" not in os.environ:
            connection_created.connect(use_branch)
