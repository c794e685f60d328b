package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.gateway.stream.RefusedException;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * What a branch's table needs of the branch comes with a merge and is found under its live name:
 * nothing that is live depends on a schema of Epoch's.
 */
class MergedNeedsIT extends SchemaScene {
  /** What is live, by name, and depends on something in a schema of branches. */
  private static final String DEPENDENTS =
      """
      SELECT pg_describe_object(d.classid, d.objid, d.objsubid) AS dependent,
        pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid) AS needed
      FROM pg_depend d
      LEFT JOIN pg_constraint o ON d.classid = 'pg_constraint'::regclass AND o.oid = d.objid
      LEFT JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid
      LEFT JOIN pg_rewrite w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid
      LEFT JOIN pg_trigger g ON d.classid = 'pg_trigger'::regclass AND g.oid = d.objid
      LEFT JOIN pg_policy l ON d.classid = 'pg_policy'::regclass AND l.oid = d.objid
      LEFT JOIN pg_class c ON c.oid = coalesce(nullif(o.conrelid, 0), f.adrelid, w.ev_class, g.tgrelid, l.polrelid,
        CASE WHEN d.classid = 'pg_class'::regclass THEN d.objid END)
      LEFT JOIN pg_type y ON y.oid = coalesce(nullif(o.contypid, 0), CASE WHEN d.classid = 'pg_type'::regclass THEN d.objid END)
      LEFT JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
      JOIN pg_namespace n ON n.oid = coalesce(c.relnamespace, y.typnamespace, p.pronamespace) AND n.nspname = 'public'
      LEFT JOIN pg_class rc ON d.refclassid = 'pg_class'::regclass AND rc.oid = d.refobjid
      LEFT JOIN pg_type ry ON d.refclassid = 'pg_type'::regclass AND ry.oid = d.refobjid
      LEFT JOIN pg_proc rp ON d.refclassid = 'pg_proc'::regclass AND rp.oid = d.refobjid
      JOIN pg_namespace rn ON rn.oid = coalesce(rc.relnamespace, ry.typnamespace, rp.pronamespace) AND rn.nspname LIKE 'epoch\\_%'\
      """;

  private static final String OPEN = "SELECT epoch.open_table('t')";
  private static final String CODE =
      "CREATE FUNCTION code() RETURNS text LANGUAGE sql AS $$ SELECT 'merged' $$";
  private static final String TWICE =
      "CREATE FUNCTION twice(numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2'";
  private static final String OTHER_CODE =
      "CREATE OR REPLACE FUNCTION code() RETURNS text LANGUAGE sql AS $$ SELECT 'later' $$";
  private static final String OTHER_TWICE =
      "CREATE OR REPLACE FUNCTION twice(numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT $1 - 1000'";
  private static final String INSERT = "INSERT INTO t (id, name, price) VALUES (4, 'd', 4)";

  /**
   * A kind of object that needs another.
   *
   * @param onBranch what makes both
   * @param later what sessions on the branch do behind the merge
   * @param probe what the live table answers behind an insert
   */
  record Needs(
      String kind, List<String> onBranch, List<String> later, String probe, String... answer) {
    @Override
    public String toString() {
      return kind;
    }
  }

  static final List<Needs> NEEDS =
      List.of(
          new Needs(
              "default of a new column",
              List.of(CODE, "ALTER TABLE t ADD code text DEFAULT code()"),
              List.of(OTHER_CODE),
              "SELECT code FROM t WHERE id = 4",
              "code=merged"),
          new Needs(
              "default of a column that was there",
              List.of(CODE, "ALTER TABLE t ALTER name SET DEFAULT code()"),
              List.of(OTHER_CODE, "DROP TABLE IF EXISTS nothing"),
              "SELECT pg_get_expr(adbin, adrelid) AS text FROM pg_attrdef WHERE adrelid = 'public.t'::regclass",
              "text=code()"),
          new Needs(
              "check",
              List.of(TWICE, "ALTER TABLE t ADD CONSTRAINT fits CHECK (twice(price) > 0)"),
              List.of(OTHER_TWICE),
              "SELECT id FROM t WHERE id = 4",
              "id=4"),
          new Needs(
              "index expression",
              List.of(TWICE, "CREATE INDEX by_twice ON t (twice(price))"),
              List.of(),
              "SELECT pg_get_indexdef('public.by_twice'::regclass) AS text",
              "text=CREATE INDEX by_twice ON public.t USING btree (twice(price))"),
          new Needs(
              "index predicate",
              List.of(TWICE, "CREATE UNIQUE INDEX dear ON t (name) WHERE twice(price) > 2"),
              List.of(),
              "SELECT pg_get_expr(indpred, indrelid) AS text FROM pg_index WHERE indexrelid = 'public.dear'::regclass",
              "text=(twice(price) > (2)::numeric)"),
          new Needs(
              "generated column",
              List.of(
                  TWICE,
                  "ALTER TABLE t ADD doubled numeric GENERATED ALWAYS AS (twice(price)) STORED"),
              List.of(OTHER_TWICE),
              "SELECT doubled FROM t ORDER BY id",
              "doubled=2",
              "doubled=4",
              "doubled=6",
              "doubled=8"),
          new Needs(
              "exclusion",
              List.of(
                  TWICE,
                  "ALTER TABLE t ADD CONSTRAINT apart EXCLUDE USING btree (twice(price) WITH =)"),
              List.of(),
              "SELECT count(*) AS n FROM t",
              "n=4"),
          new Needs(
              "sequence default",
              List.of(
                  "CREATE SEQUENCE s START 100", "ALTER TABLE t ADD n int DEFAULT nextval('s')"),
              List.of("SELECT nextval('s')"),
              "SELECT pg_get_expr(adbin, adrelid) AS text, (SELECT n >= 100 FROM t WHERE id = 4) AS far FROM pg_attrdef WHERE adrelid = 'public.t'::regclass",
              "text=nextval('s'::regclass) far=t"),
          new Needs(
              "expression over a sequence",
              List.of("CREATE SEQUENCE s", "ALTER TABLE t ADD n text DEFAULT 'n' || nextval('s')"),
              List.of("SELECT nextval('s')"),
              "SELECT n LIKE 'n%' AS numbered FROM t WHERE id = 4",
              "numbered=t"),
          new Needs(
              "function that calls another",
              List.of(
                  CODE,
                  "CREATE FUNCTION outer_code() RETURNS text LANGUAGE sql AS 'SELECT upper(code())'",
                  "ALTER TABLE t ADD code text DEFAULT outer_code()"),
              List.of(OTHER_CODE),
              "SELECT code FROM t WHERE id = 4",
              "code=MERGED"),
          new Needs(
              "enum and its cast",
              List.of(
                  "CREATE TYPE size AS ENUM ('small', 'large')",
                  "ALTER TABLE t ADD fit size DEFAULT 'small'",
                  "ALTER TABLE t ADD CONSTRAINT fitting CHECK (fit <> 'large'::size)"),
              List.of("ALTER TYPE size ADD VALUE 'huge'"),
              "SELECT fit FROM t WHERE id = 4",
              "fit=small"),
          new Needs(
              "domain",
              List.of(
                  "CREATE DOMAIN short AS text CHECK (length(VALUE) < 9)",
                  "ALTER TABLE t ADD s short DEFAULT 'x'"),
              List.of("ALTER DOMAIN short ADD CHECK (VALUE <> 'x') NOT VALID"),
              "SELECT s FROM t WHERE id = 4",
              "s=x"),
          new Needs(
              "view",
              List.of(
                  TWICE,
                  "ALTER TABLE t ADD note text DEFAULT 'none'",
                  "CREATE VIEW doubled AS SELECT id, note, twice(price) AS double FROM t"),
              List.of(OTHER_TWICE),
              "SELECT * FROM doubled WHERE id = 4",
              "id=4 note=none double=8"),
          new Needs(
              "trigger function",
              List.of(
                  "ALTER TABLE t ADD note text",
                  "CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note := 'merged'; RETURN NEW; END $$",
                  "CREATE TRIGGER shouting BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION shout()"),
              List.of(
                  "CREATE OR REPLACE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note := 'later'; RETURN NEW; END $$"),
              "SELECT note FROM t WHERE id = 4",
              "note=merged"),
          new Needs(
              "policy",
              List.of(
                  TWICE,
                  "ALTER TABLE t ADD note text",
                  "CREATE POLICY own_rows ON t USING (twice(price) > 0)"),
              List.of(OTHER_TWICE),
              "SELECT qual FROM pg_policies WHERE policyname = 'own_rows' AND schemaname = 'public'",
              "qual=(twice(price) > (0)::numeric)"));

  @ParameterizedTest
  @FieldSource("NEEDS")
  void comesAndIsFoundUnderItsLiveName(Needs needs) throws SQLException {
    // given
    test.onBranch("x", OPEN);
    test.onBranch("x", needs.onBranch().toArray(String[]::new));
    if (Stream.of("view", "trigger function", "policy").anyMatch(needs.kind()::equals)) {
      test.commitSchema("x", needs.kind());
    } else {
      test.commit("x", needs.kind());
    }

    // when
    assertThat(test.merge("x", "main").conflicts()).isEmpty();

    // then
    assertThat(live(DEPENDENTS)).isEmpty();
    assertRecorded("main");
    test.onBranch("x", needs.later().toArray(String[]::new));
    test.database.execute(INSERT);
    assertThat(live(needs.probe())).containsExactly(needs.answer());
    delete("x");
    assertThat(live(needs.probe())).containsExactly(needs.answer());
  }

  @ParameterizedTest
  @FieldSource("NEEDS")
  void comesOverAnotherBranch(Needs needs) throws SQLException {
    // given
    test.branch("y", "main");
    test.onBranch("y", "UPDATE t SET name = 'y' WHERE id = 1");
    test.commit("y", "a row");
    test.onBranch("x", OPEN);
    test.onBranch("x", needs.onBranch().toArray(String[]::new));
    test.commitSchema("x", needs.kind());

    // when
    assertThat(test.merge("x", "y").conflicts()).isEmpty();
    delete("x");
    test.onBranch("y", OPEN, INSERT);
    test.commit("y", "another row");
    assertThat(test.merge("y", "main").conflicts()).isEmpty();

    // then
    assertThat(live(DEPENDENTS)).isEmpty();
    assertThat(live("SELECT id FROM t ORDER BY id"))
        .containsExactly("id=1", "id=2", "id=3", "id=4");
    assertRecorded("main");
  }

  @Test
  void comesWithATableThatTheBranchMakes() throws SQLException {
    // given
    test.onBranch(
        "x",
        CODE,
        TWICE,
        "CREATE SEQUENCE s START 100",
        "CREATE TABLE n (id int PRIMARY KEY DEFAULT nextval('s'), code text DEFAULT code(), price numeric,"
            + " CONSTRAINT fits CHECK (twice(price) > 0))",
        "CREATE INDEX n_twice ON n (twice(price)) WHERE twice(price) > 1",
        "INSERT INTO n (price) VALUES (1)");
    test.registerOn("x", "n");
    test.commit("x", "a table");

    // when
    assertThat(test.merge("x", "main").conflicts()).isEmpty();

    // then
    assertThat(live(DEPENDENTS)).isEmpty();
    test.onBranch("x", OTHER_CODE, OTHER_TWICE);
    delete("x");
    test.database.execute("INSERT INTO n (price) VALUES (2)");
    assertThat(live("SELECT id, code FROM n ORDER BY price"))
        .containsExactly("id=100 code=merged", "id=101 code=merged");
    assertThat(live("SELECT pg_get_indexdef('public.n_twice'::regclass) AS text"))
        .containsExactly(
            "text=CREATE INDEX n_twice ON public.n USING btree (twice(price)) WHERE (twice(price) > (1)::numeric)");
  }

  @Test
  void aKeyToATableThatNobodyRegisteredIsRefusedUntilSomebodyHas() throws SQLException {
    // given
    test.onBranch(
        "x",
        OPEN,
        "CREATE TABLE p (id int PRIMARY KEY)",
        "INSERT INTO p VALUES (7)",
        "ALTER TABLE t ADD p int REFERENCES p");

    // when
    refused(() -> test.commit("x", "a key"), "t_p_fkey", "'p'", "epoch table add p --branch x");
    refused(
        () -> test.commitSchema("x", "a key"), "t_p_fkey", "'p'", "epoch table add p --branch x");
    test.registerOn("x", "p");
    assertThat(test.server().workingSets().changes(state(), state().branch("x").orElseThrow()))
        .hasSize(2);
    test.onBranch("x", "UPDATE t SET p = 7 WHERE id = 1");
    test.commit("x", "both");
    assertThat(test.merge("x", "main").conflicts()).isEmpty();

    // then
    assertThat(live(DEPENDENTS)).isEmpty();
    delete("x");
    assertThat(
            live(
                "SELECT pg_get_constraintdef(oid) AS key FROM pg_constraint WHERE conname = 't_p_fkey' AND connamespace = 'public'::regnamespace"))
        .containsExactly("key=FOREIGN KEY (p) REFERENCES p(id)");
    assertThatThrownBy(() -> test.database.execute("UPDATE t SET p = 8"))
        .hasMessageContaining("t_p_fkey");
  }

  @Test
  void aFunctionOfATableThatNobodyRegisteredIsRefusedWithItsName() throws SQLException {
    // given
    test.onBranch(
        "x",
        OPEN,
        "CREATE TABLE p (id int PRIMARY KEY)",
        "CREATE FUNCTION first_p(p) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1.id'",
        "ALTER TABLE t ADD p int DEFAULT first_p(NULL)");
    test.commit("x", "a default");

    // when
    refused(() -> test.merge("x", "main"), "first_p");

    // then
    assertThat(live(DEPENDENTS)).isEmpty();
    assertThat(columns("main")).containsExactly("id", "name", "price");
  }

  private void delete(String branch) {
    test.server().branches().delete(test.repository(), branch, true, TestServer.caller());
  }

  private static void refused(ThrowingCallable work, String... words) {
    assertThatThrownBy(work)
        .satisfies(failure -> {
          String text =
              failure.getMessage()
                  + (failure instanceof RefusedException refusal
                      ? " " + refusal.rejection().details()
                      : failure instanceof dev.epoch.storage.error.StorageException storage
                          ? " " + storage.remedy()
                          : "");
          assertThat(text).contains(words);
        });
  }
}
