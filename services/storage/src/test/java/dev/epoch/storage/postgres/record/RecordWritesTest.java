package dev.epoch.storage.postgres.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.storage.error.WriteKeyReusedException;
import dev.epoch.storage.error.WriteRefusedException;
import dev.epoch.storage.postgres.VersionedDatabase;
import dev.epoch.storage.postgres.catalog.TableShapes;
import dev.epoch.storage.postgres.codec.PostgresValueCodec;
import dev.epoch.storage.postgres.connection.LockRetries;
import dev.epoch.storage.postgres.state.RelationNames;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.record.WriteKey;
import dev.epoch.storage.record.WriteResult;
import dev.epoch.storage.testing.TestDatabase;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordWritesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private VersionedDatabase database;
  private TableShapes shapes;
  private RecordWrites records;
  private TableHandle users;
  private BranchHandle feature;

  @BeforeEach
  void start() {
    database = VersionedDatabase.start();
    LockRetries retries = new LockRetries(Duration.ofMillis(100), Duration.ofSeconds(20));
    shapes = new TableShapes(database.connections(), retries);
    records =
        new RecordWrites(
            database.connections(), new PostgresValueCodec(), retries, new RelationNames(shapes));
    database
        .sql()
        .execute(
            """
            CREATE TABLE users (
              id integer PRIMARY KEY,
              name varchar(10) NOT NULL,
              email text UNIQUE,
              score numeric(6, 2) DEFAULT 1,
              number bigint GENERATED ALWAYS AS IDENTITY,
              loud text GENERATED ALWAYS AS (upper(name)) STORED,
              CHECK (score >= 0)
            )
            """,
            """
            INSERT INTO users (id, name, email)
            SELECT i, 'user' || i, 'user' || i || '@example.org' FROM generate_series(1, 5) AS i
            """);
    users = database.installReal(new TablePath("public", "users"), "users");
    shapes.physical(users);
    feature = database.branch("feature/x", users);
  }

  @AfterEach
  void stop() {
    database.close();
  }

  private BranchHandle branch(boolean live) {
    return live ? VersionedDatabase.MAIN : feature;
  }

  private WriteResult write(BranchHandle branch, RowWrite... writes) {
    return write(branch, Optional.empty(), writes);
  }

  private WriteResult write(BranchHandle branch, Optional<WriteKey> key, RowWrite... writes) {
    return records.write(
        branch,
        new BranchTable(users, RowsLocation.live(database.position())),
        List.of(writes),
        key);
  }

  private static Optional<WriteKey> key(String key, String request) {
    return Optional.of(new WriteKey(VersionedDatabase.REPOSITORY, key, request));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aWriteWithAKeyIsDoneOnce(boolean live) throws Exception {
    // given
    RowWrite first = put("{\"id\": 9, \"name\": \"111\"}");
    assertThatThrownBy(() -> write(branch(live), key("k", "r"), put("{\"id\": 9}")))
        .isInstanceOf(WriteRefusedException.class);

    // when
    WriteResult result = write(branch(live), key("k", "r"), first);
    write(branch(live), put("{\"id\": 9, \"name\": \"222\"}"));

    // then
    assertThat(write(branch(live), key("k", "r"), first)).isEqualTo(result);
    assertThatThrownBy(() -> write(branch(live), key("k", "other"), first))
        .isInstanceOf(WriteKeyReusedException.class);
    assertThat(rows(branch(live))).contains("9|222|1.00|222");

    // when: a day later
    database
        .sql()
        .execute("UPDATE epoch.written_keys SET written_at = now() - interval '25 hours'");
    write(branch(live), key("other", "r"), first);

    // then
    assertThat(database.sql().rows("SELECT key FROM epoch.written_keys"))
        .containsExactly(List.of("other"));
  }

  @Test
  void writersOfOneNewKeyOnTheLiveTableGetAlong() throws Exception {
    // given
    List<Callable<WriteResult>> writers = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      int id = 100 + i / 8;
      String name = "n" + i;
      writers.add(() ->
          write(VersionedDatabase.MAIN, put("{\"id\": %d, \"name\": \"%s\"}".formatted(id, name))));
    }

    // when
    long inserted = 0;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<WriteResult> written : threads.invokeAll(writers)) {
        inserted += written.get().inserted();
      }
    }

    // then
    assertThat(inserted).isEqualTo(5);
    assertThat(rows(VersionedDatabase.MAIN)).hasSize(10);
  }

  private static RowWrite put(String json) {
    return new RowWrite.Upsert(fields(json));
  }

  private static RowWrite delete(String json) {
    return new RowWrite.Delete(fields(json));
  }

  private static Map<String, JsonNode> fields(String json) {
    try {
      Map<String, JsonNode> fields = new LinkedHashMap<>();
      JSON.readTree(json).properties().forEach(e -> fields.put(e.getKey(), e.getValue()));
      return fields;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private List<String> rows(BranchHandle branch) throws Exception {
    try (Connection connection = database.connect(branch)) {
      return TestDatabase.rows(
              connection,
              "SELECT concat_ws('|', id, name, email, score, loud) FROM users ORDER BY id")
          .stream()
          .map(List::getFirst)
          .toList();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void writesWhatIsGivenAndLeavesTheRest(boolean live) throws Exception {
    // when
    WriteResult result =
        write(
            branch(live),
            put("{\"id\": 1, \"name\": \"first\"}"),
            put("{\"id\": 2, \"name\": \"user2\"}"),
            put("{\"id\": 3, \"score\": 2.5, \"email\": null}"),
            put("{\"id\": 9, \"name\": \"new\"}"),
            put("{\"id\": 10, \"name\": \"other\", \"email\": \"user4@example.org\"}"),
            delete("{\"id\": 4}"),
            delete("{\"id\": 77}"));

    // then
    assertThat(result).isEqualTo(new WriteResult(2, 2, 1, 2));
    assertThat(rows(branch(live)))
        .containsExactly(
            "1|first|user1@example.org|1.00|FIRST",
            "2|user2|user2@example.org|1.00|USER2",
            "3|user3|2.50|USER3",
            "5|user5|user5@example.org|1.00|USER5",
            "9|new|1.00|NEW",
            "10|other|user4@example.org|1.00|OTHER");
    assertThat(rows(branch(!live))).hasSize(5).allMatch(row -> row.contains("user"));

    // when: again
    WriteResult again =
        write(branch(live), put("{\"id\": 9, \"name\": \"new\"}"), delete("{\"id\": 4}"));

    // then
    assertThat(again).isEqualTo(new WriteResult(0, 0, 0, 2));

    // when: a deleted row comes back
    WriteResult back = write(branch(live), put("{\"id\": 4, \"name\": \"back\"}"));

    // then: with defaults, not with what it was
    assertThat(back).isEqualTo(new WriteResult(1, 0, 0, 0));
    assertThat(rows(branch(live))).contains("4|back|1.00|BACK");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void identityColumnsGetTheNextValue(boolean live) throws Exception {
    // when
    write(branch(live), put("{\"id\": 9, \"name\": \"new\"}"));

    // then
    try (Connection connection = database.connect(branch(live))) {
      assertThat(TestDatabase.rows(connection, "SELECT number FROM users WHERE id = 9"))
          .containsExactly(List.of("6"));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void refusesWhatDoesNotFit(boolean live) throws Exception {
    RowWrite fine = put("{\"id\": 50, \"name\": \"fine\"}");
    assertRefused(live, 1, "no column nme", fine, put("{\"id\": 1, \"nme\": \"x\"}"));
    assertRefused(live, 1, "Key column id is missing", fine, put("{\"name\": \"x\"}"));
    assertRefused(live, 1, "Key column id is null", fine, delete("{\"id\": null}"));
    assertRefused(live, 1, "loud is computed", fine, put("{\"id\": 1, \"loud\": \"x\"}"));
    assertRefused(live, 1, "Column id", fine, put("{\"id\": \"abc\", \"name\": \"x\"}"));
    assertRefused(live, 1, "longer than", fine, put("{\"id\": 1, \"name\": \"elevenchars\"}"));
    assertRefused(live, 2, "same key as one before it", fine, delete("{\"id\": 1}"), fine);
    assertRefused(live, -1, "name", fine, put("{\"id\": 60}"));
    assertRefused(live, -1, "users_score_check", fine, put("{\"id\": 1, \"score\": -1}"));
    assertRefused(
        live, -1, "users_email_key", fine, put("{\"id\": 1, \"email\": \"user5@example.org\"}"));
    assertThat(rows(branch(live))).hasSize(5);
  }

  private void assertRefused(boolean live, int index, String message, RowWrite... writes) {
    assertThatThrownBy(() -> write(branch(live), writes))
        .isInstanceOf(WriteRefusedException.class)
        .hasMessageContaining(message)
        .extracting(e -> ((WriteRefusedException) e).index())
        .isEqualTo(index);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void keysThatAreTheSameValueAreTheSameKey(boolean live) {
    // given
    database
        .sql()
        .execute(
            "CREATE TABLE prices (amount numeric PRIMARY KEY)", "INSERT INTO prices VALUES (7)");
    TableHandle prices = database.installReal(new TablePath("public", "prices"), "prices");
    shapes.physical(prices);
    BranchHandle branch = live ? VersionedDatabase.MAIN : database.branch("prices", prices);
    BranchTable table = new BranchTable(prices, RowsLocation.live(database.position()));

    // when, then
    assertThatThrownBy(() ->
            records.write(
                branch,
                table,
                List.of(put("{\"amount\": 1.0}"), put("{\"amount\": 1.00}")),
                Optional.empty()))
        .isInstanceOf(WriteRefusedException.class)
        .hasMessageContaining("same key");
    assertThat(records.write(branch, table, List.of(put("{\"amount\": 7.0}")), Optional.empty()))
        .isEqualTo(new WriteResult(0, 0, 0, 1));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void compositeKeysInAnyOrderOfColumns(boolean live) throws Exception {
    // given
    database
        .sql()
        .execute(
            "CREATE TABLE \"Order Lines\" (\"a b\" text, note text, n integer, PRIMARY KEY (n, \"a b\"))",
            "INSERT INTO \"Order Lines\" VALUES ('x', 'old', 1), ('y', 'old', 1)");
    TableHandle lines = database.installReal(new TablePath("public", "Order Lines"), "lines");
    shapes.physical(lines);
    BranchHandle branch = live ? VersionedDatabase.MAIN : database.branch("lines", lines);

    // when
    WriteResult result =
        records.write(
            branch,
            new BranchTable(lines, RowsLocation.live(database.position())),
            List.of(
                put("{\"a b\": \"x\", \"n\": 1, \"note\": \"new\"}"),
                delete("{\"n\": 1, \"a b\": \"y\"}"),
                put("{\"n\": 2, \"a b\": \"x\"}")),
            Optional.empty());

    // then
    assertThat(result).isEqualTo(new WriteResult(1, 1, 1, 0));
    try (Connection connection = database.connect(branch)) {
      assertThat(
              TestDatabase.rows(
                  connection, "SELECT n, \"a b\", note FROM \"Order Lines\" ORDER BY n"))
          .containsExactly(List.of("1", "x", "new"), Arrays.asList("2", "x", null));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @Timeout(60)
  void tenThousandRecordsAreWrittenAtOnce(boolean live) throws Exception {
    // given
    database
        .sql()
        .execute(
            "INSERT INTO users (id, name, email) SELECT i, 'n' || i, i || '@x' FROM"
                + " generate_series(1000, 100000) AS i");
    List<RowWrite> writes = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      writes.add(
          put(
              "{\"id\": "
                  + (95_000 + i)
                  + ", \"name\": \"w"
                  + i
                  + "\", \"email\": \"w"
                  + i
                  + "\"}"));
    }
    BranchHandle branch = live ? VersionedDatabase.MAIN : database.branch("big", users);
    write(branch, put("{\"id\": 1, \"name\": \"warm\"}"));

    // when
    WriteResult result = write(branch, writes.toArray(RowWrite[]::new));

    // then
    assertThat(result.inserted() + result.updated()).isEqualTo(10_000);
  }

  @Test
  void aBranchThatTheDatabaseWasNotToldOfIsToBeTriedLater() {
    // given
    BranchHandle unknown =
        new BranchHandle(VersionedDatabase.REPOSITORY, "bxxxxxxxxxxxx", "x", false);

    // when, then
    assertThatThrownBy(() -> write(unknown, put("{\"id\": 1}")))
        .isInstanceOf(StorageUnavailableException.class)
        .hasMessageContaining("bxxxxxxxxxxxx");
  }
}
