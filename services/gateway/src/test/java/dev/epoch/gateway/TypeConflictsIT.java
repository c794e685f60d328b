package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.gateway.stream.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;

/** One column with two types: a conflict, which somebody decides. */
class TypeConflictsIT extends SchemaScene {
  private static final String INTEGER = "ALTER TABLE t ALTER price TYPE int";
  private static final String BIGINT = "ALTER TABLE t ALTER price TYPE bigint";
  private static final String TEXT = "ALTER TABLE t ALTER price TYPE text";

  /** Source, what it does, target, what that does, the decision, values; the live type, if any. */
  static final List<Arguments> RETYPED =
      List.of(
          Arguments.of("x", INTEGER, "main", BIGINT, "ours", null, "10, 20, 3", "bigint"),
          Arguments.of("x", INTEGER, "main", BIGINT, "theirs", null, "10, 20, 3", "integer"),
          Arguments.of("x", INTEGER, "main", BIGINT, "base", null, "10, 20, 3", "numeric"),
          Arguments.of("x", INTEGER, "main", BIGINT, "value", "text", "10, 20, 3", "text"),
          Arguments.of(
              "x",
              INTEGER,
              "main",
              BIGINT,
              "value",
              "numeric(8,2)",
              "10.00, 20.00, 3.00",
              "numeric(8,2)"),
          Arguments.of("main", BIGINT, "x", INTEGER, "ours", null, "10, 20, 3", null),
          Arguments.of("main", BIGINT, "x", INTEGER, "theirs", null, "10, 20, 3", null),
          Arguments.of("main", TEXT, "x", INTEGER, "ours", null, "10, 20, 3", null),
          Arguments.of("main", TEXT, "x", INTEGER, "theirs", null, "10, 20, 3", null),
          Arguments.of("x", INTEGER, "y", BIGINT, "ours", null, "10, 20, 3", null),
          Arguments.of("x", INTEGER, "y", BIGINT, "theirs", null, "10, 20, 3", null),
          Arguments.of("x", INTEGER, "y", TEXT, "base", null, "10, 20, 3", null));

  private void alter(String branch, String alteration, String... changes) throws Exception {
    if (branch.equals("main")) {
      test.database.execute("SELECT epoch.release_table('t')", alteration);
      test.commit("main", alteration);
      test.database.execute(changes);
      test.commit("main", "values");
      return;
    }
    List<String> statements = new ArrayList<>(List.of("SELECT epoch.open_table('t')", alteration));
    statements.addAll(List.of(changes));
    test.onBranch(branch, statements.toArray(String[]::new));
    test.commit(branch, alteration);
  }

  private void decide(String target, String part, String resolution, String type) {
    resolve(target, part, resolution, type == null ? Map.of() : Map.of("definition", type));
    assertThat(goOn(target).conflicts()).isEmpty();
  }

  private List<String> values(String branch, String column) throws Exception {
    return seen(branch, "SELECT %s AS v FROM t ORDER BY id".formatted(column)).stream()
        .map(line -> line.substring(2))
        .toList();
  }

  private void assertType(String type, String column) throws Exception {
    if (type != null) {
      assertThat(
              live(
                  "SELECT format_type(atttypid, atttypmod) AS v FROM pg_attribute"
                      + " WHERE attrelid = 'public.t'::regclass AND attname = '%s'"
                          .formatted(column)))
          .containsExactly("v=" + type);
    }
  }

  @ParameterizedTest
  @FieldSource("RETYPED")
  void aColumnGotAnotherTypeOnEachSide(
      String source,
      String theirs,
      String target,
      String ours,
      String resolution,
      String definition,
      String values,
      String type)
      throws Exception {
    // given
    test.database.execute("ALTER TABLE t DROP CONSTRAINT positive");
    test.commit("main", "no check");
    test.merge("main", "x");
    test.branch("y", "x");
    // a table cannot be opened whose live columns have other types
    if (source.equals("main")) {
      alter(target, ours, "UPDATE t SET price = '10' WHERE id = 1");
    }
    alter(source, theirs, "UPDATE t SET price = '20' WHERE id = 2");
    if (!source.equals("main")) {
      alter(target, ours, "UPDATE t SET price = '10' WHERE id = 1");
    }

    // when
    assertThat(mergeDestructively(source, target).conflicts()).containsOnlyKeys("t");

    // then
    assertThat(conflicts(target))
        .singleElement()
        .asString()
        .startsWith("type_mismatch  price [FieldConflict[name=column type, path=, base=numeric,");

    // when
    decide(target, "price", resolution, definition);

    // then
    if (target.equals("main")) {
      assertThat(values(target, "price")).containsExactly(values.split(", "));
    } else {
      assertThat(values(target, "price").stream().map(text -> text.replaceAll("\\.0+$", "")))
          .containsExactly(values.split(", "));
    }
    assertType(type, "price");
    assertRecorded(target);
  }

  /** Source, what it does, target, what that does, the decision, values; the live type, if any. */
  static final List<Arguments> ADDED =
      List.of(
          Arguments.of("x", "int", "main", "text", "ours", null, "null, 2, null", "text"),
          Arguments.of("x", "int", "main", "bigint", "theirs", null, "10, 2, null", "integer"),
          Arguments.of(
              "x",
              "int DEFAULT 7",
              "main",
              "bigint DEFAULT 7",
              "theirs",
              null,
              "10, 2, 7",
              "integer"),
          Arguments.of(
              "x",
              "int DEFAULT 7",
              "main",
              "bigint DEFAULT 7",
              "value",
              "numeric",
              "10, 2, 7",
              "numeric"),
          Arguments.of("x", "int", "y", "bigint", "ours", null, "10, 2, null", null),
          Arguments.of("x", "int", "y", "text", "theirs", null, "10, 2, null", null),
          Arguments.of("main", "int", "y", "text", "ours", null, "10, 2, null", null),
          Arguments.of("main", "int", "y", "text", "theirs", null, "10, 2, null", null));

  @ParameterizedTest
  @FieldSource("ADDED")
  void bothSidesAddedAColumn(
      String source,
      String theirs,
      String target,
      String ours,
      String resolution,
      String definition,
      String values,
      String type)
      throws Exception {
    // given
    test.branch("y", "main");
    alter(source, "ALTER TABLE t ADD c " + theirs, "UPDATE t SET c = '2' WHERE id = 2");
    alter(
        target,
        "ALTER TABLE t ADD c " + ours,
        values.startsWith("null")
            ? "UPDATE t SET name = 'z' WHERE id = 1"
            : "UPDATE t SET c = '10' WHERE id = 1");

    // when
    assertThat(mergeDestructively(source, target).conflicts()).containsOnlyKeys("t");

    // then
    assertThat(conflicts(target))
        .singleElement()
        .asString()
        .startsWith("type_mismatch  c [FieldConflict[name=column type, path=, base=null,");

    // when
    decide(target, "c", resolution, definition);

    // then
    assertThat(values(target, "c")).containsExactly(values.split(", "));
    assertType(type, "c");
    assertRecorded(target);
  }

  @Test
  void aTypeThatNobodyHasIsRefusedOnABranchWhenItIsDecided() throws Exception {
    // given
    test.branch("y", "main");
    alter("x", "ALTER TABLE t ADD c int");
    alter("y", "ALTER TABLE t ADD c text");
    assertThat(test.merge("x", "y").conflicts()).containsOnlyKeys("t");

    // when, then
    assertThatThrownBy(() -> resolve("y", "c", "value", Map.of("definition", "numeric")))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("no side has given it that");

    // when
    decide("y", "c", "value", "integer");

    // then
    assertThat(columns("y")).containsExactly("id", "name", "price", "c");
  }
}
