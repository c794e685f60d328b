"""What the bookshop was made with: the migration of that name."""
from importlib import import_module

Migration = import_module("bookshop.migrations.0001_initial").Migration
