package dev.epoch.storage.postgres.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.model.row.ContentSum;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowHasher;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.ThreeWayRow;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.WriteRefusedException;
import dev.epoch.storage.operation.OperationExecutor.CommittedChanges;
import dev.epoch.storage.postgres.TestRepository;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.record.WriteResult;
import dev.epoch.storage.state.PendingChanges;
import dev.epoch.storage.state.TableState;
import dev.epoch.storage.testing.Cases;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Two texts of one key are one row: keys are the same when PostgreSQL says that they are. */
class EqualKeysTest {
  private static TestRepository shop;
  private static int tables;
  private String item;
  private BranchHandle feature;
  private String type;

  /**
   * Type of the key; two texts that PostgreSQL takes for one key; the text of another key; all
   * three as the adapter reads them.
   */
  static Stream<Arguments> keys() {
    return Cases.every(
        3,
        Stream.of(
            arguments("numeric", "1.0", "1.00", "2"),
            arguments("amount", "1.0", "1.00", "2"),
            arguments("numeric[]", "{1.0,2}", "{1.00,2.0}", "{2}"),
            arguments("numrange", "[1.0,2)", "[1.00,2.0)", "[2,3)"),
            arguments("jsonb", "{\"a\": 1.0}", "{\"a\": 1.00}", "{\"a\": 2}"),
            arguments("citext", "anna", "Anna", "bert"),
            arguments("email", "anna", "Anna", "bert"),
            arguments("citext[]", "{anna,x}", "{Anna,X}", "{bert}"),
            arguments("text COLLATE nocase", "anna", "Anna", "bert"),
            arguments("varchar(10) COLLATE nocase", "anna", "Anna", "bert"),
            arguments("text[] COLLATE nocase", "{anna}", "{Anna}", "{bert}"),
            arguments("double precision", "0", "-0", "2"),
            arguments("real", "0", "-0", "2"),
            arguments("float8[]", "{0}", "{-0}", "{2}"),
            arguments("interval", "P1M", "P30D", "P2M"),
            arguments("interval", "PT24H", "P1D", "P2D"),
            arguments("named", "(1.0,anna)", "(1.00,Anna)", "(2,x)")));
  }

  private String literal(String id) {
    return "CAST('" + id + "' AS " + type.replaceAll(" COLLATE.*", "") + ")";
  }

  @BeforeAll
  static void start() {
    shop = new TestRepository("SELECT");
    shop.database.executeAsSuperuser(
        "CREATE EXTENSION citext",
        "CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
    shop.database.execute(
        "CREATE DOMAIN amount AS numeric NOT NULL",
        "CREATE DOMAIN email AS citext CHECK (VALUE <> '')",
        "CREATE TYPE named AS (amount numeric, name citext)");
  }

  @AfterAll
  static void stop() {
    shop.close();
  }

  private void fill(String keyType, String... ids) {
    type = keyType;
    item = "item_" + ++tables;
    shop.database.execute(
        "CREATE TABLE "
            + item
            + " (id "
            + type
            + " PRIMARY KEY, word text, mark text DEFAULT '-')");
    for (String id : ids) {
      shop.database.execute("INSERT INTO " + item + " VALUES (" + literal(id) + ", 'old')");
    }
    shop.leaveTables();
    shop.install(item);
    feature = shop.branch("feature" + tables, shop.main);
  }

  private String hash(TableState state) {
    RowHasher hasher = new RowHasher(shop.table(item).schema());
    ContentSum sum = new ContentSum();
    shop.rows(item, state).values().forEach(row -> sum.add(hasher, row));
    return sum.toBase64();
  }

  private void assertHashesAgree(TableState from, TableState to) {
    RowHasher hasher = new RowHasher(shop.table(item).schema());
    ContentSum sum = ContentSum.fromBase64(hash(from));
    shop.changes(item, from, to).forEach(change -> sum.apply(hasher, change));
    assertThat(sum.toBase64()).isEqualTo(hash(to));
  }

  private RowWrite upsert(String id, String word) {
    return new RowWrite.Upsert(Map.of("id", json(id), "word", TextNode.valueOf(word)));
  }

  private JsonNode json(String id) {
    return shop.adapter.values().toJson(shop.table(item).schema().columns().getFirst().type(), id);
  }

  private WriteResult write(BranchHandle branch, RowWrite... writes) {
    return shop.adapter.write(branch, shop.at(branch, item), List.of(writes));
  }

  private List<String> texts(TableState state) {
    return shop.rows(item, state).values().stream().map(Row::toString).sorted().toList();
  }

  @ParameterizedTest
  @MethodSource("keys")
  void anotherTextOfTheKeyIsAnUpdate(String type, String one, String same, String other) {
    fill(type, one, other);
    for (BranchHandle branch : List.of(feature, shop.main)) {
      // given
      TableState before = shop.committed(branch, item);

      // when
      shop.write(
          branch, "UPDATE " + item + " SET id = " + literal(same) + " WHERE id = " + literal(one));

      // then
      Row former = Row.of(one, "old", "-");
      Row now = Row.of(same, "old", "-");
      assertThat(shop.adapter.pending(branch, List.of(shop.at(branch, item))))
          .containsOnly(Map.entry(shop.table(item).id(), new PendingChanges(0, 1, 0)));
      shop.commit(branch, item);
      TableState after = shop.committed(branch, item);
      assertThat(shop.changes(item, before, after))
          .singleElement()
          .satisfies(change -> {
            assertThat(change.before()).isEqualTo(former);
            assertThat(change.after()).isEqualTo(now);
          });
      assertHashesAgree(before, after);
      for (String text : List.of(one, same)) {
        assertThat(shop.adapter.row(shop.table(item), before, RowKey.of(text))).contains(former);
        assertThat(shop.adapter.row(shop.table(item), after, RowKey.of(text))).contains(now);
      }

      // when: gone and back again
      shop.write(
          branch,
          "DELETE FROM " + item + " WHERE id = " + literal(one),
          "INSERT INTO " + item + " VALUES (" + literal(one) + ", 'old')");

      // then
      assertThat(shop.changes(item, before, shop.working(branch, item))).isEmpty();
      assertThat(shop.changes(item, after, shop.working(branch, item))).hasSize(1);
      assertThat(texts(shop.working(branch, item))).isEqualTo(texts(before));
      shop.write(
          branch, "UPDATE " + item + " SET id = " + literal(same) + " WHERE id = " + literal(one));
      assertThat(shop.adapter.pending(branch, List.of(shop.at(branch, item)))).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("keys")
  void recordsAreFoundByEitherText(String type, String one, String same, String other) {
    fill(type, one, other);
    for (BranchHandle branch : List.of(feature, shop.main)) {
      TableState before = shop.committed(branch, item);
      assertThat(write(branch, upsert(same, "new"))).isEqualTo(new WriteResult(0, 1, 0, 0));
      assertThat(shop.changes(item, before, shop.working(branch, item))).hasSize(1);
      assertThatThrownBy(() -> write(branch, upsert(one, "a"), upsert(same, "b")))
          .isInstanceOf(WriteRefusedException.class)
          .hasMessageContaining("same key");
      assertThat(write(branch, new RowWrite.Delete(Map.of("id", json(same)))))
          .isEqualTo(new WriteResult(0, 0, 1, 0));
      assertThat(write(branch, upsert(same, "again"))).isEqualTo(new WriteResult(1, 0, 0, 0));
      assertThat(shop.changes(item, before, shop.working(branch, item)))
          .singleElement()
          .satisfies(change ->
              assertThat(List.of(change.before(), change.after()))
                  .containsExactly(Row.of(one, "old", "-"), Row.of(same, "again", "-")));
    }
  }

  @ParameterizedTest
  @MethodSource("keys")
  void aMergeKeepsOneRow(String type, String one, String same, String other) {
    // given
    fill(type, one, other);
    TableState base = shop.committed(shop.main, item);
    shop.write(
        feature,
        "UPDATE "
            + item
            + " SET id = "
            + literal(same)
            + ", word = 'new' WHERE word = 'old' AND id = "
            + literal(one));
    shop.commit(feature, item);
    shop.write(shop.main, "UPDATE " + item + " SET mark = 'm' WHERE id = " + literal(one));
    shop.commit(shop.main, item);

    // when
    List<ThreeWayRow> both =
        TestRepository.list(
            shop.adapter.threeWay(
                shop.table(item),
                base,
                shop.committed(shop.main, item),
                shop.committed(feature, item)));

    // then
    assertThat(both)
        .extracting(ThreeWayRow::base, ThreeWayRow::ours, ThreeWayRow::theirs)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(
                Row.of(one, "old", "-"), Row.of(one, "old", "m"), Row.of(same, "new", "-")));

    for (BranchHandle branch : List.of(feature, shop.main)) {
      // when
      TableState before = shop.committed(branch, item);
      List<String> former = texts(before);
      Row merged = Row.of(same, "new", "m");
      dev.epoch.storage.operation.Operation operation =
          shop.merge(
              branch,
              item,
              shop.head(shop.main, item).anchor(),
              List.of(new RowChange(RowKey.of(one), null, merged)));

      // then
      TableState after = shop.committed(branch, item);
      assertThat(texts(after))
          .containsExactlyInAnyOrder(merged.toString(), Row.of(other, "old", "-").toString());
      assertHashesAgree(before, after);
      assertThat(texts(before)).isEqualTo(former);

      // when
      shop.revert(operation);

      // then
      assertThat(texts(shop.working(branch, item))).isEqualTo(former);
    }
  }

  @ParameterizedTest
  @MethodSource("keys")
  void historyIsRestored(String type, String one, String same, String other) {
    // given
    fill(type, one, other);
    for (BranchHandle branch : List.of(feature, shop.main)) {
      dev.epoch.events.table.RowsLocation origin = shop.head(branch, item);
      TableState before = shop.committed(branch, item);
      shop.write(
          branch, "UPDATE " + item + " SET id = " + literal(same) + " WHERE id = " + literal(one));
      dev.epoch.storage.operation.Operation operation = shop.commit(branch, item);
      TableState after = shop.committed(branch, item);
      List<List<String>> contents = List.of(texts(before), texts(after));
      CommittedChanges log =
          new CommittedChanges(
              operation.id().position(),
              shop.head(branch, item),
              dev.epoch.model.row.RowStream.of(shop.changes(item, before, after)));

      // when
      shop.adapter.restore(branch, origin, shop.at(branch, item), List.of(log).iterator());

      // then
      assertThat(List.of(texts(before), texts(after))).isEqualTo(contents);
      assertThat(shop.adapter.pending(branch, List.of(shop.at(branch, item)))).isEmpty();
    }
  }
}
