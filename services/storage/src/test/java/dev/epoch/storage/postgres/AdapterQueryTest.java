package dev.epoch.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.query.QueryResult;
import dev.epoch.storage.query.ReadQuery;
import dev.epoch.storage.state.TableState;
import dev.epoch.storage.testing.StoragePostgres;
import dev.epoch.storage.testing.TestDatabase;
import io.vertx.sqlclient.PoolOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Queries through the whole adapter, over the real states of versioned tables. */
class AdapterQueryTest {
  private static TestDatabase database;
  private static PostgresStorageAdapter adapter;

  @BeforeAll
  static void start() {
    database = StoragePostgres.durableDatabase();
    database.load("/data/chinook/Chinook_PostgreSql.sql");
    adapter =
        new PostgresStorageAdapter(
            StoragePostgres.vertx(), database.options(), new PoolOptions().setMaxSize(4));
  }

  @AfterAll
  static void stop() {
    adapter.close();
    database.close();
  }

  private static TableHandle install(String name, long position) {
    TablePath path = new TablePath("public", name);
    TableHandle table =
        new TableHandle(
            "music",
            "t" + name.substring(0, 3) + "000000000",
            name,
            path,
            adapter.introspect(path, List.of()).schema());
    adapter.install(new OperationId(UUID.randomUUID(), position), table);
    return table;
  }

  private static QueryResult query(String sql, Map<TableHandle, TableState> tables) {
    return adapter.query(new ReadQuery(sql, List.of(), tables, 100, Duration.ofSeconds(20)));
  }

  @Test
  void readsCommittedAndWorkingStates() {
    // given
    TableHandle tracks = install("track", 1);
    TableHandle albums = install("album", 2);
    BranchHandle main = new BranchHandle("music", "bmain00000000", "main", true);
    database.execute(
        "UPDATE track SET name = 'changed' WHERE track_id <= 10",
        "DELETE FROM playlist_track WHERE track_id = 11",
        "DELETE FROM invoice_line WHERE track_id = 11",
        "DELETE FROM track WHERE track_id = 11",
        "INSERT INTO track VALUES (9999, 'new', 1, 1, 1, NULL, 1, 1, 0.99)");
    String counts =
        """
        SELECT count(*), count(*) FILTER (WHERE t.name = 'changed'), max(t.track_id),
          count(a.album_id)
        FROM track t JOIN album a USING (album_id)
        """;
    RowsLocation first = RowsLocation.live(1);
    TableState committed = new TableState.Committed(first);

    // then
    assertThat(query(counts, Map.of(tracks, committed, albums, committed)).rows().toString())
        .isEqualTo("[[3503, 0, 3503, 3503]]");
    assertThat(
            query(
                    counts,
                    Map.of(
                        tracks, new TableState.Working(main, first),
                        albums, new TableState.Working(main, first)))
                .rows()
                .toString())
        .isEqualTo("[[3503, 10, 9999, 3503]]");
    assertThat(
            query("SELECT count(*) FROM track", Map.of(tracks, new TableState.Empty()))
                .rows()
                .toString())
        .isEqualTo("[[0]]");
    for (String sql :
        List.of(
            "SELECT * FROM public.track",
            "SELECT * FROM public.artist",
            "SELECT * FROM artist",
            "SELECT * FROM epoch.tables",
            "SELECT epoch.object_name('a', 'w', 'b')",
            "SELECT epoch.use_branch('main')")) {
      assertThatExceptionOfType(QueryRefusedException.class)
          .isThrownBy(() -> query(sql, Map.of(tracks, committed)));
    }
    assertThat(adapter.check().problems()).isEmpty();
  }
}
