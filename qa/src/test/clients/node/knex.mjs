import knex from 'knex';
import { branch, check, currentBranch, refuses, show, undone, url } from './common.mjs';

// recipe: a hook of the pool
const db = knex({
  client: 'pg',
  connection: url,
  pool: {
    min: 0,
    max: 2,
    afterCreate: (connection, done) =>
      connection.query('SELECT epoch.use_branch($1)', [branch], (error) => done(error, connection)),
  },
});

check((await db.raw(currentBranch)).rows, [{ branch }]);
check(
  await db('books').join('authors', 'authors.id', 'author_id').where('name', 'Herman Melville').orderBy('title').pluck('title'),
  ['Moby-Dick', 'Omoo'],
);
await db.transaction(async (trx) => {
  const [{ id }] = await trx('authors').insert({ name: 'Jules Verne', about: { country: 'France' } }).returning('id');
  check(id, 4);
  await trx('books').insert({ author_id: id, title: 'Twenty Thousand Leagues', price: 10, words: ['sea', 'boat'] });
  check(await trx('books').where({ title: 'Omoo' }).increment('price', 1), 1);
  check(await trx('books').where({ author_id: 2 }).del(), 1);
  await trx('authors').where({ name: 'Leo Tolstoy' }).del();
  await trx('authors').where({ name: 'Anonymous' }).update({ name: 'Nobody in particular' });
});
await undone(() =>
  db.transaction(async (trx) => {
    await trx('books').del();
    throw new Error('changed my mind');
  }),
);
await db.transaction(async (trx) => {
  await refuses('authors_name_key', () => trx.transaction((inner) => inner('authors').insert({ name: 'Herman Melville' })));
});
check((await db('books').sum('price as total').first()).total, '31.50');
show(
  await db('authors').leftJoin('books', 'author_id', 'authors.id').orderBy(['authors.id', 'books.id']).select('name', 'title', 'price'),
);
await db.destroy();

const live = knex({ client: 'pg', connection: url });
check((await live('authors').where({ id: 3 }).first()).name, 'Anonymous');
await live.destroy();
