package dev.epoch.storage.sqlite;

import java.util.List;
import java.util.Map;

/** Two schemas of SQLite, and rows of the first. */
enum SqliteMigrationCase {
  ADD_A_COLUMN(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, c TEXT)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      false),
  ADD_WITH_A_DEFAULT(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, c TEXT NOT NULL DEFAULT 'it''s')"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      false),
  ADD_WITH_A_NEGATIVE_DEFAULT(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, c REAL DEFAULT -1.5)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      false),
  ADD_WITH_AN_EXPRESSION(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, c INTEGER DEFAULT (1 + 2))"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  ADD_WITH_THE_CLOCK(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, c TEXT DEFAULT CURRENT_TIMESTAMP)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  ADD_A_COLLATION(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, c TEXT COLLATE NOCASE)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      false),
  ADD_A_UNIQUE_COLUMN(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, c TEXT UNIQUE)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  ADD_A_CHECKED_COLUMN(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, c INTEGER CHECK (c > 0))"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  ADD_A_REFERENCE(
      List.of(
          "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT UNIQUE)",
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of(
          "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT UNIQUE)",
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, c INTEGER REFERENCES p (id))"),
      List.of(
          "INSERT INTO p VALUES (10, 'ten'), (20, 'twenty')",
          "INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  ADD_A_VIRTUAL_COLUMN(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, c AS (b * 2))"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      false),
  ADD_A_STORED_COLUMN(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, c INTEGER AS (b * 2) STORED)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  ADD_SEVERAL(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, c TEXT, d BLOB, e NUMERIC DEFAULT 0)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      false),
  ADD_WITHOUT_A_TYPE(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, c)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      false),
  DROP_A_COLUMN(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  DROP_AN_INDEXED_COLUMN(
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)", "CREATE INDEX ib ON t (b)"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  DROP_A_CHECKED_COLUMN(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER CHECK (b > 0))"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  DROP_ONE_ADD_ANOTHER(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, c TEXT DEFAULT 'x')"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  RENAME_A_COLUMN(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a2 TEXT, b INTEGER)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of("t.a2", "a"),
      false),
  RENAME_THE_KEY(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of("CREATE TABLE t (nr INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of("t.nr", "id"),
      false),
  RENAME_A_UNIQUE_COLUMN(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE, b INTEGER)"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a2 TEXT UNIQUE, b INTEGER)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of("t.a2", "a"),
      false),
  RENAME_AN_INDEXED_COLUMN(
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)", "CREATE INDEX ia ON t (a)"),
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a2 TEXT, b INTEGER)",
          "CREATE INDEX ia ON t (a2)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of("t.a2", "a"),
      false),
  RENAME_A_CHECKED_COLUMN(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER CHECK (b > 0))"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, c INTEGER CHECK (c > 0))"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of("t.c", "b"),
      true),
  RENAME_IN_A_CIRCLE(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, b TEXT, a INTEGER)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of("t.b", "a", "t.a", "b"),
      true),
  RENAME_WHAT_OTHERS_REFER_TO(
      List.of(
          "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT UNIQUE)",
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER REFERENCES p (id))"),
      List.of(
          "CREATE TABLE p (nr INTEGER PRIMARY KEY, name TEXT UNIQUE)",
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER REFERENCES p (nr))"),
      List.of(
          "INSERT INTO p VALUES (10, 'ten'), (20, 'twenty')",
          "INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of("p.nr", "id"),
      false),
  RENAME_AND_ADD(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a2 TEXT, b INTEGER, c TEXT)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of("t.a2", "a"),
      false),
  RENAME_AND_RETYPE(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, c TEXT)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of("t.c", "b"),
      true),
  RENAME_UNDER_A_TRIGGER(
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)",
          "CREATE TRIGGER g AFTER UPDATE ON t WHEN NEW.a <> '' BEGIN SELECT 1; END"),
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a2 TEXT, b INTEGER)",
          "CREATE TRIGGER g AFTER UPDATE ON t WHEN NEW.a2 <> '' BEGIN SELECT 1; END"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of("t.a2", "a"),
      false),
  RENAME_UNDER_A_VIEW(
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)",
          "CREATE VIEW v AS SELECT a FROM t"),
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a2 TEXT, b INTEGER)",
          "CREATE VIEW v AS SELECT a2 FROM t"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of("t.a2", "a"),
      false),
  RETYPE(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a VARCHAR(20), b INTEGER)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  RETYPE_TO_ANOTHER_AFFINITY(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  RETYPE_THE_KEY(
      List.of("CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of("CREATE TABLE t (id BIGINT NOT NULL PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  NOT_NULL(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL, b INTEGER)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20)"),
      Map.of(),
      true),
  NULL_AGAIN(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL, b INTEGER)"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20)"),
      Map.of(),
      true),
  ANOTHER_DEFAULT(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT DEFAULT 'x', b INTEGER)"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT DEFAULT 'y', b INTEGER)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  NO_DEFAULT_ANY_MORE(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT DEFAULT (lower('X')), b INTEGER)"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  ANOTHER_COLLATION(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT COLLATE NOCASE, b INTEGER)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  COLLATIONS_STAY(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT COLLATE NOCASE, b INTEGER)"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT COLLATE NOCASE, b TEXT)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  GENERATED_BECOMES_PLAIN(
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, c INTEGER AS (b * 2) STORED)"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, c INTEGER)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  ANOTHER_EXPRESSION(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, c AS (b * 2))"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, c AS (b * 3))"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  UNIQUE(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE, b INTEGER)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  UNIQUE_OVER_TWO(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, UNIQUE (a, b))"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  NO_LONGER_UNIQUE(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE, b INTEGER)"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  CHECK(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, CHECK (b > 0 OR a = ')'))"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  NAMED_CHECKS(
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, CONSTRAINT pos CHECK (b > 0), CHECK (a <> ''))"),
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, CONSTRAINT more CHECK (b > 1), CHECK (a <> ''), CHECK (b <> 7))"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  ANOTHER_KEY(
      List.of("CREATE TABLE t (id INTEGER NOT NULL, a TEXT, b INTEGER, PRIMARY KEY (id))"),
      List.of(
          "CREATE TABLE t (id INTEGER NOT NULL, a TEXT NOT NULL, b INTEGER, PRIMARY KEY (a, id))"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20)"),
      Map.of(),
      true),
  A_REFERENCE(
      List.of(
          "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT UNIQUE)",
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of(
          "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT UNIQUE)",
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER REFERENCES p (id) ON DELETE CASCADE)"),
      List.of(
          "INSERT INTO p VALUES (10, 'ten'), (20, 'twenty')",
          "INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  A_DEFERRED_REFERENCE(
      List.of(
          "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT UNIQUE)",
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of(
          "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT UNIQUE)",
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED)"),
      List.of(
          "INSERT INTO p VALUES (10, 'ten'), (20, 'twenty')",
          "INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  ANOTHER_ACTION(
      List.of(
          "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT UNIQUE)",
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER REFERENCES p (id) ON DELETE CASCADE)"),
      List.of(
          "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT UNIQUE)",
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER REFERENCES p (id) ON UPDATE SET NULL ON DELETE RESTRICT)"),
      List.of(
          "INSERT INTO p VALUES (10, 'ten'), (20, 'twenty')",
          "INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  A_PARENT_IS_REBUILT(
      List.of(
          "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT UNIQUE)",
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER REFERENCES p (id) ON DELETE CASCADE)"),
      List.of(
          "CREATE TABLE p (id INTEGER PRIMARY KEY, name VARCHAR(9) UNIQUE)",
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER REFERENCES p (id) ON DELETE CASCADE)"),
      List.of(
          "INSERT INTO p VALUES (10, 'ten'), (20, 'twenty')",
          "INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  A_REFERENCE_TO_ITSELF(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER REFERENCES t (id))"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a VARCHAR(9), b INTEGER REFERENCES t (id))"),
      List.of("INSERT INTO t VALUES (1, 'root', NULL), (2, 'leaf', 1)"),
      Map.of(),
      true),
  TWO_REFERENCES(
      List.of(
          "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT UNIQUE)",
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT REFERENCES p (name) DEFERRABLE INITIALLY DEFERRED, b INTEGER REFERENCES p (id))"),
      List.of(
          "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT UNIQUE)",
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT REFERENCES p (name), b INTEGER REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED)"),
      List.of(
          "INSERT INTO p VALUES (10, 'ten'), (20, 'twenty')",
          "INSERT INTO t VALUES (1, 'ten', 20)"),
      Map.of(),
      true),
  STRICT(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER) STRICT"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  STRICT_WITH_ANY(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a ANY, b INTEGER) STRICT"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a ANY, b INTEGER NOT NULL) STRICT"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20)"),
      Map.of(),
      true),
  WITHOUT_ROWID(
      List.of("CREATE TABLE t (id TEXT NOT NULL PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of("CREATE TABLE t (id TEXT NOT NULL PRIMARY KEY, a TEXT, b INTEGER) WITHOUT ROWID"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  AUTOINCREMENT(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT, b INTEGER)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  AUTOINCREMENT_STAYS(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT, b INTEGER)"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT, b TEXT)"),
      List.of(
          "INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)",
          "INSERT INTO t (id) VALUES (99)",
          "DELETE FROM t WHERE id = 99"),
      Map.of(),
      true),
  AN_INDEX(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)", "CREATE INDEX ia ON t (a)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      false),
  A_UNIQUE_INDEX(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)",
          "create unique index ia on t(a  collate nocase desc, b asc)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      false),
  AN_EXPRESSION_INDEX(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)",
          "CREATE INDEX ia ON t (lower(a), (b + 1))"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      false),
  A_PARTIAL_INDEX(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)",
          "CREATE INDEX ia ON t (a) WHERE b > 5 AND a <> 'where'"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      false),
  ANOTHER_INDEX(
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)", "CREATE INDEX ia ON t (a)"),
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)",
          "CREATE UNIQUE INDEX ia ON t (a, b)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      false),
  INDEXES_OF_A_REBUILT_TABLE(
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)",
          "CREATE INDEX ia ON t (a)",
          "CREATE INDEX ib ON t (b) WHERE b > 1"),
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT)",
          "CREATE INDEX ia ON t (a)",
          "CREATE INDEX ic ON t (b DESC)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  A_TABLE(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)",
          "CREATE TABLE u (id INTEGER PRIMARY KEY, t INTEGER REFERENCES t)",
          "CREATE INDEX iu ON u (t)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      false),
  TABLES_GO(
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)",
          "CREATE TABLE u (id INTEGER PRIMARY KEY, t INTEGER REFERENCES t)"),
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of(
          "INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)",
          "INSERT INTO u VALUES (1, 1)"),
      Map.of(),
      false),
  A_TABLE_TAKES_AN_INDEX_NAME(
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)",
          "CREATE TABLE u (id INTEGER PRIMARY KEY)",
          "CREATE INDEX i ON u (id)"),
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)",
          "CREATE TABLE w (id INTEGER PRIMARY KEY)",
          "CREATE INDEX i ON w (id)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      false),
  A_TRIGGER(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)",
          "CREATE TRIGGER g AFTER DELETE ON t BEGIN UPDATE t SET b = 0; DELETE FROM t WHERE id = 7; END"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      false),
  ANOTHER_TRIGGER(
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)",
          "CREATE TRIGGER g AFTER DELETE ON t BEGIN SELECT 1; END"),
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)",
          "CREATE TRIGGER g AFTER DELETE ON t BEGIN SELECT 2; END"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      false),
  TRIGGERS_OF_A_REBUILT_TABLE(
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)",
          "CREATE TRIGGER g AFTER DELETE ON t BEGIN SELECT 1; END"),
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT)",
          "CREATE TRIGGER g AFTER DELETE ON t BEGIN SELECT 1; END"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  A_VIEW(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"),
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)",
          "CREATE VIEW v AS SELECT a, b FROM t",
          "CREATE VIEW w (x, y) AS SELECT * FROM v"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      false),
  ANOTHER_VIEW(
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)",
          "CREATE VIEW v AS SELECT a FROM t"),
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)",
          "CREATE VIEW v AS SELECT b FROM t",
          "CREATE TRIGGER g INSTEAD OF INSERT ON v BEGIN SELECT 1; END"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      false),
  A_VIEW_OF_A_REBUILT_TABLE(
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)",
          "CREATE VIEW v AS SELECT a, b FROM t"),
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT)",
          "CREATE VIEW v AS SELECT a, b FROM t"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of(),
      true),
  ODD_NAMES(
      List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, \"select\" TEXT)"),
      List.of(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, \"or'd \"\"x\"\"\" TEXT, [c d] TEXT)"),
      List.of("INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL)"),
      Map.of("t.or'd \"x\"", "select"),
      false),
  ALL_AT_ONCE(
      List.of(
          "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT UNIQUE)",
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER REFERENCES p (id))",
          "CREATE INDEX ia ON t (a)",
          "CREATE TABLE old (x TEXT PRIMARY KEY)"),
      List.of(
          "CREATE TABLE p (id INTEGER PRIMARY KEY, title TEXT UNIQUE, rank INTEGER DEFAULT 1)",
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a2 TEXT NOT NULL DEFAULT '', b INTEGER REFERENCES p (id) ON DELETE CASCADE, CHECK (length(a2) < 99))",
          "CREATE UNIQUE INDEX ia ON t (a2)",
          "CREATE TABLE fresh (x TEXT PRIMARY KEY) WITHOUT ROWID",
          "CREATE VIEW v AS SELECT * FROM p"),
      List.of(
          "INSERT INTO p VALUES (10, 'ten'), (20, 'twenty')",
          "INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20)"),
      Map.of("p.title", "name", "t.a2", "a"),
      true);

  final List<String> before;
  final List<String> after;
  final List<String> rows;

  /** Former names by table and new name. */
  final Map<String, String> renames;

  /** Whether a table has to be rebuilt, on the way up. */
  final boolean rebuilds;

  SqliteMigrationCase(
      List<String> before,
      List<String> after,
      List<String> rows,
      Map<String, String> renames,
      boolean rebuilds) {
    this.before = before;
    this.after = after;
    this.rows = rows;
    this.renames = renames;
    this.rebuilds = rebuilds;
  }
}
