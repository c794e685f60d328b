package dev.epoch.storage.postgres.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.storage.TablePath;
import dev.epoch.storage.postgres.VersionedDatabase;
import dev.epoch.storage.schema.SchemaMigrations.Plan;
import dev.epoch.storage.schema.SchemaMigrations.Settings;
import dev.epoch.storage.schema.SchemaMigrations.State;
import dev.epoch.storage.schema.SchemaMigrations.Step;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What others do to triggers while statements run is not what the statements did. */
class MigrationBesideOthersTest {

  @ParameterizedTest
  @CsvSource({
    "ALTER TABLE public.t ADD COLUMN a int, DONE",
    "ALTER TABLE public.items DISABLE TRIGGER USER, FAILED"
  })
  void onlyItsOwnStatementsSwitchCaptureOff(String statement, State expected) throws Exception {
    try (VersionedDatabase database = VersionedDatabase.start()) {
      database
          .sql()
          .execute(
              "CREATE TABLE public.t (n int)",
              "CREATE TABLE items (id integer PRIMARY KEY)",
              "CREATE TABLE others (id integer PRIMARY KEY)");
      database.installReal(new TablePath("public", "items"), "items");
      database.installReal(new TablePath("public", "others"), "others");
      PostgresMigrations migrations = new PostgresMigrations(database.connections());
      migrations.begin(plan(statement));

      State state =
          migrations
              .run(
                  "m1",
                  place -> {
                    if (place.equals("schema.statement.1")) {
                      database
                          .sql()
                          .execute(
                              "ALTER TABLE others DISABLE TRIGGER USER",
                              "ALTER TABLE others ENABLE TRIGGER USER");
                    }
                  })
              .state();

      assertThat(state).isEqualTo(expected);
    }
  }

  private static Plan plan(String statement) {
    return new Plan(
        "m1",
        "shop",
        "00",
        "public",
        List.of(new Step(statement, false)),
        new Settings(
            Duration.ofMillis(500),
            Duration.ofSeconds(20),
            2,
            Duration.ofMillis(1),
            Duration.ofMillis(4),
            true),
        false,
        null);
  }
}
