package dev.epoch.storage.postgres.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.postgres.PostgresTest;
import dev.epoch.storage.postgres.catalog.EpochSchema;
import dev.epoch.storage.schema.SchemaMigrations.Plan;
import dev.epoch.storage.schema.SchemaMigrations.Progress;
import dev.epoch.storage.schema.SchemaMigrations.Settings;
import dev.epoch.storage.schema.SchemaMigrations.State;
import dev.epoch.storage.schema.SchemaMigrations.Step;
import dev.epoch.storage.schema.SchemaMigrations.StepProgress;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresMigrationsTest {
  private static final List<Step> STEPS =
      List.of(
          new Step("ALTER TYPE public.mood ADD VALUE 'glad'", true),
          new Step("ALTER TABLE public.t ADD COLUMN m public.mood DEFAULT 'glad'", false),
          new Step("ALTER TABLE t ALTER COLUMN n SET NOT NULL", false),
          new Step("CREATE INDEX CONCURRENTLY ix ON public.t (n)", true),
          new Step("COMMENT ON TABLE public.t IS 'done'", false));

  private static PostgresTest postgres;
  private static PostgresMigrations migrations;
  private static final AtomicInteger IDS = new AtomicInteger();

  private static final class Killed extends RuntimeException {}

  @BeforeAll
  static void start() {
    postgres = new PostgresTest();
    postgres.database.writeOnly(EpochSchema::ensure);
    migrations = new PostgresMigrations(postgres.database);
  }

  @AfterAll
  static void stop() {
    postgres.close();
  }

  @BeforeEach
  void aTable() {
    postgres.sql.execute(
        "DROP TABLE IF EXISTS public.t; DROP TYPE IF EXISTS public.mood",
        "CREATE TYPE public.mood AS ENUM ('sad')",
        "CREATE TABLE public.t (n int)",
        "INSERT INTO public.t VALUES (1), (2)");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void goesOnAfterItWasKilledBetweenAnyTwoSteps(boolean transaction) {
    // given
    List<String> places = new ArrayList<>();
    String first = begin(STEPS, transaction);
    assertThat(migrations.run(first, places::add).state()).isEqualTo(State.DONE);
    assertThat(places).hasSizeGreaterThan(STEPS.size());

    for (String place : places) {
      // when
      aTable();
      String id = begin(STEPS, transaction);
      assertThatThrownBy(() ->
              migrations.run(
                  id,
                  at -> {
                    if (at.equals(place)) {
                      throw new Killed();
                    }
                  }))
          .as(place)
          .isInstanceOf(Killed.class);
      assertThat(migrations.unfinished("shop")).containsExactly(id);
      assertThatThrownBy(() -> begin(STEPS, transaction)).isInstanceOf(BusyException.class);

      // then
      Progress progress = migrations.run(id, any -> {});
      assertThat(progress.state()).as(place).isEqualTo(State.DONE);
      assertThat(progress.steps()).extracting(StepProgress::state).containsOnly(State.DONE);
      assertThat(migrations.unfinished("shop")).isEmpty();
      assertThat(postgres.sql.value("SELECT string_agg(m::text, ',') FROM public.t"))
          .isEqualTo("glad,glad");
      assertThat(
              postgres.sql.value(
                  "SELECT obj_description('public.t'::regclass) || count(*) FROM pg_index WHERE"
                      + " indrelid = 'public.t'::regclass AND indisvalid"))
          .isEqualTo("done1");
    }
  }

  @Test
  void aFailureInATransactionLeavesNothing() {
    String id =
        begin(
            List.of(
                new Step("ALTER TABLE public.t ADD COLUMN a int", false),
                new Step("ALTER TABLE public.t ADD COLUMN n int", false),
                new Step("ALTER TABLE public.t ADD COLUMN b int", false)),
            true);

    Progress progress = migrations.run(id, any -> {});

    assertThat(progress.state()).isEqualTo(State.FAILED);
    assertThat(progress.steps())
        .extracting(StepProgress::state)
        .containsExactly(State.SKIPPED, State.FAILED, State.SKIPPED);
    assertThat(progress.steps().get(1).error()).contains("already exists");
    assertThat(columns()).isEqualTo("n");
    assertThat(migrations.latest("shop").orElseThrow().id()).isEqualTo(id);
    assertThat(migrations.unfinished("shop")).isEmpty();
  }

  @Test
  void aFailureOutsideOfATransactionLeavesWhatWasDone() {
    String id =
        begin(
            List.of(
                new Step("ALTER TABLE public.t ADD COLUMN a int", false),
                new Step("ALTER TABLE public.t ADD COLUMN n int", false),
                new Step("ALTER TABLE public.t ADD COLUMN b int", false)),
            false);

    assertThat(migrations.run(id, any -> {}).steps())
        .extracting(StepProgress::state)
        .containsExactly(State.DONE, State.FAILED, State.SKIPPED);
    assertThat(columns()).isEqualTo("n,a");
  }

  @Test
  void waitsForLocksAndTriesAgain() throws SQLException {
    String id = begin(List.of(new Step("ALTER TABLE public.t ADD COLUMN a int", false)), true);
    try (Connection other = postgres.sql.connect()) {
      other.setAutoCommit(false);
      other.createStatement().execute("LOCK TABLE public.t IN ACCESS SHARE MODE");

      Progress progress = migrations.run(id, any -> {});

      assertThat(progress.state()).isEqualTo(State.FAILED);
      assertThat(progress.steps().getFirst().attempts()).isEqualTo(3);
      assertThat(progress.steps().getFirst().error()).contains("lock timeout");
      other.rollback();
    }
    String again = begin(List.of(new Step("ALTER TABLE public.t ADD COLUMN a int", false)), true);
    assertThat(migrations.run(again, any -> {}).state()).isEqualTo(State.DONE);
  }

  private static String columns() {
    return postgres.sql.value(
        "SELECT string_agg(attname::text, ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid ="
            + " 'public.t'::regclass AND attnum > 0 AND NOT attisdropped");
  }

  private static String begin(List<Step> steps, boolean transaction) {
    String id = "m" + IDS.incrementAndGet();
    migrations.begin(
        new Plan(
            id,
            "shop",
            "00",
            "public",
            steps,
            new Settings(
                Duration.ofMillis(50),
                Duration.ofSeconds(20),
                2,
                Duration.ofMillis(1),
                Duration.ofMillis(4),
                transaction),
            false,
            null));
    return id;
  }
}
