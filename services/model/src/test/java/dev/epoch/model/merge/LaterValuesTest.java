package dev.epoch.model.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.table.TableSchema;
import dev.epoch.model.Tables;
import dev.epoch.model.merge.rule.ConflictRules;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.ThreeWayRow;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What decisions are about when rows go on changing: a side stays, a value does not. */
class LaterValuesTest {
  private static final TableSchema USERS = Tables.table("id bigint", "name text", "city text");
  private static final Row BASE = user("a", "x");
  private static final Row THEIRS = user("c", "z");

  private final RowMerge merge =
      new RowMerge("t1", "users", USERS, MergeStrategy.DEFAULT, ConflictRules.MANUAL);

  /**
   * Decided on row 1, whose name is in conflict: base a x, ours b x, theirs c z.
   *
   * <pre>
   *   later   value    the name is b2      field   the city is y, too
   *           gone     the row is deleted  other   row 2 comes into conflict
   * </pre>
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // scope | resolution | later | row, or what is open
        "table  | ours   | value | b2 z",
        "table  | ours   | field | b y",
        "table  | ours   | gone  | none",
        "table  | ours   | other | b z",
        "all    | ours   | value | b2 z",
        "all    | ours   | other | b z",
        "record | ours   | value | b2 z",
        "record | ours   | field | b y",
        "record | ours   | gone  | none",
        "record | ours   | other | open name",
        "field  | ours   | value | b2 z",
        "field  | ours   | field | open city",
        "field  | ours   | gone  | open name city",
        "field  | ours   | other | open name",
        "table  | theirs | value | c z",
        "table  | theirs | field | c z",
        "table  | theirs | gone  | c z",
        "table  | theirs | other | c z",
        "record | theirs | value | c z",
        "record | theirs | field | c z",
        "record | theirs | gone  | c z",
        "record | theirs | other | open name",
        "field  | theirs | value | c z",
        "field  | theirs | field | open city",
        "field  | theirs | gone  | open name city",
        "field  | theirs | other | open name",
        "table  | base   | value | open name",
        "table  | base   | other | open name",
        "record | base   | value | open name",
        "record | base   | gone  | open name city",
        "table  | value  | value | open name",
        "record | value  | value | open name",
        "field  | value  | value | open name",
        "field  | value  | field | open city",
        "record | delete | field | open name city",
        "record | delete | gone  | open name city"
      })
  void aSideStaysWithWhatComesLater(String scope, String resolution, String later, String end) {
    Decision decision =
        new Decision(selector(scope), resolution(resolution), made(user("b", "x"), THEIRS));

    assertThat(told(later, decision)).isEqualTo(end);
  }

  @Test
  void aSideForAllTablesIsNotForOneThatHadNoConflict() {
    RowMerge orders =
        new RowMerge("t2", "orders", USERS, MergeStrategy.DEFAULT, ConflictRules.MANUAL);
    RowKey key = RowKey.of("1");
    ThreeWayRow row = new ThreeWayRow(key, BASE, user("b", "x"), THEIRS);
    RowConflict conflict = ((MergeOutcome.Conflict) orders.merge(row)).conflict();
    Decision ours =
        new Decision(ResolutionSelector.ALL, new Resolution.Ours(), made(user("b", "x"), THEIRS));

    assertThat(new ResolvedMerge(orders).resolve(row, conflict, List.of(ours)))
        .isInstanceOf(MergeOutcome.Conflict.class);
  }

  /** What was decided last is about other values: what was decided before does not hold instead. */
  @Test
  void aValueThatIsOvertakenOpensWhatASideHadSettled() {
    DecidedConflicts made = made(user("b", "x"), THEIRS);
    Decision ours = new Decision(selector("table"), new Resolution.Ours(), made);
    Decision value = new Decision(selector("field"), resolution("value"), made);

    assertThat(told("value", ours, value)).isEqualTo("open name");
    assertThat(told("value", value, ours)).isEqualTo("b2 z");
    assertThat(told("gone", ours, new Decision(selector("record"), resolution("delete"), made)))
        .isEqualTo("none");
  }

  /** Which row breaks a constraint is seen when it does. */
  @Test
  void aSideIsNotForRowsThatBreakAConstraintLater() {
    Decision ours =
        new Decision(selector("table"), new Resolution.Ours(), made(user("b", "x"), THEIRS));
    RowKey key = RowKey.of("3");
    RowConflict broken =
        new RowConflict(
            "t1",
            "users",
            key,
            ConflictType.CONSTRAINT,
            List.of(FieldConflict.whole("name", "a", "a", "c")),
            "one_name");

    assertThat(
            new ResolvedMerge(merge)
                .resolve(new ThreeWayRow(key, BASE, BASE, THEIRS), broken, List.of(ours)))
        .isInstanceOf(MergeOutcome.Conflict.class);
  }

  private String told(String later, Decision... decisions) {
    RowKey key = RowKey.of(later.equals("other") ? "2" : "1");
    Row ours =
        switch (later) {
          case "value" -> user("b2", "x");
          case "field" -> user("b", "y");
          case "gone" -> null;
          default -> user("b", "x");
        };
    MergeOutcome found = merge.merge(new ThreeWayRow(key, BASE, ours, THEIRS));
    RowConflict conflict = ((MergeOutcome.Conflict) found).conflict();
    return switch (new ResolvedMerge(merge)
        .resolve(new ThreeWayRow(key, BASE, ours, THEIRS), conflict, Arrays.asList(decisions))) {
      case MergeOutcome.Unchanged _ -> told(ours);
      case MergeOutcome.Write(RowChange change) -> told(change.after());
      case MergeOutcome.Conflict(RowConflict open) ->
          "open " + String.join(" ", open.fields().stream().map(FieldConflict::label).toList());
    };
  }

  private static String told(Row row) {
    return row == null ? "none" : row.get(1) + " " + row.get(2);
  }

  private DecidedConflicts made(Row ours, Row theirs) {
    RowKey key = RowKey.of("1");
    MergeOutcome found = merge.merge(new ThreeWayRow(key, BASE, ours, theirs));
    return DecidedConflicts.of(List.of(((MergeOutcome.Conflict) found).conflict()));
  }

  private static ResolutionSelector selector(String scope) {
    return switch (scope) {
      case "all" -> ResolutionSelector.ALL;
      case "table" -> new ResolutionSelector("users", null, null, null);
      case "record" -> new ResolutionSelector("users", RowKey.of("1"), null, null);
      default -> new ResolutionSelector("users", RowKey.of("1"), "name", null);
    };
  }

  private static Resolution resolution(String name) {
    return switch (name) {
      case "ours" -> new Resolution.Ours();
      case "theirs" -> new Resolution.Theirs();
      case "base" -> new Resolution.Base();
      case "delete" -> new Resolution.DeleteRow();
      default -> new Resolution.Value(Map.of("name", "n"));
    };
  }

  private static Row user(String name, String city) {
    return Row.of("1", name, city);
  }
}
