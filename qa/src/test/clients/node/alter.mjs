// sequelize's sync() alters a table of the branch: it names its schema, public unless it is told another.
import { DataTypes, Sequelize } from 'sequelize';
import { branch, check, url } from './common.mjs';

const application = (define) =>
  new Sequelize(url, {
    logging: false,
    hooks: { afterConnect: (connection) => connection.query('SELECT epoch.use_branch($1)', [branch]) },
    define: { timestamps: false, underscored: true, ...define },
  });
const author = (db) =>
  db.define('author', {
    name: DataTypes.TEXT,
    born: DataTypes.DATEONLY,
    about: DataTypes.JSONB,
    phone: { type: DataTypes.STRING(20), defaultValue: 'none' },
  });

const careless = application({});
await author(careless)
  .sync({ alter: { drop: false } })
  .then(
    () => {
      throw new Error('the live table was altered');
    },
    (error) => check(error.parent?.code, 'EP002'),
  );
const [[{ schema }]] = await careless.query(
  "SELECT relnamespace::regnamespace::text AS schema FROM pg_class WHERE oid = 'authors'::regclass");
await careless.close();

const db = application({ schema });
const Author = author(db);
for (const _ of ['first', 'again']) await Author.sync({ alter: { drop: false } });
await Author.update({ phone: '123' }, { where: { name: 'Leo Tolstoy' } });
console.log((await Author.findAll({ order: ['id'] })).map(({ phone }) => phone).join(' '));
await db.close();
