package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.events.table.DataType;
import dev.epoch.gateway.merge.MergeService.Merged;
import dev.epoch.gateway.table.TableService;
import dev.epoch.storage.record.RowWrite;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Columns of domains that were made on a branch. */
class BranchDomainsIT extends TypesScene {
  @Test
  void domainsAreCommittedReadAndMergedIntoMainWhereTheyAreMade() throws Exception {
    // given
    test.branch("y", "main");
    test.branch("z", "main");

    // when
    open(
        "x",
        "CREATE DOMAIN mail AS text DEFAULT 'no@x' NOT NULL CONSTRAINT has_at CHECK (VALUE ~ '@')",
        "ALTER TABLE t ADD mail mail, ADD CONSTRAINT short CHECK (mail <> 'long@x'::mail)",
        "UPDATE t SET mail = 'b@x' WHERE id = 2");
    String mails = test.commit("x", "mails").commit().id();

    // then
    List<String> rows =
        List.of(
            "id=1 name=a price=1 mail=no@x",
            "id=2 name=b price=2 mail=b@x",
            "id=3 name=c price=3 mail=no@x");
    assertThat(rows(mails)).isEqualTo(rows);
    assertRecorded("x");
    assertThat(type("x", "mail"))
        .isEqualTo(
            new DataType(
                DataType.Kind.DOMAIN,
                "public.mail",
                DataType.of(DataType.Kind.TEXT, "text"),
                List.of(),
                List.of(),
                List.of(
                    "DEFAULT 'no@x'::text",
                    "NOT NULL",
                    "CONSTRAINT has_at CHECK ((VALUE ~ '@'::text))")));

    // when it is closed, and written through views
    test.onBranch(
        "x",
        "SELECT epoch.close_table('t')",
        "SET epoch.open_tables_up_to = '0'",
        "INSERT INTO t (id, price) VALUES (4, 1)",
        "UPDATE t SET mail = 'c@x' WHERE id = 3");
    for (String refused :
        List.of(
            "UPDATE t SET mail = 'none'", "INSERT INTO t (id, price, mail) VALUES (5, 1, '')")) {
      assertThatThrownBy(() -> test.onBranch("x", "SET epoch.open_tables_up_to = '0'", refused))
          .hasMessageContaining("has_at");
    }
    assertThatThrownBy(() -> mail("x", "none")).hasMessageContaining("has_at");
    mail("x", "r@x");

    // then
    test.commit("x", "later");
    assertThat(rows("x"))
        .contains("id=3 name=c price=3 mail=r@x")
        .last()
        .asString()
        .contains("mail=no@x");
    assertRecorded("x");

    // when
    assertThat(test.merge("x", "y").conflicts()).isEmpty();
    open("y", "UPDATE t SET mail = 'y@x' WHERE id = 1");
    assertThatThrownBy(() -> test.onBranch("y", "UPDATE t SET mail = 'y' WHERE id = 1"))
        .hasMessageContaining("has_at");
    test.commit("y", "on y");
    assertRecorded("y");
    assertThat(live("SELECT to_regtype('public.mail') AS made")).containsExactly("made=null");
    assertThat(test.merge("y", "main").conflicts()).isEmpty();

    // then
    assertThat(live("SELECT mail, pg_typeof(mail) AS type FROM t WHERE id = 1"))
        .containsExactly("mail=y@x type=mail");
    assertThatThrownBy(() -> test.database.execute("UPDATE t SET mail = 'none'"))
        .hasMessageContaining("has_at");
    assertRecorded("main");
    assertThat(rows(mails)).isEqualTo(rows);
    test.database.execute("UPDATE t SET mail = 'live@x' WHERE id = 2");
    test.commit("main", "live");
    assertThat(test.merge("main", "x").conflicts()).isEmpty();
    assertThat(rows("x")).isEqualTo(rows("main"));
    open("x", "UPDATE t SET mail = 'x@x' WHERE id = 3");
    test.commit("x", "again");
    assertRecorded("x");
    assertThat(test.merge("x", "main").conflicts()).isEmpty();
    assertThat(test.merge("main", "z").conflicts()).isEmpty();
    assertThat(rows("z")).isEqualTo(rows("main")).contains("id=3 name=c price=3 mail=x@x");
    requireRebuilt(mails, "x", "y", "z", "main");
  }

  private void mail(String branch, String mail) {
    test.server()
        .workingSets()
        .write(
            state(),
            state().branch(branch).orElseThrow(),
            "t",
            List.of(
                new RowWrite.Upsert(
                    Map.of("id", IntNode.valueOf(3), "mail", TextNode.valueOf(mail)))),
            TestServer.caller());
  }

  @Test
  void rowsOfOthersAreAskedWhatADomainDemands() throws Exception {
    // given
    test.branch("y", "main");
    open(
        "x",
        "CREATE DOMAIN short AS text CHECK (length(VALUE) < 3)",
        "ALTER TABLE t ALTER name TYPE short");
    test.commit("x", "short");
    assertThat(type("x", "name").name()).isEqualTo("public.short");
    test.onBranch("y", "UPDATE t SET name = 'longer' WHERE id = 2");
    test.commit("y", "longer");

    // when
    Merged merged = test.merge("x", "y");

    // then
    assertThat(merged.conflicts()).containsEntry("t", 1L);
    test.server().merges().abort(test.repository(), "y", TestServer.caller());
    test.database.execute("UPDATE t SET name = 'longer' WHERE id = 3");
    assertThatThrownBy(() -> mergeDestructively("x", "main"))
        .hasMessageContaining("value for domain public.short violates check constraint");
    test.database.execute("UPDATE t SET name = 'ok' WHERE id = 3");
    assertThat(mergeDestructively("x", "main").conflicts()).isEmpty();
    assertThatThrownBy(() -> test.merge("y", "main")).hasMessageContaining("short");
    assertThat(rows("main")).contains("id=3 name=ok price=3");

    // when
    open("y", "UPDATE t SET name = 'l' WHERE id = 2");
    test.commit("y", "short enough");
    open("x", "ALTER DOMAIN short ADD CONSTRAINT no_z CHECK (VALUE <> 'z')");
    test.commit("x", "no z");

    // then
    assertThat(test.merge("y", "main").conflicts()).isEmpty();
    assertThat(type("x", "name").rules()).hasSize(3);
    assertThatThrownBy(() -> test.merge("x", "main"))
        .hasMessageContaining("Domain public.short is another one");
    assertRecorded("x");
    requireRebuilt("x", "y", "main");
  }

  @Test
  void domainsAreInKeysOfTablesThatTheBranchMakes() throws Exception {
    // given
    test.onBranch(
        "x",
        "CREATE DOMAIN code AS text CHECK (VALUE ~ '^[a-z]+$')",
        "CREATE TABLE u (code code PRIMARY KEY, other code UNIQUE, n int)",
        "INSERT INTO u VALUES ('a', 'x', 1), ('b', NULL, 2)");

    // when
    test.server()
        .tables()
        .register(
            test.repository(),
            new TableService.Request("u", null, null, null, List.of(), "x"),
            TestServer.caller());
    String made = test.commit("x", "u").commit().id();
    test.branch("y", "x");
    test.onBranch("y", "SET epoch.open_tables_up_to = '0'", "UPDATE u SET n = 3 WHERE code = 'b'");
    test.onBranch("y", "SELECT epoch.open_table('u')");
    assertThatThrownBy(() -> test.onBranch("y", "INSERT INTO u VALUES ('1')"))
        .hasMessageContaining("code_check");
    test.onBranch("y", "INSERT INTO u VALUES ('c', 'z', 4)", "DELETE FROM u WHERE code = 'a'");
    test.commit("y", "on y");

    // then
    TestTable u = new TestTable(test, "u");
    assertThat(u.rows(made)).containsExactly("code=a other=x n=1", "code=b other=null n=2");
    u.assertRecorded("y");
    assertThat(test.merge("y", "main").conflicts()).isEmpty();
    assertThat(live("SELECT code, pg_typeof(other) AS type, n FROM u ORDER BY code"))
        .containsExactly("code=b type=code n=3", "code=c type=code n=4");
    assertThat(u.rows(made)).containsExactly("code=a other=x n=1", "code=b other=null n=2");
    assertThat(test.server().rebuilds().rebuild(test.repository()).differences()).isEmpty();
    u.assertRecorded("main");
  }
}
