package dev.epoch.model.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.Index;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.Tables;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SchemaHashTest {
  private static final Column ID = column("c1", "id", Tables.type("bigint"));
  private static final Column NAME = column("c2", "name", Tables.type("text"));
  private static final Constraint CHECK =
      new Constraint(
          "ck", Constraint.Kind.CHECK, List.of("name"), "CHECK (name <> '')", null, null, false);
  private static final Constraint UNIQUE =
      new Constraint(
          "uq", Constraint.Kind.UNIQUE, List.of("name"), "UNIQUE (name)", null, null, false);
  private static final Index INDEX = new Index("ix", "CREATE INDEX ...", false);
  private static final Index OTHER_INDEX = new Index("jx", "CREATE INDEX ...", false);
  private static final TableSchema TABLE =
      new TableSchema(
          List.of(ID, NAME), List.of("id"), List.of(CHECK, UNIQUE), List.of(INDEX, OTHER_INDEX));

  /** A hash that was ever stored never changes. */
  @Test
  void aKnownHash() {
    assertThat(SchemaHash.of(TABLE))
        .hasToString("0b81fca9698da241283c05fa01d18958e2744c5ffdd7e6822edb80c7d4a77080");
  }

  @Test
  void constraintsAndIndexesHaveNoOrder() {
    assertThat(
            SchemaHash.of(
                new TableSchema(
                    TABLE.columns(),
                    TABLE.primaryKey(),
                    List.of(UNIQUE, CHECK),
                    List.of(OTHER_INDEX, INDEX))))
        .isEqualTo(SchemaHash.of(TABLE));
  }

  @Test
  void shapeLeavesOutIdsAndOrderOfColumns() {
    TableSchema twin =
        withColumns(column("x9", "name", Tables.type("text")), column("x8", "id", ID.type()));

    assertThat(SchemaHash.of(twin)).isNotEqualTo(SchemaHash.of(TABLE));
    assertThat(SchemaHash.shape(twin)).isEqualTo(SchemaHash.shape(TABLE));
    assertThat(SchemaHash.shape(withColumns(ID))).isNotEqualTo(SchemaHash.shape(TABLE));
  }

  @Test
  void everyPartCounts() {
    DataType.Kind text = DataType.Kind.TEXT;
    List<TableSchema> schemas =
        new ArrayList<>(
            List.of(
                TABLE,
                withColumns(NAME, ID),
                withColumns(ID),
                withColumns(ID, column("c3", "name", NAME.type())),
                withColumns(ID, column("c2", "nam", NAME.type())),
                withColumns(ID, new Column("c2", "name", NAME.type(), false, null, null, null)),
                withColumns(ID, new Column("c2", "name", NAME.type(), true, "x", null, null)),
                withColumns(ID, new Column("c2", "name", NAME.type(), true, null, "x", null)),
                withColumns(ID, new Column("c2", "name", NAME.type(), true, null, null, "x")),
                new TableSchema(
                    TABLE.columns(), List.of("name"), TABLE.constraints(), TABLE.indexes()),
                new TableSchema(TABLE.columns(), TABLE.primaryKey(), List.of(), TABLE.indexes()),
                new TableSchema(
                    TABLE.columns(), TABLE.primaryKey(), TABLE.constraints(), List.of())));
    DataType element = Tables.type("text");
    for (DataType type :
        List.of(
            new DataType(text, "x", null, List.of(), List.of()),
            new DataType(DataType.Kind.OTHER, "x", null, List.of(), List.of()),
            new DataType(text, "x", element, List.of(), List.of()),
            new DataType(text, "x", null, List.of(new DataType.Field("f", element)), List.of()),
            new DataType(text, "x", null, List.of(new DataType.Field("g", element)), List.of()),
            new DataType(text, "x", null, List.of(), List.of("a", "b")),
            new DataType(text, "x", null, List.of(), List.of("b", "a")),
            new DataType(text, "x", null, List.of(), List.of("a, b")))) {
      schemas.add(withColumns(ID, column("c2", "name", type)));
    }
    List<Constraint> constraints =
        List.of(
            new Constraint("c", Constraint.Kind.CHECK, List.of("a", "b"), "d", null, null, false),
            new Constraint("c", Constraint.Kind.UNIQUE, List.of("a", "b"), "d", null, null, false),
            new Constraint("c", Constraint.Kind.CHECK, List.of("b", "a"), "d", null, null, false),
            new Constraint("c", Constraint.Kind.CHECK, List.of("a"), "d", null, null, false),
            new Constraint("c", Constraint.Kind.CHECK, List.of("a"), "d", "r", null, false),
            new Constraint("c", Constraint.Kind.CHECK, List.of("a"), "d", "r", List.of("x"), false),
            new Constraint("c", Constraint.Kind.CHECK, List.of("a"), "d", null, null, true));
    for (Constraint constraint : constraints) {
      schemas.add(
          new TableSchema(TABLE.columns(), TABLE.primaryKey(), List.of(constraint), List.of()));
    }
    schemas.add(
        new TableSchema(
            TABLE.columns(),
            TABLE.primaryKey(),
            TABLE.constraints(),
            List.of(INDEX, new Index("jx", "CREATE INDEX ...", true))));

    assertThat(schemas.stream().map(SchemaHash::of).distinct()).hasSize(schemas.size());
  }

  @Test
  void differences() {
    Column renamed = column("c2", "full_name", Tables.type("text"));
    Column added = column("c3", "age", Tables.type("bigint"));
    Index unique = new Index("ix", "CREATE UNIQUE INDEX ...", true);
    Constraint stricter =
        new Constraint(
            "ck",
            Constraint.Kind.CHECK,
            List.of("name"),
            "CHECK (length(name) > 1)",
            null,
            null,
            false);
    TableSchema after =
        new TableSchema(
            List.of(added, renamed, ID), List.of("full_name"), List.of(stricter), List.of(unique));

    SchemaDiff diff = SchemaDiff.between(TABLE, after);

    assertThat(diff.changes())
        .containsExactly(
            new SchemaChange.ColumnModified(NAME, renamed),
            new SchemaChange.ColumnAdded(added),
            new SchemaChange.ColumnsReordered(List.of("c1", "c2"), List.of("c2", "c1")),
            new SchemaChange.PrimaryKeyChanged(List.of("id"), List.of("full_name")),
            new SchemaChange.ConstraintRemoved(UNIQUE),
            new SchemaChange.ConstraintModified(CHECK, stricter),
            new SchemaChange.IndexRemoved(OTHER_INDEX),
            new SchemaChange.IndexModified(INDEX, unique));
    assertThat(new SchemaChange.ColumnModified(NAME, renamed).renamed()).isTrue();
    assertThat(new SchemaChange.ColumnModified(NAME, renamed).retyped()).isFalse();
    assertThat(SchemaDiff.between(TABLE, TABLE).isEmpty()).isTrue();
    assertThat(SchemaDiff.between(after, TABLE).changes())
        .contains(new SchemaChange.ColumnRemoved(added), new SchemaChange.ConstraintAdded(UNIQUE));
  }

  private static TableSchema withColumns(Column... columns) {
    return new TableSchema(
        List.of(columns), TABLE.primaryKey(), TABLE.constraints(), TABLE.indexes());
  }

  private static Column column(String id, String name, DataType type) {
    return new Column(id, name, type, true, null, null, null);
  }
}
