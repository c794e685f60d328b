package dev.epoch.model.schema.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.FunctionDefinition;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.model.schema.object.TableDefinition.RowSecurity;
import dev.epoch.model.schema.object.TriggerDefinition;
import dev.epoch.model.schema.object.ViewDefinition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MergedObjectsTest {
  private static final ObjectName T = new ObjectName("public", "t");
  private static final TableDefinition TABLE = table(T);

  @Test
  void whatOneSideChangedIsTaken() {
    // given
    DatabaseSchema base = schema(TABLE, view("a", "SELECT 1"), view("b", "SELECT 1"));
    DatabaseSchema ours = schema(TABLE, view("a", "SELECT 2"), view("b", "SELECT 1"));
    DatabaseSchema theirs = schema(TABLE, view("a", "SELECT 1"), view("c", "SELECT 3"));

    // when
    MergedObjects merged = merge(base, ours, theirs, Optional.empty());

    // then
    assertThat(merged.given().values()).containsExactly(view("c", "SELECT 3"));
    assertThat(merged.gone()).containsExactly(view("b", "").id());
    assertThat(merged.conflicts()).isEmpty();
    assertThat(merged.after(ours))
        .isEqualTo(schema(TABLE, view("a", "SELECT 2"), view("c", "SELECT 3")));
  }

  @Test
  void whatBothSidesChangedIsAConflictUntilItIsDecided() {
    DatabaseSchema base = schema(TABLE, view("v", "SELECT 1"));
    DatabaseSchema ours = schema(TABLE, view("v", "SELECT 2"));
    DatabaseSchema theirs = schema(TABLE, view("v", "SELECT 3"));

    assertThat(merge(base, ours, theirs, Optional.empty()).conflicts()).hasSize(1);
    MergedObjects decided = merge(base, ours, theirs, Optional.of(new SchemaResolution.Theirs()));
    assertThat(decided.conflicts()).isEmpty();
    assertThat(decided.given().values()).containsExactly(view("v", "SELECT 3"));
    assertThat(merge(base, ours, theirs, Optional.of(new SchemaResolution.Ours())).isEmpty())
        .isTrue();
  }

  @Test
  void whatNeedsATableThatDoesNotComeStays() {
    // given
    TableDefinition scratch = table(new ObjectName("public", "scratch"));
    ViewDefinition over = view("over", "SELECT 1", scratch.id());
    ViewDefinition overThat = view("over_that", "SELECT 2", over.id());

    // when
    MergedObjects merged =
        merge(
            schema(TABLE),
            schema(TABLE),
            schema(TABLE, scratch, over, overThat, view("other", "SELECT 3", TABLE.id())),
            Optional.empty());

    // then
    assertThat(merged.given().keySet()).extracting(id -> id.name().name()).containsExactly("other");
  }

  @Test
  void triggersComeWithTheirFunctionsAndGoWithThem() {
    // given
    FunctionDefinition function = function("shout()");
    TriggerDefinition trigger =
        new TriggerDefinition(
            "shouting",
            "CREATE TRIGGER shouting BEFORE INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION"
                + " shout()",
            TriggerDefinition.Enabled.ORIGIN,
            null);
    TableDefinition shouting = table(T, List.of(), List.of(trigger), Set.of(function.id()));

    // when
    MergedObjects comes =
        merge(schema(TABLE), schema(TABLE), schema(shouting, function), Optional.empty());
    MergedObjects goes =
        merge(
            schema(shouting, function),
            schema(shouting, function),
            schema(TABLE),
            Optional.empty());

    // then
    assertThat(comes.after(schema(TABLE))).isEqualTo(schema(shouting, function));
    assertThat(goes.after(schema(shouting, function))).isEqualTo(schema(TABLE));
  }

  @Test
  void viewsStandAsideWhileTablesChangeAndFunctionsAreThere() {
    // given
    ViewDefinition changed = view("changed", "SELECT 1", TABLE.id());
    ViewDefinition over = view("over", "SELECT 2", changed.id());
    FunctionDefinition twice = function("twice(integer)");
    FunctionDefinition other = function("other()");
    TableDefinition computed =
        table(
            T,
            List.of(
                new ColumnDefinition(
                    "c1",
                    "double",
                    "integer",
                    true,
                    null,
                    new ColumnDefinition.Generated("twice(id)", true),
                    null,
                    null,
                    null)),
            List.of(),
            Set.of());
    MergedObjects merged =
        merge(
            schema(TABLE, changed, over),
            schema(TABLE, changed, over),
            schema(TABLE, view("changed", "SELECT 3", TABLE.id()), over, twice, other),
            Optional.empty());

    // when
    DatabaseSchema between = merged.between(schema(computed, changed, over));

    // then: rows are asked for constraints, which may call any of them
    assertThat(between).isEqualTo(schema(computed, twice, other));
    assertThat(merged.after(schema(computed, changed, over)))
        .isEqualTo(schema(computed, view("changed", "SELECT 3", TABLE.id()), over, twice, other));
  }

  private static MergedObjects merge(
      DatabaseSchema base,
      DatabaseSchema ours,
      DatabaseSchema theirs,
      Optional<SchemaResolution> decision) {
    return MergedObjects.of(base, ours, theirs, Set.of(T), _ -> decision);
  }

  private static DatabaseSchema schema(SchemaObject... objects) {
    return DatabaseSchema.of(Stream.of(objects).toList());
  }

  private static ViewDefinition view(String name, String query, ObjectId... needs) {
    return new ViewDefinition(
        new ObjectName("public", name),
        false,
        List.of("id"),
        query,
        Map.of(),
        List.of(),
        List.of(),
        null,
        List.of(),
        Set.of(needs));
  }

  private static FunctionDefinition function(String signature) {
    return new FunctionDefinition(
        new ObjectName("public", signature),
        FunctionDefinition.Routine.FUNCTION,
        "CREATE OR REPLACE FUNCTION public." + signature,
        "integer",
        null,
        List.of(),
        Set.of());
  }

  private static TableDefinition table(ObjectName name) {
    return table(name, List.of(), List.of(), Set.of());
  }

  private static TableDefinition table(
      ObjectName name,
      List<ColumnDefinition> columns,
      List<TriggerDefinition> triggers,
      Set<ObjectId> needs) {
    return new TableDefinition(
        name,
        columns,
        List.of(),
        List.of(),
        triggers,
        List.of(),
        RowSecurity.NONE,
        null,
        null,
        false,
        Map.of(),
        null,
        List.of(),
        needs);
  }
}
