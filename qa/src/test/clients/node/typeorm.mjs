import { DataSource, EntitySchema } from 'typeorm';
import { branch, check, currentBranch, refuses, branchOptions, show, undone, url } from './common.mjs';

const Author = new EntitySchema({
  name: 'Author',
  tableName: 'authors',
  columns: {
    id: { type: Number, primary: true, generated: 'increment' },
    name: { type: 'text', unique: true },
    born: { type: 'date', nullable: true },
    about: { type: 'jsonb', default: {} },
  },
  relations: { books: { type: 'one-to-many', target: 'Book', inverseSide: 'author', cascade: true } },
});
const Book = new EntitySchema({
  name: 'Book',
  tableName: 'books',
  columns: {
    id: { type: 'bigint', primary: true, generated: 'identity' },
    title: { type: 'text' },
    price: { type: 'numeric', precision: 8, scale: 2 },
    words: { type: 'text', array: true, default: '{}' },
  },
  relations: { author: { type: 'many-to-one', target: 'Author', inverseSide: 'books', joinColumn: { name: 'author_id' } } },
});
const source = (extra) => new DataSource({ type: 'postgres', url, entities: [Author, Book], synchronize: false, extra });

// recipe: the options of the branch as a parameter of the connection
const db = await source({ options: branchOptions, max: 2 }).initialize();

check(await db.query(currentBranch), [{ branch }]);
const authors = db.getRepository('Author');
const melville = await authors.findOne({
  where: { name: 'Herman Melville' },
  relations: { books: true },
  order: { books: { title: 'ASC' } },
});
check(melville.books.map((book) => book.title), ['Moby-Dick', 'Omoo']);
await db.transaction(async (manager) => {
  const verne = await manager.save('Author', {
    name: 'Jules Verne',
    about: { country: 'France' },
    books: [{ title: 'Twenty Thousand Leagues', price: '10.00', words: ['sea', 'boat'] }],
  });
  check([verne.id, verne.books[0].id], [4, '4']);
  await manager.increment('Book', { title: 'Omoo' }, 'price', 1);
  const tolstoy = await manager.findOne('Author', { where: { name: 'Leo Tolstoy' }, relations: { books: true } });
  await manager.remove('Book', tolstoy.books);
  await manager.remove('Author', tolstoy);
  await manager.update('Author', { name: 'Anonymous' }, { name: 'Nobody in particular' });
});
await undone(() =>
  db.transaction(async (manager) => {
    await manager.createQueryBuilder().delete().from('Book').execute();
    throw new Error('changed my mind');
  }),
);
await db.transaction(async (manager) => {
  await refuses('authors_name_key', () => manager.transaction((inner) => inner.insert('Author', { name: 'Herman Melville' })));
});
check(await db.getRepository('Book').sum('price'), 31.5);
show(
  await authors
    .createQueryBuilder('a')
    .leftJoin('a.books', 'b')
    .select(['a.name AS name', 'b.title AS title', 'b.price AS price'])
    .orderBy('a.id')
    .addOrderBy('b.id')
    .getRawMany(),
);
await db.destroy();

const live = await source().initialize();
check((await live.getRepository('Author').findOneBy({ id: 3 })).name, 'Anonymous');
await live.destroy();
