package dev.epoch.model.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.ConflictSettings;
import dev.epoch.events.ConflictSettings.Rule;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.Tables;
import dev.epoch.model.merge.rule.ConflictPolicy;
import dev.epoch.model.merge.rule.ConflictRule;
import dev.epoch.model.merge.rule.ConflictRules;
import dev.epoch.model.merge.rule.ValueOrder;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.ThreeWayRow;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConflictRulesTest {
  private static final RowKey KEY = RowKey.of("1");

  /** {rule, type of the field, base, ours, theirs, merged or CONFLICT}. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "NULL",
      value = {
        "manual      | text          | a    | b    | c    | CONFLICT",
        "source_wins | text          | a    | b    | c    | c",
        "source_wins | text          | a    | b    | NULL | NULL",
        "target_wins | text          | a    | b    | c    | b",
        "sum         | bigint        | 10   | 12   | 15   | 17",
        "sum         | bigint        | 10   | 7    | 9    | 6",
        "sum         | bigint        | 0    | 1    | 1    | 2",
        "sum         | bigint        | 10   | 9    | 9    | 8",
        "sum         | numeric       | 1.0  | 1.5  | 1.50 | 2.00",
        "sum         | integer       | 0    | 2147483647 | 2147483647 | 2147483647",
        "sum         | bigint        | 10   | NULL | NULL | NULL",
        "sum         | jsonb         | {\"n\": 1} | {\"n\": 2} | {\"n\": 2} | {\"n\":3}",
        "sum         | jsonb         | {\"n\": 1} | {\"n\": 2, \"a\": 1} | {\"n\": 2} | {\"n\":3,\"a\":1}",
        "max         | bigint        | 1    | 9    | 9    | 9",
        "append_only | text          | log  | log a | log a | log a a",
        "append_only | text          | log  | lag   | lag   | lag",
        "append_only | text[]        | {a}  | {a,b} | {a,b} | {a,b,b}",
        "sum         | bigint        | NULL | 2    | 3    | 5",
        "sum         | bigint        | 10   | NULL | 3    | CONFLICT",
        "sum         | text          | 10   | 12   | 15   | CONFLICT",
        "sum         | integer       | 0    | 2147483647 | 1 | CONFLICT",
        "sum         | bigint        | 0    | 9223372036854775807 | 1 | CONFLICT",
        "sum         | bigint        | 0    | 2147483647 | 1 | 2147483648",
        "sum         | numeric(4,2)  | 0.00 | 99.00 | 0.99 | 99.99",
        "sum         | numeric(4,2)  | 0.00 | 99.00 | 1.00 | CONFLICT",
        "sum         | numeric       | 1.00 | 1.5  | 2.25 | 2.75",
        "sum         | numeric       | 0    | NaN  | 1    | CONFLICT",
        "sum         | double precision | 0 | 0.1  | 0.2  | 0.3",
        "sum         | double precision | 0 | 1e+20 | 2e+20 | 300000000000000000000",
        "sum         | double precision | 0 | 1e-05 | 1.5e-05 | 0.000025",
        "sum         | double precision | 1 | 3    | -1   | 1",
        "sum         | double precision | 2 | 3    | -1   | 0",
        "sum         | numeric       | 0    | 1e999999999 | 1 | CONFLICT",
        "sum         | jsonb         | 1    | 2    | 3    | CONFLICT",
        "max         | bigint        | 1    | 9    | 10   | 10",
        "min         | bigint        | 1    | 9    | 10   | 9",
        "max         | numeric       | 1    | -9.5 | -10  | -9.5",
        "max         | double precision | 1 | 1e+20 | 5   | 1e+20",
        "max         | text          | a    | b    | bb   | bb",
        "min         | text          | a    | b    | B    | B",
        "max         | bigint        | 1    | NULL | 10   | CONFLICT",
        "max         | timestamp     | 2024-01-01 00:00:00 | 2024-05-01 10:00:00 | 2024-05-01"
            + " 10:00:00.5 | 2024-05-01 10:00:00.5",
        "max         | timestamp     | 2024-01-01 00:00:00 | 10000-01-01 00:00:00 | 9999-12-31"
            + " 00:00:00 | 10000-01-01 00:00:00",
        "min         | timestamp     | 2024-01-01 00:00:00 | 0044-03-15 00:00:00 BC | 0001-01-01"
            + " 00:00:00 | 0044-03-15 00:00:00 BC",
        "max         | timestamp     | 2024-01-01 00:00:00 | infinity | 2025-01-01 00:00:00 |"
            + " infinity",
        "append_only | text          | log  | log a | log b | log a b",
        "append_only | text          | log  | lag   | log b | CONFLICT",
        "append_only | text[]        | {a}  | {a,b} | {a,c} | {a,b,c}",
        "append_only | text[]        | {}   | {b}   | {c}   | {b,c}",
        "append_only | text[]        | {a}  | {ab}  | {a,c} | CONFLICT",
        "append_only | text[]        | {a,b} | {a}  | {a,b,c} | CONFLICT",
        "append_only | jsonb         | [1]  | [1, 2] | [1, {\"b\": 3}] | [1,2,{\"b\":3}]",
        "append_only | json          | [1]  | [1,2]  | [2]  | CONFLICT",
        "append_only | bigint        | 1    | 2    | 3    | CONFLICT"
      })
  void aFieldWithItsOwnRule(
      String rule, String type, String base, String ours, String theirs, String merged) {
    TableSchema table = Tables.table("id bigint", "value " + type);
    ConflictRules rules =
        new ConflictRules(new ConflictRule.Manual(), Map.of("value", ConflictRule.of(rule, null)));

    MergeOutcome outcome =
        merge(table, rules, Row.of("1", base), Row.of("1", ours), Row.of("1", theirs));

    if ("CONFLICT".equals(merged)) {
      assertThat(outcome).isInstanceOf(MergeOutcome.Conflict.class);
    } else {
      assertThat(after(outcome, Row.of("1", ours))).isEqualTo(Row.of("1", merged));
    }
  }

  @Test
  void theLastWriteWinsForTheWholeRow() {
    TableSchema table = Tables.table("id bigint", "name text", "city text", "at timestamp");
    ConflictRules rules = new ConflictRules(new ConflictRule.LastWriteWins("at"), Map.of());
    Row base = Row.of("1", "a", "x", "2024-01-01 00:00:00");
    Row ours = Row.of("1", "b", "y", "2024-01-02 00:00:00");
    Row theirs = Row.of("1", "c", "x", "2024-01-03 00:00:00");

    assertThat(after(merge(table, rules, base, ours, theirs), ours))
        .isEqualTo(Row.of("1", "c", "y", "2024-01-03 00:00:00"));
    assertThat(after(merge(table, rules, base, theirs, ours), theirs))
        .isEqualTo(Row.of("1", "c", "y", "2024-01-03 00:00:00"));
    assertThat(merge(table, rules, base, ours.with(3, null), theirs))
        .isInstanceOf(MergeOutcome.Conflict.class);
    assertThat(merge(table, rules, base, ours.with(3, theirs.get(3)), theirs))
        .isInstanceOf(MergeOutcome.Conflict.class);
    assertThat(merge(table, rules, base, null, theirs)).isInstanceOf(MergeOutcome.Conflict.class);
  }

  @Test
  void aMissingTimestampFieldLeavesTheConflict() {
    TableSchema table = Tables.table("id bigint", "name text");
    ConflictRules rules = new ConflictRules(new ConflictRule.LastWriteWins("gone"), Map.of());

    assertThat(merge(table, rules, Row.of("1", "a"), Row.of("1", "b"), Row.of("1", "c")))
        .isInstanceOf(MergeOutcome.Conflict.class);
  }

  @Test
  void rulesOfATableDecideAboutDeletedRows() {
    TableSchema table = Tables.table("id bigint", "name text");
    Row base = Row.of("1", "a");
    Row changed = Row.of("1", "b");

    assertThat(after(merge(table, rule("source_wins"), base, null, changed), null))
        .isEqualTo(changed);
    assertThat(after(merge(table, rule("source_wins"), base, changed, null), changed)).isNull();
    assertThat(after(merge(table, rule("target_wins"), base, changed, null), changed))
        .isEqualTo(changed);
    assertThat(after(merge(table, rule("append_only"), base, changed, null), changed))
        .isEqualTo(base);
    assertThat(after(merge(table, rule("append_only"), base, null, changed), null)).isEqualTo(base);
    assertThat(merge(table, rule("sum"), base, null, changed))
        .isInstanceOf(MergeOutcome.Conflict.class);
  }

  @Test
  void anAppendOnlyTableKeepsWhatWasWritten() {
    TableSchema table = Tables.table("id bigint", "name text");

    assertThat(
            after(
                merge(
                    table,
                    rule("append_only"),
                    Row.of("1", "a"),
                    Row.of("1", "b"),
                    Row.of("1", "c")),
                Row.of("1", "b")))
        .isEqualTo(Row.of("1", "a"));
    assertThat(
            after(
                merge(
                    table,
                    rule("append_only"),
                    Row.of("1", "a"),
                    Row.of("1", "b"),
                    Row.of("1", "b")),
                Row.of("1", "b")))
        .isEqualTo(Row.of("1", "a"));
    assertThat(merge(table, rule("append_only"), null, Row.of("1", "b"), Row.of("1", "c")))
        .isInstanceOf(MergeOutcome.Conflict.class);
  }

  @Test
  void rulesDecideNothingThatOneSideAloneChanged() {
    TableSchema table = Tables.table("id bigint", "value bigint");

    for (String rule : List.of("sum", "append_only", "min", "max", "target_wins")) {
      assertThat(merge(table, rule(rule), Row.of("1", "1"), Row.of("1", "1"), Row.of("1", "5")))
          .isInstanceOf(MergeOutcome.Write.class);
      assertThat(merge(table, rule(rule), Row.of("1", "1"), Row.of("1", "5"), Row.of("1", "1")))
          .isEqualTo(new MergeOutcome.Unchanged());
    }
  }

  /** What both sides counted, whatever it was, and in whatever order they are merged. */
  @Test
  void eachChangeCounts() {
    TableSchema table = Tables.table("id bigint", "value bigint", "name text");
    ConflictRules rules =
        new ConflictRules(new ConflictRule.Manual(), Map.of("value", ConflictRule.of("sum", null)));
    Random random = new Random(1);
    for (int i = 0; i < 10_000; i++) {
      long base = random.nextInt(-3, 4);
      long left = random.nextInt(-3, 4);
      long right = random.nextInt(-3, 4);
      String name = random.nextBoolean() ? "a" : "b";
      Row before = Row.of("1", "" + base, "a");
      Row ours = Row.of("1", "" + (base + left), name);
      Row theirs = Row.of("1", "" + (base + right), "a");
      Row both = Row.of("1", "" + (base + left + right), name);

      assertThat(after(merge(table, rules, before, ours, theirs), ours)).isEqualTo(both);
      assertThat(after(merge(table, rules, before, theirs, ours), theirs)).isEqualTo(both);
    }
  }

  @Test
  void rowsThatBothAddedCountWhereTheFieldHasARule() {
    TableSchema table = Tables.table("id bigint", "value bigint", "other bigint");
    ConflictRules ofField =
        new ConflictRules(new ConflictRule.Manual(), Map.of("value", ConflictRule.of("sum", null)));
    Row row = Row.of("1", "5", "7");

    assertThat(after(merge(table, ofField, null, row, row), row)).isEqualTo(Row.of("1", "10", "7"));
    assertThat(after(merge(table, rule("sum"), null, row, row), row)).isEqualTo(row);
  }

  @Test
  void keysAreNotAddedUp() {
    TableSchema table = Tables.table("id bigint", "value bigint");
    ConflictRules rules =
        new ConflictRules(
            new ConflictRule.Manual(),
            Map.of("id", ConflictRule.of("sum", null), "value", ConflictRule.of("sum", null)));

    assertThat(after(merge(table, rules, null, Row.of("1", "2"), Row.of("1", "2")), null))
        .isEqualTo(Row.of("1", "4"));
  }

  @Test
  void rulesReachIntoJson() {
    TableSchema table = Tables.table("id bigint", "value jsonb");
    Row ours = Row.of("1", "{\"hits\": 5, \"name\": \"b\"}");

    assertThat(
            after(
                merge(
                    table,
                    rule("sum"),
                    Row.of("1", "{\"hits\": 2, \"name\": \"a\"}"),
                    ours,
                    Row.of("1", "{\"hits\": 3, \"name\": \"a\"}")),
                ours))
        .isEqualTo(Row.of("1", "{\"hits\":6,\"name\":\"b\"}"));
  }

  @Test
  void enumsAreOrderedByTheirLabels() {
    DataType mood =
        new DataType(DataType.Kind.ENUM, "mood", null, List.of(), List.of("sad", "ok", "happy"));

    assertThat(ValueOrder.compare(mood, "sad", "happy")).hasValue(-1);
    assertThat(ValueOrder.compare(mood, "happy", "ok")).hasValue(1);
    assertThat(ValueOrder.compare(mood, "happy", "gone")).isEmpty();
  }

  @Test
  void aPolicyKnowsItsTables() {
    TableSchema users = Tables.table("id bigint", "logins bigint", "profile jsonb");
    ConflictSettings settings =
        new ConflictSettings(
            new Rule("target_wins", null, null),
            Map.of("users", new Rule("source_wins", null, "whole")),
            Map.of(
                "users.logins",
                new Rule("sum", null, "by_key"),
                "user.profile",
                new Rule("max", null, null)));

    ConflictRule source = new ConflictRule.SourceWins();
    assertThat(new ConflictPolicy(settings).forTable("users", users))
        .isEqualTo(
            new ConflictRules(source, Map.of("logins", new ConflictRule.Sum()), Set.of("profile")));
    assertThat(new ConflictPolicy(settings).forTable("orders", users))
        .isEqualTo(new ConflictRules(new ConflictRule.TargetWins(), Map.of()));

    // when a merge brings rules of its own, they beat what is as narrow or narrower
    ConflictSettings ofMerge =
        new ConflictSettings(
            null,
            Map.of("users", new Rule("manual", null, null)),
            Map.of("users.profile", new Rule("max", null, null)));
    assertThat(new ConflictPolicy(ofMerge.over(settings)).forTable("users", users))
        .isEqualTo(
            new ConflictRules(
                new ConflictRule.Manual(),
                Map.of("profile", new ConflictRule.Max()),
                Set.of("profile")));
    ConflictSettings all = new ConflictSettings(new Rule("min", null, null), null, null);
    assertThat(new ConflictPolicy(all.over(settings)).forTable("users", users))
        .isEqualTo(new ConflictRules(new ConflictRule.Min(), Map.of(), Set.of("profile")));
  }

  @Test
  void unknownRulesAreRefused() {
    assertThatThrownBy(() -> ConflictRule.of("newest", null)).hasMessageContaining("newest");
    assertThatThrownBy(() -> ConflictRule.of("last_write_wins", null))
        .hasMessageContaining("timestamp_field");
  }

  private static ConflictRules rule(String name) {
    return new ConflictRules(ConflictRule.of(name, null), Map.of());
  }

  private static MergeOutcome merge(
      TableSchema table, ConflictRules rules, Row base, Row ours, Row theirs) {
    return new RowMerge("t1", "things", table, MergeStrategy.DEFAULT, rules)
        .merge(new ThreeWayRow(KEY, base, ours, theirs));
  }

  private static Row after(MergeOutcome outcome, Row ours) {
    return switch (outcome) {
      case MergeOutcome.Unchanged _ -> ours;
      case MergeOutcome.Write(RowChange change) -> change.after();
      case MergeOutcome.Conflict(RowConflict conflict) -> throw new AssertionError(conflict);
    };
  }
}
