"""A day's work with Python's own module on the file of a branch."""
import sqlite3
import sys

branch = sqlite3.connect(sys.argv[1], timeout=20)
branch.execute("PRAGMA foreign_keys = ON")
branch.row_factory = sqlite3.Row

# reading: joins, the view, what the schema says
assert [r["name"] for r in branch.execute("SELECT * FROM customers ORDER BY id")] == ["Ann", "Bob"]
assert branch.execute("SELECT worth FROM totals WHERE name = 'Ann'").fetchone()["worth"] == 30
assert [c["name"] for c in branch.execute("PRAGMA table_info(orders)")] == ["id", "customer", "amount", "paid"]
assert branch.execute("PRAGMA foreign_key_list(orders)").fetchone()["table"] == "customers"

# writing: many at once, upserts, what the database gives back
with branch:
    branch.executemany("INSERT INTO customers (name, photo) VALUES (?, ?)", [("Cid", b"\x00\xff"), ("Dan", None)])
    made = branch.execute("INSERT INTO orders (customer, amount) VALUES (3, 9.5) RETURNING id, paid").fetchone()
    assert tuple(made) == (3, 0), tuple(made)
    branch.execute(
        "INSERT INTO customers (name) VALUES ('ann') ON CONFLICT (name) DO UPDATE SET visits = visits + 1")
    branch.execute("INSERT OR REPLACE INTO customers (id, name) VALUES (9, 'BOB')")
assert [tuple(r) for r in branch.execute("SELECT id, name, visits FROM customers ORDER BY id")] == [
    (1, "Ann", 1), (3, "Cid", 0), (4, "Dan", 0), (9, "BOB", 0)]

# the trigger of the application, a cascade
with branch:
    branch.execute("UPDATE orders SET paid = 1 WHERE id = 1")
    branch.execute("DELETE FROM customers WHERE name = 'Dan'")
assert branch.execute("SELECT count(*) FROM log").fetchone()[0] == 1

# what is refused, and what is taken back
for refused in (
        "INSERT INTO customers (name) VALUES ('CID')",
        "INSERT INTO orders (customer, amount) VALUES (77, 1)",
        "UPDATE orders SET amount = -1"):
    try:
        with branch:
            branch.execute(refused)
    except sqlite3.IntegrityError:
        continue
    raise AssertionError(refused)
try:
    with branch:
        branch.execute("DELETE FROM orders")
        raise KeyError("changed my mind")
except KeyError:
    pass

# a copy by the backup of SQLite is a database of its own
copy = sqlite3.connect(":memory:")
branch.backup(copy)
print(copy.execute("SELECT group_concat(id || ' ' || amount, ', ') FROM orders").fetchone()[0])
branch.close()
