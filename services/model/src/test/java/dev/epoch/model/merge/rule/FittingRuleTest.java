package dev.epoch.model.merge.rule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.table.TableSchema;
import dev.epoch.model.Tables;
import dev.epoch.model.merge.ConflictType;
import dev.epoch.model.merge.FieldConflict;
import dev.epoch.model.merge.RowConflict;
import dev.epoch.model.row.RowKey;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FittingRuleTest {
  private static final TableSchema SCHEMA =
      Tables.table(
          "id bigint",
          "name text",
          "credit bigint",
          "small smallint",
          "version bigint",
          "seen timestamp",
          "tags text[]",
          "data jsonb");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "null",
      value = {
        // field | base | ours | theirs | beside | rule
        "seen    | 2024-01-01T00:00:00 | 2024-02-01T00:00:00 | 2024-03-01T00:00:00 | | max",
        "seen    | null | null | 2024-03-01T00:00:00 | | none",
        "version | 1 | 2 | 3 | | max",
        "credit  | 10 | 12 | 13 | | sum",
        "small   | 1 | 32767 | 32767 | | none",
        "credit  | 10 | null | 13 | | none",
        "name    | n | n a | n b | | append_only",
        "name    | n | a | b | | none",
        "name    | n | a | b | seen | last_write_wins seen",
        "data    | [1] | [1,2] | [1,3] | | append_only",
        "data    | 1 | 2 | 3 | seen | last_write_wins seen",
        "gone    | n | a | b | | none"
      })
  void hasAnAnswerForTheConflict(
      String field, String base, String ours, String theirs, String beside, String rule) {
    FieldConflict conflict = FieldConflict.whole(field, base, ours, theirs);
    List<FieldConflict> fields = new ArrayList<>(List.of(conflict));
    if (beside != null) {
      fields.add(FieldConflict.whole(beside, null, "2024-02-01T00:00:00", "2024-03-01T00:00:00"));
    }

    assertThat(told(ConflictType.MODIFY_MODIFY, fields, conflict)).isEqualTo(rule);
    assertThat(told(ConflictType.MODIFY_DELETE, fields, conflict)).isEqualTo("none");
  }

  private static String told(
      ConflictType type, List<FieldConflict> fields, FieldConflict conflict) {
    return FittingRule.of(
            SCHEMA, new RowConflict("t", "t", RowKey.of("1"), type, fields, null), conflict)
        .map(rule ->
            rule instanceof ConflictRule.LastWriteWins(String by)
                ? rule.wireName() + " " + by
                : rule.wireName())
        .orElse("none");
  }
}
