package dev.epoch.model.schema.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.ColumnDefinition.ColumnDefault;
import dev.epoch.model.schema.object.ColumnDefinition.DefaultKind;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.EnumType;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.Privilege;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.model.schema.object.TableDefinition.RowSecurity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SchemaDifferenceTest {
  @Test
  void differsInNothingButTheOrderOfColumns() {
    // given
    TableDefinition one = table("t", List.of(column("a", "integer"), column("b", "text")));
    TableDefinition other = table("t", List.of(column("b", "text"), column("a", "integer")));

    // when, then
    assertTrue(SchemaDifference.between(schema(one), schema(other)).isEmpty());
  }

  @Test
  void namesObjectsThatAreNewAndGone() {
    SchemaDifference difference =
        SchemaDifference.between(
            schema(table("gone", List.of())),
            schema(table("fresh", List.of()), labels("mood", "ok")));

    assertEquals(
        List.of("enum public.mood ADDED", "table public.fresh ADDED", "table public.gone REMOVED"),
        difference.changes().values().stream().map(c -> c.id() + " " + c.type()).toList());
  }

  @Test
  void knowsARenamedColumnByItsIdAndOthersByName() {
    TableDefinition before = table("t", List.of(column("c1", "a", "integer"), column("b", "text")));
    TableDefinition after =
        table("t", List.of(column("c1", "amount", "bigint"), column("c2", "b", "text")));

    PartChange part = onlyPart(before, after);

    PartChange.OfColumn column = assertInstanceOf(PartChange.OfColumn.class, part);
    assertTrue(column.renamed() && column.retyped());
    assertEquals("amount", column.name());
  }

  @Test
  void columnsThatSwapNamesAreRenamed() {
    TableDefinition before =
        table("t", List.of(column("c1", "a", "text"), column("c2", "b", "text")));
    TableDefinition after =
        table("t", List.of(column("c1", "b", "text"), column("c2", "a", "text")));

    ObjectChange.Modified change = modified(before, after);

    assertEquals(
        List.of("b -> a", "a -> b"),
        change.parts(PartChange.OfColumn.class).stream()
            .map(c -> c.before().name() + " -> " + c.after().name())
            .toList());
  }

  @Test
  void tellsLabelsThatCameWentOrMoved() {
    ObjectChange.Modified change =
        modified(labels("mood", "a", "b", "c"), labels("mood", "c", "b", "d"));

    assertEquals(
        List.of(
            new PartChange.OfLabel("a", null),
            new PartChange.OfLabel(null, "d"),
            new PartChange.OfLabelOrder(List.of("b", "c"), List.of("c", "b"))),
        change.parts());
  }

  @Test
  void tellsConstraintsGrantsFactsAndComments() {
    TableDefinition before = table("t", List.of());
    TableDefinition after =
        new TableDefinition(
            before.name(),
            List.of(),
            List.of(
                new ConstraintDefinition(
                    "positive",
                    ConstraintDefinition.Kind.CHECK,
                    "CHECK ((a > 0))",
                    List.of("a"),
                    null,
                    false,
                    false,
                    false,
                    true,
                    null)),
            List.of(),
            List.of(),
            List.of(),
            RowSecurity.ENABLED,
            null,
            null,
            false,
            Map.of("fillfactor", "70"),
            "money",
            List.of(new Privilege("app", "SELECT", List.of(), false)),
            Set.of());

    assertEquals(
        List.of("positive", "row security", "storage parameters", "SELECT to app", ""),
        modified(before, after).parts().stream().map(PartChange::name).toList());
  }

  @Test
  void aThousandTablesThatDifferInTenAreComparedInFiftyMilliseconds() {
    // given
    List<SchemaObject> before = new ArrayList<>();
    List<SchemaObject> after = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      before.add(wide("table_" + i, "integer"));
      after.add(wide("table_" + i, i % 100 == 0 ? "bigint" : "integer"));
    }
    DatabaseSchema one = DatabaseSchema.of(before);
    DatabaseSchema other = DatabaseSchema.of(after);

    // when
    long best = Long.MAX_VALUE;
    for (int round = 0; round < 20; round++) {
      long start = System.nanoTime();
      assertEquals(10, SchemaDifference.between(one, other).changes().size());
      best = Math.min(best, System.nanoTime() - start);
    }

    // then
    assertTrue(best < 50_000_000, best + " ns");
  }

  private static TableDefinition wide(String name, String type) {
    List<ColumnDefinition> columns = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      columns.add(
          new ColumnDefinition(
              "column_" + i,
              "column_" + i,
              i == 7 ? new String(type) : new String("integer"),
              true,
              new ColumnDefault("0", DefaultKind.LITERAL, true),
              null,
              null,
              null,
              null));
    }
    return table(name, columns);
  }

  private static PartChange onlyPart(SchemaObject before, SchemaObject after) {
    List<PartChange> parts = modified(before, after).parts();
    assertEquals(1, parts.size(), parts::toString);
    return parts.getFirst();
  }

  private static ObjectChange.Modified modified(SchemaObject before, SchemaObject after) {
    return assertInstanceOf(
        ObjectChange.Modified.class,
        SchemaDifference.between(schema(before), schema(after)).of(after.id()).orElseThrow());
  }

  private static DatabaseSchema schema(SchemaObject... objects) {
    return DatabaseSchema.of(List.of(objects));
  }

  private static EnumType labels(String name, String... labels) {
    return new EnumType(new ObjectName("public", name), List.of(labels), null, List.of());
  }

  private static ColumnDefinition column(String name, String type) {
    return column(name, name, type);
  }

  private static ColumnDefinition column(String id, String name, String type) {
    return new ColumnDefinition(id, name, type, true, null, null, null, null, null);
  }

  private static TableDefinition table(String name, List<ColumnDefinition> columns) {
    return new TableDefinition(
        new ObjectName("public", name),
        columns,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        RowSecurity.NONE,
        null,
        null,
        false,
        Map.of(),
        null,
        List.of(),
        Set.of());
  }
}
