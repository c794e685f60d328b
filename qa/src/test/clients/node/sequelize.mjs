import { DataTypes, QueryTypes, Sequelize } from 'sequelize';
import { branch, check, currentBranch, refuses, show, undone, url } from './common.mjs';

const shop = (hooks, at = url) => {
  const db = new Sequelize(at, { logging: false, hooks, define: { timestamps: false, underscored: true } });
  const Author = db.define('author', { name: DataTypes.TEXT, born: DataTypes.DATEONLY, about: DataTypes.JSONB });
  const Book = db.define('book', {
    title: DataTypes.TEXT,
    price: DataTypes.DECIMAL(8, 2),
    words: DataTypes.ARRAY(DataTypes.TEXT),
  });
  Author.hasMany(Book);
  Book.belongsTo(Author);
  return { db, Author, Book };
};

// recipe: the URL of the branch, or a hook of each connection
const { db, Author, Book } = process.env.BRANCH_URL
  ? shop(undefined, process.env.BRANCH_URL)
  : shop({ afterConnect: (connection) => connection.query('SELECT epoch.use_branch($1)', [branch]) });

check(await db.query(currentBranch, { type: QueryTypes.SELECT }), [{ branch }]);
const melville = await Author.findOne({ where: { name: 'Herman Melville' }, include: Book, order: [[Book, 'title']] });
check(melville.books.map((book) => book.title), ['Moby-Dick', 'Omoo']);
await db.transaction(async (transaction) => {
  const verne = await Author.create(
    { name: 'Jules Verne', about: { country: 'France' }, books: [{ title: 'Twenty Thousand Leagues', price: 10, words: ['sea'] }] },
    { include: Book, transaction },
  );
  check([verne.id, verne.books[0].id], [4, '4']);
  await Book.increment('price', { by: 1, where: { title: 'Omoo' }, transaction });
  const tolstoy = await Author.findOne({ where: { name: 'Leo Tolstoy' }, transaction });
  check(await Book.destroy({ where: { authorId: tolstoy.id }, transaction }), 1);
  await tolstoy.destroy({ transaction });
  const [changed] = await Author.update({ name: 'Nobody in particular' }, { where: { name: 'Anonymous' }, transaction });
  check(changed, 1);
});
await undone(() =>
  db.transaction(async (transaction) => {
    await Book.destroy({ where: {}, transaction });
    throw new Error('changed my mind');
  }),
);
await refuses('authors_name_key', () => Author.create({ name: 'Herman Melville' }));
check(await Book.sum('price'), 31.5);
show(
  (await Author.findAll({ include: Book, order: ['id', [Book, 'id']] })).flatMap((author) =>
    author.books.length ? author.books.map(({ title, price }) => ({ name: author.name, title, price })) : [{ name: author.name }],
  ),
);
await db.close();

const live = shop();
check((await live.Author.findByPk(3)).name, 'Anonymous');
await live.db.close();
