package dev.epoch.storage.postgres.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.epoch.events.table.DataType;
import dev.epoch.model.row.ContentSum;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowHasher;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.postgres.TestRepository;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.record.WriteResult;
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

/**
 * A value that changes into another which PostgreSQL calls equal, or cannot compare at all, is a
 * change; and the hash that follows the changes is the hash of what is there.
 */
class SameButNotIdenticalTest {
  private static TestRepository shop;
  private static int tables;
  private String item;
  private BranchHandle feature;

  /** Type, the value before, the value after; both as the adapter reads them. */
  static Stream<Arguments> values() {
    return Cases.every(
        4,
        Stream.of(
            arguments("numeric", "1.0", "1.00"),
            arguments("amount", "1.0", "1.00"),
            arguments("numeric[]", "{1.0,2}", "{1.00,2}"),
            arguments("numrange", "[1.0,2)", "[1.00,2)"),
            arguments("interval", "P1M", "P30D"),
            arguments("interval", "P1D", "PT24H"),
            arguments("interval[]", "{P1M}", "{P30D}"),
            arguments("period", "(P1M,a)", "(P30D,a)"),
            arguments("period", "(P1M,a)", "(P1M,A)"),
            arguments("period[]", "{\"(P1M,a)\"}", "{\"(P30D,a)\"}"),
            arguments("json", "{\"a\":1}", "{\"a\": 1}"),
            arguments("json", "{\"a\": 1, \"a\": 2}", "{\"a\": 2}"),
            arguments("json", "1.0", "1.00"),
            arguments("json[]", "{1.0}", "{1.00}"),
            arguments("jsonb", "{\"a\": 1.0}", "{\"a\": 1.00}"),
            arguments("xml", "<a/>", "<a></a>"),
            arguments("point", "(1,2)", "(1,3)"),
            arguments("polygon", "((0,0),(1,1),(1,0))", "((1,1),(1,0),(0,0))"),
            arguments("box", "(1,1),(0,0)", "(2,0.5),(0,0)"),
            arguments("circle", "<(0,0),1>", "<(1,0),1>"),
            arguments("citext", "anna", "Anna"),
            arguments("text COLLATE nocase", "anna", "Anna"),
            arguments("double precision", "0", "-0"),
            arguments("real", "0", "-0"),
            arguments("float8[]", "{0}", "{-0}"),
            arguments("timetz", "12:00:00+00", "13:00:00+01"),
            arguments("varbit", "1", "10"),
            arguments("inet", "10.0.0.1/32", "10.0.0.1/24"),
            arguments("text[]", "{a}", "[0:0]={a}"),
            arguments("text[]", "{}", "{NULL}"),
            arguments("text", "", null),
            arguments("text", "é", "e\u0301"),
            arguments("bytea", "\\x00", "\\x0000"),
            arguments("tsvector", "'a':1", "'a':2"),
            arguments("name", "a", "A")));
  }

  @BeforeAll
  static void start() {
    shop = new TestRepository("SELECT");
    shop.database.executeAsSuperuser(
        "CREATE EXTENSION citext",
        "CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
    shop.database.execute(
        "CREATE DOMAIN amount AS numeric NOT NULL",
        "CREATE TYPE period AS (length interval, name citext)");
  }

  @AfterAll
  static void stop() {
    shop.close();
  }

  private void fill(String type, String value) {
    item = "item_" + ++tables;
    shop.database.execute(
        "CREATE TABLE " + item + " (id integer PRIMARY KEY, value " + type + ")",
        "INSERT INTO " + item + " VALUES (1, " + literal(type, value) + ")",
        "INSERT INTO " + item + " VALUES (2, " + literal(type, value) + ")");
    shop.leaveTables();
    shop.install(item);
    feature = shop.branch("feature" + tables, shop.main);
  }

  private static String literal(String type, String value) {
    return value == null
        ? "NULL"
        : "CAST('" + value.replace("'", "''") + "' AS " + type.replaceAll(" COLLATE.*", "") + ")";
  }

  private String hash(TableState state) {
    RowHasher hasher = new RowHasher(shop.table(item).schema());
    ContentSum sum = new ContentSum();
    shop.rows(item, state).values().forEach(row -> sum.add(hasher, row));
    return sum.toBase64();
  }

  private void assertChanged(TableState from, TableState to, String before, String after) {
    List<RowChange> changes = shop.changes(item, from, to);
    assertThat(changes)
        .containsExactly(new RowChange(RowKey.of("1"), Row.of("1", before), Row.of("1", after)));
    RowHasher hasher = new RowHasher(shop.table(item).schema());
    ContentSum sum = ContentSum.fromBase64(hash(from));
    changes.forEach(change -> sum.apply(hasher, change));
    assertThat(sum.toBase64()).isEqualTo(hash(to));
    assertThat(shop.rows(item, from)).containsEntry(RowKey.of("1"), Row.of("1", before));
    assertThat(shop.rows(item, to)).containsEntry(RowKey.of("1"), Row.of("1", after));
  }

  @ParameterizedTest
  @MethodSource("values")
  void isCapturedAndCommitted(String type, String before, String after) {
    fill(type, before);
    for (BranchHandle branch : List.of(feature, shop.main)) {
      TableState first = shop.committed(branch, item);

      // when
      shop.write(
          branch, "UPDATE " + item + " SET value = " + literal(type, after) + " WHERE id = 1");

      // then
      assertThat(shop.adapter.pending(branch, List.of(shop.at(branch, item)))).hasSize(1);
      assertChanged(first, shop.working(branch, item), before, after);
      shop.commit(branch, item);
      TableState second = shop.committed(branch, item);
      assertChanged(first, second, before, after);

      // when
      shop.write(
          branch, "UPDATE " + item + " SET value = " + literal(type, before) + " WHERE id = 1");
      shop.commit(branch, item);

      // then
      assertChanged(second, shop.committed(branch, item), after, before);
      assertThat(shop.changes(item, first, shop.committed(branch, item))).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("values")
  void isMerged(String type, String before, String after) {
    fill(type, before);
    for (BranchHandle branch : List.of(feature, shop.main)) {
      TableState first = shop.committed(branch, item);

      // when
      shop.merge(
          branch,
          item,
          shop.head(shop.main, item).anchor(),
          List.of(new RowChange(RowKey.of("1"), Row.of("1", before), Row.of("1", after))));

      // then
      assertChanged(first, shop.committed(branch, item), before, after);
    }
  }

  @ParameterizedTest
  @MethodSource("values")
  void isWrittenAsARecord(String type, String before, String after) {
    fill(type, before);
    DataType column = shop.table(item).schema().columns().get(1).type();
    if (column.base().kind() == DataType.Kind.JSON
        || column.element() != null && column.element().kind() == DataType.Kind.JSON) {
      return; // JSON in a request is a document: its white space and doubled keys are not kept
    }
    for (BranchHandle branch : List.of(feature, shop.main)) {
      TableState first = shop.committed(branch, item);
      Map<String, com.fasterxml.jackson.databind.JsonNode> record =
          Map.of(
              "id",
              com.fasterxml.jackson.databind.node.IntNode.valueOf(1),
              "value",
              shop.adapter.values().toJson(column, after));

      // when
      WriteResult result =
          shop.adapter.write(branch, shop.at(branch, item), List.of(new RowWrite.Upsert(record)));

      // then
      assertThat(result).isEqualTo(new WriteResult(0, 1, 0, 0));
      assertChanged(first, shop.working(branch, item), before, after);
    }
  }
}
