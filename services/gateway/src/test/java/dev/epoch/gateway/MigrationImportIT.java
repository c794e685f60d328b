package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.drift.MigrationImport;
import dev.epoch.gateway.migration.MigrationService;
import dev.epoch.gateway.stream.References;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.storage.schema.SchemaTrials.Script;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Histories of the users' migration tools become schemas of old commits. */
@Tag("postgres-versions")
class MigrationImportIT {
  private static final Map<String, Script> SCRIPTS =
      scripts(
          "V1__t.sql",
          "BEGIN; CREATE TABLE public.t (id int PRIMARY KEY, name text); INSERT INTO t VALUES (7,"
              + " ';'); COMMIT",
          "V2__more.sql",
          "ALTER TABLE t ADD more text; CREATE INDEX CONCURRENTLY i ON t (more);"
              + " CREATE VIEW v AS SELECT more FROM t",
          "V3__later.sql",
          "ALTER TABLE t ADD later text");

  private TestServer test;

  private static Map<String, Script> scripts(String... namesAndTexts) {
    Map<String, Script> scripts = new TreeMap<>();
    for (int i = 0; i < namesAndTexts.length; i += 2) {
      scripts.put(namesAndTexts[i], new Script(namesAndTexts[i], namesAndTexts[i + 1]));
    }
    return scripts;
  }

  @BeforeEach
  void aDatabaseThatFlywayMade() {
    test = new TestServer();
    test.database.execute(
        "CREATE TABLE t (id int PRIMARY KEY, name text)",
        """
        CREATE TABLE flyway_schema_history (
          installed_rank int PRIMARY KEY, version text, description text NOT NULL, type text NOT NULL,
          script text NOT NULL, checksum int, installed_by text NOT NULL,
          installed_on timestamp NOT NULL DEFAULT now(), execution_time int NOT NULL, success boolean NOT NULL)
        """);
    ran(1, "V1__t.sql");
    test.register("t");
    test.commit("main", "first");
    test.database.execute("ALTER TABLE t ADD more text", "CREATE INDEX i ON t (more)");
    ran(2, "V2__more.sql");
    test.commit("main", "second");
    test.database.execute("INSERT INTO t VALUES (1)");
    test.commit("main", "third");
    test.database.execute("ALTER TABLE t ADD later text");
    ran(3, "V3__later.sql");
  }

  private void ran(int rank, String script) {
    test.database.execute(
        """
        INSERT INTO flyway_schema_history
          (installed_rank, version, description, type, script, checksum, installed_by, installed_on, execution_time, success)
        VALUES (%1$d, '%1$d', 'd', 'SQL', '%2$s', 5, 'me', clock_timestamp(), 1, true)
        """
            .formatted(rank, script));
  }

  @AfterEach
  void stop() {
    test.close();
  }

  private RepositoryState state() {
    return test.repository().state();
  }

  private CommitState commit(String ref) {
    return new References(state(), state().defaultBranch()).commit(ref);
  }

  private List<MigrationImport.Filled> fill(Map<String, Script> scripts, boolean dryRun) {
    return test.server()
        .migrationImport()
        .fill(test.repository(), true, scripts, dryRun, TestServer.caller());
  }

  private List<String> columns(String ref) {
    DatabaseSchema schema =
        test.server()
            .migrations()
            .sides(
                state(),
                new MigrationService.Side.Committed(commit(ref)),
                new MigrationService.Side.Committed(commit(ref)))
            .before();
    return schema.table(new ObjectName("public", "t")).orElseThrow().columns().stream()
        .map(ColumnDefinition::name)
        .toList();
  }

  @Test
  void commitsTellTheSchemaThatTheirTimeHad() {
    // given
    String first = commit("main~2").id();
    String second = commit("main~1").id();
    assertThat(test.server().migrationImport().applied(state(), true))
        .extracting(applied -> applied.migration().script() + " " + applied.commit())
        .containsExactly("V1__t.sql " + first, "V2__more.sql " + second, "V3__later.sql null");
    assertThat(test.server().migrationImport().applied(state(), false)).isEmpty();

    // when
    List<MigrationImport.Filled> planned = fill(SCRIPTS, true);
    assertThat(state().schemas()).isEmpty();
    List<MigrationImport.Filled> filled = fill(SCRIPTS, false);

    // then
    assertThat(filled).isEqualTo(planned);
    assertThat(filled)
        .containsExactly(
            new MigrationImport.Filled(first, "V1__t.sql", 1),
            new MigrationImport.Filled(second, "V2__more.sql", 2));
    assertThat(state().schemas().get(first).backfilled()).isTrue();
    assertThat(columns("main~2")).containsExactly("id", "name");
    assertThat(columns("main~1")).containsExactly("id", "name", "more");
    assertThat(fill(SCRIPTS, false)).isEmpty();
    assertThat(
            test.database.value(
                "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'epoch\\\\_trial%'"))
        .isEqualTo("0");
  }

  @Test
  void whatIsMissingOrFailsIsSaid() {
    assertThatThrownBy(() -> fill(scripts("V1__t.sql", "SELECT 1"), true))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("V2__more.sql, V3__later.sql");
    Map<String, Script> wrong = new TreeMap<>(SCRIPTS);
    wrong.put("V2__more.sql", new Script("V2__more.sql", "ALTER TABLE nowhere ADD a int"));
    assertThatThrownBy(() -> fill(wrong, true))
        .hasMessageContaining("V2__more.sql cannot be run again")
        .hasMessageContaining("nowhere");
  }
}
