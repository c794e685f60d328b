package dev.epoch.storage.postgres.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.model.row.Row;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.postgres.TestRepository;
import dev.epoch.storage.query.QueryResult;
import dev.epoch.storage.query.ReadQuery;
import dev.epoch.storage.state.TableState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Queries at states of branches see the rows that are streamed, whatever the type of the key and
 * the number of changes.
 */
class BranchQueryTest {
  private static final int ROWS = 6_000;

  @ParameterizedTest
  @CsvSource({"integer, 100", "integer, 2", "text, 100", "uuid, 100", "uuid, 2", "numeric, 100"})
  void queriesSeeTheRowsOfTheState(String type, int every) {
    String key = type.equals("uuid") ? "md5(i::text)::uuid" : "i::" + type;
    try (TestRepository repository =
        new TestRepository(
            "CREATE TABLE big (id " + type + " PRIMARY KEY, i integer, epoch_part text)",
            "INSERT INTO big SELECT "
                + key
                + ", i, 'r' || i FROM generate_series(1, "
                + ROWS
                + ") i",
            "ANALYZE big")) {
      // given: changes of the live table, committed and not, and of the branch, committed and not
      repository.install("big");
      BranchHandle feature = repository.branch("feature", repository.main);
      String some = " WHERE i % " + every;
      repository.write(repository.main, "UPDATE big SET epoch_part = 'live'" + some + " = 1");
      repository.commit(repository.main, "big");
      repository.write(feature, "UPDATE big SET epoch_part = 'branch'" + some + " = 0");
      repository.write(feature, "DELETE FROM big WHERE i < 10");
      repository.commit(feature, "big");
      TableState head = repository.committed(feature, "big");
      repository.write(feature, "UPDATE big SET epoch_part = 'pending' WHERE i < 40");
      repository.write(feature, "DELETE FROM big WHERE i BETWEEN 60 AND 70");
      repository.write(repository.main, "DELETE FROM big WHERE i % 9 = 4");

      // when, then
      for (TableState state : List.of(head, repository.working(feature, "big"))) {
        assertThat(queried(repository, state)).isEqualTo(streamed(repository, state));
      }
      assertThat(streamed(repository, head)).doesNotContainValue("live").hasSize(ROWS - 9);
    }
  }

  private static Map<String, String> streamed(TestRepository repository, TableState state) {
    return repository.rows("big", state).values().stream()
        .collect(Collectors.toMap(row -> value(row, 0), row -> value(row, 2)));
  }

  private static String value(Row row, int column) {
    return row.get(column);
  }

  private static Map<String, String> queried(TestRepository repository, TableState state) {
    QueryResult result =
        repository.adapter.query(
            new ReadQuery(
                "SELECT id::text, epoch_part FROM big",
                List.of(),
                Map.of(repository.table("big"), state),
                2 * ROWS,
                Duration.ofSeconds(20)));
    return result.rows().stream()
        .collect(Collectors.toMap(row -> row.get(0).textValue(), row -> row.get(1).textValue()));
  }
}
