package dev.epoch.log.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.log.SnapshotStore;
import dev.epoch.log.SnapshotStore.Parts;
import dev.epoch.log.SnapshotStore.Snapshot;
import dev.epoch.log.testing.AbstractSnapshotStoreTests;
import dev.epoch.log.testing.PostgresClients;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PostgresSnapshotStoreIT extends AbstractSnapshotStoreTests {
  private static final Duration WAIT = Duration.ofSeconds(30);

  private static PostgresClients clients;

  @BeforeAll
  static void createTables() {
    clients = PostgresClients.open(List.of(EventLogMigrations.ALL));
  }

  @AfterAll
  static void dropDatabase() {
    clients.close();
  }

  @Override
  protected SnapshotStore createStore() {
    clients.execute("TRUNCATE epoch.snapshots, epoch.snapshot_parts");
    return new PostgresSnapshotStore(clients.pool());
  }

  @Test
  void aCorruptSnapshotIsNotUsed() {
    // given
    SnapshotStore store = createStore();
    store.save(new Snapshot("a", 1, 1, new byte[] {1, 2, 3})).await().atMost(WAIT);

    // when
    clients.execute("UPDATE epoch.snapshots SET state = set_bit(state, 3, 1 - get_bit(state, 3))");

    // then
    assertThat(store.latest("a", 1).await().atMost(WAIT)).isEmpty();

    // given
    Parts parts = new Parts("a", 1, 1, "graph");
    store.savePart(parts, 0, new byte[] {1, 2, 3}).await().atMost(WAIT);
    store.savePart(parts, 1, new byte[] {1, 2, 3}).await().atMost(WAIT);

    // when
    clients.execute(
        "UPDATE epoch.snapshot_parts SET content = set_bit(content, 3, 1 - get_bit(content, 3))"
            + " WHERE number = 1");

    // then
    assertThat(store.parts(parts, 2).collect().asList().await().atMost(WAIT)).hasSize(1);
    assertThat(store.part(parts, 1).await().atMost(WAIT)).isEmpty();
  }
}
