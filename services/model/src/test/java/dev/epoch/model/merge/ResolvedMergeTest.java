package dev.epoch.model.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.table.TableSchema;
import dev.epoch.model.Tables;
import dev.epoch.model.merge.rule.ConflictRules;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.ThreeWayRow;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResolvedMergeTest {
  private static final TableSchema USERS =
      Tables.table("id bigint", "name text", "city text", "age bigint", "data jsonb", "sum *text");
  private static final RowKey KEY = RowKey.of("1");
  private static final Row BASE = user("a", "x", "1", "{}");
  private static final Row OURS = user("b", "y", "2", "{}");
  private static final Row THEIRS = user("c", "z", "1", "{}");
  private static final Resolution.Ours TAKE_OURS = new Resolution.Ours();
  private static final Resolution.Theirs TAKE_THEIRS = new Resolution.Theirs();
  private static final Resolution.Base TAKE_BASE = new Resolution.Base();
  private static final Resolution.DeleteRow DELETE = new Resolution.DeleteRow();

  private final RowMerge merge =
      new RowMerge("t1", "users", USERS, MergeStrategy.DEFAULT, ConflictRules.MANUAL);

  @Test
  void withoutDecisionsNothingIsSettled() {
    assertThat(open(resolve(BASE, OURS, THEIRS))).containsExactly("name", "city");
    assertThat(open(resolve(BASE, null, THEIRS))).containsExactly("name", "city");
  }

  @Test
  void aWholeRow() {
    assertThat(row(resolve(BASE, OURS, THEIRS, all(TAKE_OURS)))).isEqualTo(OURS);
    assertThat(row(resolve(BASE, OURS, THEIRS, all(TAKE_THEIRS))))
        .isEqualTo(user("c", "z", "2", "{}"));
    assertThat(row(resolve(BASE, OURS, THEIRS, all(TAKE_BASE))))
        .isEqualTo(user("a", "x", "2", "{}"));
    assertThat(row(resolve(BASE, OURS, THEIRS, all(DELETE)))).isNull();
    assertThat(row(resolve(BASE, OURS, THEIRS, all(value("name", "n", "city", null)))))
        .isEqualTo(user("n", null, "2", "{}"));
  }

  @Test
  void fieldsComeTogether() {
    MergeOutcome half = resolve(BASE, OURS, THEIRS, field("name", TAKE_THEIRS));

    assertThat(open(half)).containsExactly("city");
    assertThat(
            row(
                resolve(
                    BASE,
                    OURS,
                    THEIRS,
                    field("name", TAKE_THEIRS),
                    field("city", value("city", "Rome")))))
        .isEqualTo(user("c", "Rome", "2", "{}"));
  }

  @Test
  void laterDecisionsOverrideEarlierOnesWhereBothSpeak() {
    assertThat(row(resolve(BASE, OURS, THEIRS, all(TAKE_OURS), field("name", TAKE_THEIRS))))
        .isEqualTo(user("c", "y", "2", "{}"));
    assertThat(row(resolve(BASE, OURS, THEIRS, field("name", TAKE_THEIRS), all(TAKE_OURS))))
        .isEqualTo(OURS);
    assertThat(row(resolve(BASE, OURS, THEIRS, all(value("name", "n")), all(TAKE_THEIRS))))
        .isEqualTo(user("c", "z", "2", "{}"));
    assertThat(row(resolve(BASE, OURS, THEIRS, all(DELETE), all(TAKE_OURS)))).isEqualTo(OURS);
    assertThat(row(resolve(BASE, OURS, THEIRS, all(TAKE_OURS), all(DELETE)))).isNull();
  }

  @Test
  void aValueMaySetFieldsThatDoNotConflictButNeitherKeyNorGenerated() {
    Decision decision = all(value("age", "9", "id", "77", "sum", "s", "gone", "g"));

    assertThat(row(resolve(BASE, OURS, THEIRS, all(TAKE_OURS), decision)))
        .isEqualTo(user("b", "y", "9", "{}"));
  }

  @Test
  void rowsThatBothAdded() {
    assertThat(row(resolve(null, OURS, THEIRS, all(TAKE_THEIRS)))).isEqualTo(THEIRS);
    assertThat(row(resolve(null, OURS, THEIRS, all(TAKE_BASE)))).isNull();
    assertThat(row(resolve(null, OURS, THEIRS, all(TAKE_OURS), field("name", TAKE_THEIRS))))
        .isEqualTo(user("c", "y", "2", "{}"));
  }

  @Test
  void rowsThatOneSideDeleted() {
    assertThat(row(resolve(BASE, null, THEIRS, all(TAKE_OURS)))).isNull();
    assertThat(row(resolve(BASE, null, THEIRS, all(TAKE_THEIRS)))).isEqualTo(THEIRS);
    assertThat(row(resolve(BASE, OURS, null, all(TAKE_BASE)))).isEqualTo(BASE);
    assertThat(row(resolve(BASE, OURS, null, all(DELETE)))).isNull();
    assertThat(row(resolve(BASE, OURS, null, field("name", value("name", "n")))))
        .isEqualTo(user("n", "y", "2", "{}"));
    assertThat(row(resolve(BASE, OURS, null, all(TAKE_BASE), field("name", value("name", "n")))))
        .isEqualTo(user("n", "x", "1", "{}"));
    assertThat(open(resolve(BASE, OURS, null, field("name", TAKE_OURS))))
        .containsExactly("name", "city", "age");
    assertThat(open(resolve(BASE, OURS, null, field("name", DELETE)))).isNotEmpty();
  }

  @Test
  void partsOfJson() {
    Row base = BASE.with(4, "{\"a\": 1, \"b\": 1, \"c\": 1}");
    Row ours = BASE.with(4, "{\"a\": 2, \"b\": 2, \"c\": 2}");
    Row theirs = BASE.with(4, "{\"a\": 3, \"b\": 3, \"c\": 1}");

    assertThat(open(resolve(base, ours, theirs))).containsExactly("data/a", "data/b");
    assertThat(open(resolve(base, ours, theirs, field("data/a", TAKE_OURS))))
        .containsExactly("data/b");
    assertThat(row(resolve(base, ours, theirs, field("data", TAKE_THEIRS))).get(4))
        .isEqualTo("{\"a\":3,\"b\":3,\"c\":2}");
    assertThat(
            row(resolve(
                    base,
                    ours,
                    theirs,
                    field("data/a", value("data/a", "[1]")),
                    field("data/b", value("data/b", null))))
                .get(4))
        .isEqualTo("{\"a\":[1],\"c\":2}");
    assertThat(row(resolve(base, ours, theirs, all(value("data", "{\"z\": 1}")))).get(4))
        .isEqualTo("{\"z\": 1}");
    assertThatThrownBy(
            () -> resolve(base, ours, theirs, field("data/a", value("data/a", "no json"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("data/a");
  }

  @Test
  void brokenConstraints() {
    Row theirs = THEIRS.with(1, "a").with(2, "x").with(3, "5");
    RowConflict conflict =
        new RowConflict(
            "t1",
            "users",
            KEY,
            ConflictType.CONSTRAINT,
            List.of(FieldConflict.whole("age", "1", "1", "5")),
            "age_check");
    Decision ours =
        new Decision(new ResolutionSelector("users", null, null, "age_check"), TAKE_OURS);
    Decision other = new Decision(new ResolutionSelector(null, null, null, "other"), TAKE_OURS);

    assertThat(resolve(conflict, BASE, BASE, theirs))
        .isEqualTo(new MergeOutcome.Conflict(conflict));
    assertThat(resolve(conflict, BASE, BASE, theirs, other))
        .isEqualTo(new MergeOutcome.Conflict(conflict));
    assertThat(resolve(conflict, BASE, BASE, theirs, ours)).isEqualTo(new MergeOutcome.Unchanged());
    assertThat(row(resolve(conflict, BASE, BASE, theirs, field("age", value("age", "3")))))
        .isEqualTo(theirs.with(3, "3"));
    assertThat(resolve(conflict, null, null, theirs, ours)).isEqualTo(new MergeOutcome.Unchanged());
  }

  @Test
  void aRowThatConflictsAndThenBreaksAConstraintNeedsBothSettled() {
    RowConflict conflict =
        new RowConflict("t1", "users", KEY, ConflictType.CONSTRAINT, List.of(), "unique_name");

    assertThat(open(resolve(conflict, BASE, OURS, THEIRS, field("name", TAKE_OURS))))
        .containsExactly("city");
    assertThat(
            resolve(
                conflict,
                BASE,
                OURS,
                THEIRS,
                field("name", TAKE_THEIRS),
                field("city", TAKE_THEIRS)))
        .isEqualTo(new MergeOutcome.Conflict(conflict));
    assertThat(row(resolve(conflict, BASE, OURS, THEIRS, all(TAKE_THEIRS)))).isEqualTo(THEIRS);
  }

  @Test
  void selectorsForOtherConflictsAreNotLookedAt() {
    List<ResolutionSelector> others =
        List.of(
            new ResolutionSelector("orders", null, null, null),
            new ResolutionSelector("users", RowKey.of("2"), null, null),
            new ResolutionSelector("users", KEY, "age", null),
            new ResolutionSelector(null, null, null, "age_check"));
    for (ResolutionSelector other : others) {
      assertThat(open(resolve(BASE, OURS, THEIRS, new Decision(other, TAKE_OURS))))
          .containsExactly("name", "city");
    }
    for (String table : List.of("users", "t1")) {
      ResolutionSelector selector = new ResolutionSelector(table, KEY, null, null);
      assertThat(row(resolve(BASE, OURS, THEIRS, new Decision(selector, TAKE_OURS))))
          .isEqualTo(OURS);
    }
  }

  private static Row user(String name, String city, String age, String data) {
    return Row.of("1", name, city, age, data, null);
  }

  private static Decision all(Resolution resolution) {
    return new Decision(ResolutionSelector.ALL, resolution);
  }

  private static Decision field(String field, Resolution resolution) {
    return new Decision(new ResolutionSelector("users", KEY, field, null), resolution);
  }

  private static Resolution value(String... namesAndTexts) {
    Map<String, String> fields = new HashMap<>();
    for (int i = 0; i < namesAndTexts.length; i += 2) {
      fields.put(namesAndTexts[i], namesAndTexts[i + 1]);
    }
    return new Resolution.Value(fields);
  }

  private MergeOutcome resolve(Row base, Row ours, Row theirs, Decision... decisions) {
    MergeOutcome outcome = merge.merge(new ThreeWayRow(KEY, base, ours, theirs));
    return resolve(((MergeOutcome.Conflict) outcome).conflict(), base, ours, theirs, decisions);
  }

  private MergeOutcome resolve(
      RowConflict conflict, Row base, Row ours, Row theirs, Decision... decisions) {
    this.ours = ours;
    return new ResolvedMerge(merge)
        .resolve(new ThreeWayRow(KEY, base, ours, theirs), conflict, Arrays.asList(decisions));
  }

  private Row ours;

  private Row row(MergeOutcome outcome) {
    return switch (outcome) {
      case MergeOutcome.Unchanged _ -> ours;
      case MergeOutcome.Write(RowChange change) -> change.after();
      case MergeOutcome.Conflict(RowConflict conflict) -> throw new AssertionError(conflict);
    };
  }

  private static List<String> open(MergeOutcome outcome) {
    return ((MergeOutcome.Conflict) outcome)
        .conflict().fields().stream().map(FieldConflict::label).toList();
  }
}
