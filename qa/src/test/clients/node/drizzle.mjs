import { asc, eq, relations, sql, sum } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { bigint, date, integer, jsonb, numeric, pgTable, serial, text } from 'drizzle-orm/pg-core';
import pg from 'pg';
import { branch, check, currentBranch, refuses, branchOptions, show, undone, url } from './common.mjs';

const authors = pgTable('authors', {
  id: serial().primaryKey(),
  name: text().notNull().unique(),
  born: date(),
  about: jsonb().notNull().default({}),
});
const books = pgTable('books', {
  id: bigint({ mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
  authorId: integer('author_id').notNull(),
  title: text().notNull(),
  price: numeric({ precision: 8, scale: 2 }).notNull(),
  words: text().array().notNull().default([]),
});
const schema = {
  authors,
  books,
  authorsRelations: relations(authors, ({ many }) => ({ books: many(books) })),
  booksRelations: relations(books, ({ one }) => ({
    author: one(authors, { fields: [books.authorId], references: [authors.id] }),
  })),
};

// recipe: the options of the branch as a parameter of the connection
const pool = new pg.Pool({ connectionString: url, max: 2, options: branchOptions });
const db = drizzle(pool, { schema });

check((await db.execute(currentBranch)).rows, [{ branch }]);
const melville = await db.query.authors.findFirst({
  where: eq(authors.name, 'Herman Melville'),
  with: { books: { orderBy: asc(books.title) } },
});
check(melville.books.map((book) => book.title), ['Moby-Dick', 'Omoo']);
await db.transaction(async (tx) => {
  const [{ id }] = await tx.insert(authors).values({ name: 'Jules Verne', about: { country: 'France' } }).returning({ id: authors.id });
  check(id, 4);
  await tx.insert(books).values({ authorId: id, title: 'Twenty Thousand Leagues', price: '10', words: ['sea', 'boat'] });
  await tx.update(books).set({ price: sql`${books.price} + 1` }).where(eq(books.title, 'Omoo'));
  check((await tx.delete(books).where(eq(books.authorId, 2)).returning()).length, 1);
  await tx.delete(authors).where(eq(authors.name, 'Leo Tolstoy'));
  await tx.update(authors).set({ name: 'Nobody in particular' }).where(eq(authors.name, 'Anonymous'));
});
await undone(() =>
  db.transaction(async (tx) => {
    await tx.delete(books);
    throw new Error('changed my mind');
  }),
);
await db.transaction(async (tx) => {
  await refuses('authors_name_key', () => tx.transaction((inner) => inner.insert(authors).values({ name: 'Herman Melville' })));
});
check(await db.select({ total: sum(books.price) }).from(books), [{ total: '31.50' }]);
show(
  await db
    .select({ name: authors.name, title: books.title, price: books.price })
    .from(authors)
    .leftJoin(books, eq(books.authorId, authors.id))
    .orderBy(authors.id, books.id),
);
await pool.end();

const live = drizzle(url, { schema });
check((await live.query.authors.findFirst({ where: eq(authors.id, 3) })).name, 'Anonymous');
await live.$client.end();
