"""asyncpg on a branch: settings at startup, `setup` of a pool."""
import asyncio
import json
import os
from decimal import Decimal

import asyncpg

URL = os.environ["DATABASE_URL"]
BRANCH = os.environ["EPOCH_BRANCH"]
ROWS = "SELECT a.name, title, price FROM authors a LEFT JOIN books ON author_id = a.id ORDER BY a.id, books.id"


async def work(connection):
    titles = await connection.fetch(
        "SELECT title FROM books JOIN authors a ON a.id = author_id WHERE a.name = $1 ORDER BY 1",
        "Herman Melville")
    assert [row["title"] for row in titles] == ["Moby-Dick", "Omoo"]
    async with connection.transaction():
        verne = await connection.fetchval(
            "INSERT INTO authors (name, about) VALUES ($1, $2) RETURNING id",
            "Jules Verne", json.dumps({"country": "France"}))
        assert verne == 4, verne
        await connection.executemany(
            "INSERT INTO books (author_id, title, price, shelf, words) VALUES ($1, $2, $3, $4, $5)",
            [(verne, "Twenty Thousand Leagues", Decimal(10), "travel", ["sea", "boat"])])
        await connection.execute("UPDATE books SET price = price + $1 WHERE title = 'Omoo'", 1)
        await connection.execute("DELETE FROM books WHERE author_id = $1", 2)
        assert await connection.execute("DELETE FROM authors WHERE id = $1", 2) == "DELETE 1"
        await connection.execute(
            "UPDATE authors SET name = 'Nobody in particular' WHERE name = 'Anonymous'")


async def transactions(connection):
    undone = connection.transaction()
    await undone.start()
    await connection.copy_records_to_table("authors", records=[("Undone",)], columns=["name"])
    await connection.execute("DELETE FROM books")
    await undone.rollback()
    async with connection.transaction():
        try:
            async with connection.transaction():
                await connection.execute("INSERT INTO authors (name) VALUES ('Herman Melville')")
            raise AssertionError("a second Herman Melville")
        except asyncpg.UniqueViolationError as refused:
            assert refused.constraint_name == "authors_name_key", refused.constraint_name
    async with connection.transaction():
        cursor = connection.cursor("SELECT price FROM books ORDER BY id", prefetch=1)
        assert sum([row["price"] async for row in cursor]) == Decimal("31.50")


async def use_branch(connection):
    await connection.execute("SELECT epoch.use_branch($1)", BRANCH)


async def branch(pool):
    async with pool.acquire() as connection:
        return await connection.fetchval("SELECT epoch.current_branch()")


async def through_gateway():
    # recipe: the URL of the branch, in a pool like any other
    async with asyncpg.create_pool(os.environ["BRANCH_URL"], min_size=1, max_size=1) as pool:
        async with pool.acquire() as connection:
            await work(connection)
        async with pool.acquire() as connection:
            await transactions(connection)
        assert await branch(pool) == BRANCH
        for row in await pool.fetch(ROWS):
            print(*row, sep="|")


async def main():
    # recipe: `setup`, before each use of a connection
    async with asyncpg.create_pool(URL, min_size=1, max_size=1, setup=use_branch) as pool:
        async with pool.acquire() as connection:
            await work(connection)
        async with pool.acquire() as connection:
            await transactions(connection)
        assert await branch(pool) == BRANCH

    # recipe: settings at startup, which are what a reset goes back to
    settings = {"options": os.environ["BRANCH_OPTIONS"]}
    async with asyncpg.create_pool(URL, min_size=1, max_size=1, server_settings=settings) as pool:
        assert await branch(pool) == BRANCH
        assert await branch(pool) == BRANCH
        for row in await pool.fetch(ROWS):
            print(*row, sep="|")

    # not `init`: asyncpg resets a connection that comes back to its pool, and it is on live then
    async with asyncpg.create_pool(URL, min_size=1, max_size=1, init=use_branch) as pool:
        assert await branch(pool) == BRANCH
        assert await branch(pool) == "main"

    connection = await asyncpg.connect(URL)
    assert await connection.fetchval("SELECT name FROM authors WHERE id = 3") == "Anonymous"
    await connection.close()


asyncio.run(through_gateway() if "BRANCH_URL" in os.environ else main())
