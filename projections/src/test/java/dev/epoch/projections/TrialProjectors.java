package dev.epoch.projections;

import dev.epoch.events.event.BranchRenamedV1;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Read models that a trial spoils. */
final class TrialProjectors {
  private TrialProjectors() {}

  /**
   * One row for each event: an event applied twice is a duplicate key. Its connection is killed
   * from time to time when the data is written and the checkpoint is not.
   */
  static final class Counted implements TableProjector {
    private final Random random;
    private final int oneIn;
    final AtomicInteger killed = new AtomicInteger();
    private int applied;

    Counted(Random random, int oneIn) {
      this.random = random;
      this.oneIn = oneIn;
    }

    @Override
    public String name() {
      return "counted";
    }

    @Override
    public List<String> tables() {
      return List.of(
          "CREATE TABLE IF NOT EXISTS counted (position bigint PRIMARY KEY, place bigint NOT NULL)");
    }

    @Override
    public List<String> tableNames() {
      return List.of("counted");
    }

    @Override
    public Uni<Void> apply(SqlConnection transaction, ProjectedEvent event) {
      Uni<Void> counted =
          Sql.run(
              transaction,
              "INSERT INTO counted SELECT $1, count(*) + 1 FROM counted",
              event.stored().position());
      boolean kill;
      synchronized (random) {
        // once for certain, beyond that by chance
        kill = oneIn > 0 && (random.nextInt(oneIn) == 0 || ++applied == oneIn / 2);
      }
      if (!kill) {
        return counted;
      }
      killed.incrementAndGet();
      return Sql.all(
          counted, Sql.run(transaction, "SELECT pg_terminate_backend(pg_backend_pid())"));
    }
  }

  /** Cannot apply a renaming of a branch whose position is in the table {@code trial_poison}. */
  static final class Fragile implements TableProjector {
    @Override
    public String name() {
      return "fragile";
    }

    @Override
    public List<String> tables() {
      return List.of("CREATE TABLE IF NOT EXISTS fragile (position bigint PRIMARY KEY)");
    }

    @Override
    public List<String> tableNames() {
      return List.of("fragile");
    }

    @Override
    public Uni<Void> apply(SqlConnection transaction, ProjectedEvent event) {
      Uni<Void> noted =
          Sql.run(transaction, "INSERT INTO fragile VALUES ($1)", event.stored().position());
      return event.event() instanceof BranchRenamedV1
          ? noted.chain(() ->
              Sql.run(
                  transaction,
                  "SELECT 1 / (1 - count(*)) FROM public.trial_poison WHERE name = $1",
                  ((BranchRenamedV1) event.event()).to()))
          : noted;
    }
  }

  /** An effect elsewhere: each event at least once, none missing. */
  static final class Effects implements EffectProjector {
    private final Map<Long, Integer> times;

    Effects(ConcurrentHashMap<Long, Integer> times) {
      this.times = times;
    }

    @Override
    public String name() {
      return "effects";
    }

    @Override
    public void apply(ProjectedEvent event) {
      times.merge(event.stored().position(), 1, Integer::sum);
    }
  }
}
