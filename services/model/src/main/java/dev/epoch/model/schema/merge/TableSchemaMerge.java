package dev.epoch.model.schema.merge;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.Index;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.ColumnDefinition.ColumnDefault;
import dev.epoch.model.schema.object.ColumnDefinition.DefaultKind;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.ConstraintDefinition.Kind;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.IndexDefinition;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectKind;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.TableDefinition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The three-way merge of one table's schemas as commits record them: by the rules of {@link
 * SchemaMerge}, of which this is the other form.
 */
public final class TableSchemaMerge {
  /** Stands for the key among the constraints. */
  private static final String KEY = "primary key";

  private static final String USING = " USING ";

  private final ObjectName table;
  private final Map<String, DataType> types = new HashMap<>();
  private final List<Constraint> constraints = new ArrayList<>();

  /** By id: what rows had in columns when they were added belongs to the column for ever. */
  private final Map<String, Column> added = new HashMap<>();

  private TableSchemaMerge(ObjectName table) {
    this.table = table;
  }

  /**
   * @param table that conflicts name
   * @param resolutions by {@link SchemaConflict#path}
   */
  public static MergedTable merge(
      ObjectName table,
      TableSchema base,
      TableSchema ours,
      TableSchema theirs,
      Map<String, SchemaResolution> resolutions) {
    if (ours.equals(theirs) || theirs.equals(base)) {
      return new MergedTable(ours, List.of(), Map.of());
    }
    if (ours.equals(base)) {
      return new MergedTable(theirs, List.of(), Map.of());
    }
    MergedTable merged =
        new TableSchemaMerge(table)
            .merge(
                NotNulls.without(base),
                NotNulls.without(ours),
                NotNulls.without(theirs),
                resolutions);
    return new MergedTable(
        NotNulls.with(merged.schema(), ours, theirs), merged.conflicts(), merged.unified());
  }

  private MergedTable merge(
      TableSchema base,
      TableSchema ours,
      TableSchema theirs,
      Map<String, SchemaResolution> resolutions) {
    DatabaseSchema before = schema(base);
    TableSchema left = withLabels(base, ours, theirs);
    TableSchema right = withLabels(base, theirs, ours);
    // what ours says comes last: it is what remains of a part that both have
    DatabaseSchema source = schema(right);
    DatabaseSchema target = schema(left);
    MergedSchema merged = SchemaMerge.merge(before, target, source, resolutions);
    return new MergedTable(
        schema(merged.schema().table(table).orElseThrow()),
        merged.conflicts().stream()
            .map(TableSchemaMerge::conflict)
            .map(found -> ofRetyped(found, base, ours, theirs))
            .toList(),
        merged.unified().getOrDefault(table, Map.of()));
  }

  /**
   * Labels of enums that the other side has added, or dropped, are no other type; nor are those of
   * an enum that both sides have made, and one of them with all labels of the other.
   */
  private static TableSchema withLabels(TableSchema base, TableSchema side, TableSchema other) {
    List<Column> columns = new ArrayList<>();
    for (Column column : side.columns()) {
      Optional<DataType> before = of(base, column).map(Column::type);
      columns.add(
          of(other, column)
              .flatMap(there -> withLabels(before, column.type(), there.type()))
              .map(column::withType)
              .orElse(column));
    }
    return new TableSchema(columns, side.primaryKey(), side.constraints(), side.indexes());
  }

  private static Optional<Column> of(TableSchema side, Column column) {
    return side.columns().stream().filter(c -> c.id().equals(column.id())).findFirst();
  }

  private static Optional<DataType> withLabels(
      Optional<DataType> base, DataType side, DataType other) {
    boolean sameName = side.kind() == other.kind() && side.name().equals(other.name());
    if (!sameName || base.filter(before -> !before.name().equals(side.name())).isPresent()) {
      return Optional.empty();
    }
    if (side.kind() == DataType.Kind.ARRAY && side.element() != null && other.element() != null) {
      return withLabels(base.map(DataType::element), side.element(), other.element())
          .map(element -> side.renamed(side.name(), element));
    }
    if (side.kind() == DataType.Kind.DOMAIN) {
      // all branches find it by now, as the base has it
      return base.filter(before ->
          side.rules().isEmpty()
              && !before.rules().isEmpty()
              && !other.rules().isEmpty()
              && !other.rules().equals(before.rules()));
    }
    if (side.kind() != DataType.Kind.ENUM) {
      return Optional.empty();
    }
    return (base.isPresent()
            ? EnumLabels.merged(base.get().labels(), side.labels(), other.labels())
            : larger(side.labels(), other.labels()))
        .map(labels -> new DataType(side.kind(), side.name(), null, List.of(), labels));
  }

  /** Of two lists of labels that which has all of the other; of two in other orders the first. */
  private static Optional<List<String>> larger(List<String> one, List<String> other) {
    List<String> first = one.toString().compareTo(other.toString()) <= 0 ? one : other;
    List<String> second = first == one ? other : one;
    return first.containsAll(second)
        ? Optional.of(first)
        : second.containsAll(first) ? Optional.of(second) : Optional.empty();
  }

  private DatabaseSchema schema(TableSchema side) {
    List<ConstraintDefinition> parts = new ArrayList<>();
    parts.add(
        new ConstraintDefinition(
            KEY,
            Kind.PRIMARY_KEY,
            "PRIMARY KEY ("
                + String.join(", ", side.primaryKey().stream().map(SqlNames::quoted).toList())
                + ")",
            side.primaryKey(),
            null,
            false,
            false,
            false,
            true,
            null));
    side.constraints().forEach(constraint -> parts.add(constraint(constraint)));
    return DatabaseSchema.of(
        List.of(
            new TableDefinition(
                table,
                side.columns().stream().map(this::column).toList(),
                parts,
                side.indexes().stream().map(this::index).toList(),
                List.of(),
                List.of(),
                TableDefinition.RowSecurity.NONE,
                null,
                null,
                false,
                Map.of(),
                null,
                List.of(),
                Set.of())));
  }

  private ColumnDefinition column(Column column) {
    added.put(column.id(), column);
    String type = column.type().name();
    DataType known = types.putIfAbsent(type, column.type());
    if (known != null && !known.equals(column.type())) {
      type = told(column.type());
      types.put(type, column.type());
    }
    return new ColumnDefinition(
        column.id(),
        column.name(),
        type,
        column.nullable(),
        column.defaultExpression() == null
            ? null
            : new ColumnDefault(column.defaultExpression(), DefaultKind.EXPRESSION, false),
        column.generatedExpression() == null
            ? null
            : new ColumnDefinition.Generated(column.generatedExpression(), true),
        null,
        // there are no collations here, and identities are texts
        column.identity(),
        null);
  }

  /** A type as people read it, where its name is that of another one. */
  private static String told(DataType type) {
    if (!type.rules().isEmpty()) {
      return type.name() + " (" + String.join(" ", type.rules()) + ")";
    }
    DataType element = type.kind() == DataType.Kind.ARRAY ? type.element() : type;
    return element == null || element.kind() != DataType.Kind.ENUM
        ? type.toString()
        : type.name()
            + element.labels().stream()
                .map(label -> "'" + label + "'")
                .collect(Collectors.joining(", ", " (", ")"));
  }

  private static Kind kind(Constraint constraint) {
    return switch (constraint.kind()) {
      // the key is told by itself
      case PRIMARY_KEY, UNIQUE -> Kind.UNIQUE;
      case FOREIGN_KEY -> Kind.FOREIGN_KEY;
      case CHECK, NOT_NULL -> Kind.CHECK;
      case EXCLUSION -> Kind.EXCLUSION;
    };
  }

  private ConstraintDefinition constraint(Constraint constraint) {
    constraints.add(constraint);
    return new ConstraintDefinition(
        constraint.name(),
        kind(constraint),
        constraint.definition(),
        constraint.columns(),
        constraint.referencesTable() == null
            ? null
            : new ConstraintDefinition.Reference(
                referenced(constraint.referencesTable()),
                constraint.referencesColumns(),
                "",
                "",
                ""),
        false,
        constraint.deferrable(),
        false,
        true,
        null);
  }

  private ObjectName referenced(String name) {
    return name.equals(table.toString()) || name.equals(table.name())
        ? table
        : new ObjectName("", name);
  }

  private IndexDefinition index(Index index) {
    int at = index.definition().indexOf(USING);
    int body = at < 0 ? 0 : at + USING.length();
    return new IndexDefinition(
        index.name(),
        index.definition().substring(0, body),
        index.unique(),
        false,
        List.of(
            new IndexDefinition.Key(index.definition().substring(body), null, null, null, null)),
        List.of(),
        null,
        Map.of(),
        null);
  }

  private TableSchema schema(TableDefinition merged) {
    List<Constraint> kept = new ArrayList<>();
    List<String> key = List.of();
    for (ConstraintDefinition constraint : merged.constraints()) {
      if (constraint.name().equals(KEY)) {
        key = constraint.columns();
      } else {
        kept.add(
            new Constraint(
                constraint.name(),
                former(constraint).kind(),
                constraint.columns(),
                constraint.definition(),
                constraint.references() == null ? null : reference(constraint.references()),
                constraint.references() == null ? List.of() : constraint.references().columns(),
                constraint.deferrable()));
      }
    }
    return new TableSchema(
        merged.columns().stream().map(this::column).toList(),
        key,
        kept,
        merged.indexes().stream()
            .map(index ->
                new Index(
                    index.name(),
                    index.method() + index.keys().getFirst().expression(),
                    index.unique()))
            .toList());
  }

  /** One of a side: another side may have another kind under that name. */
  private Constraint former(ConstraintDefinition merged) {
    List<Constraint> named =
        constraints.stream().filter(c -> c.name().equals(merged.name())).toList().reversed();
    return Stream.concat(
            named.stream().filter(c -> c.definition().equals(merged.definition())),
            // columns in its text may have other names by now, or somebody has written it
            named.stream().filter(c -> kind(c) == merged.kind()))
        .findFirst()
        .orElseThrow();
  }

  /** As the database prints it. */
  private String reference(ConstraintDefinition.Reference reference) {
    return reference.table().equals(table)
        ? constraints.stream()
            .map(Constraint::referencesTable)
            .filter(name -> name != null && referenced(name).equals(table))
            .findFirst()
            .orElseThrow()
        : reference.table().name();
  }

  private Column column(ColumnDefinition column) {
    return new Column(
        column.id(),
        column.name(),
        types.getOrDefault(column.type(), DataType.of(DataType.Kind.OTHER, column.type())),
        column.nullable(),
        column.defaultValue() == null ? null : column.defaultValue().expression(),
        column.generated() == null ? null : column.generated().expression(),
        column.collation(),
        added.get(column.id()).initialDefault(),
        added.get(column.id()).filled());
  }

  /**
   * A column that got another type on a branch is another one there, of the same name: the side
   * that has it is told with it, not as one that has dropped the column.
   */
  private static SchemaConflict ofRetyped(
      SchemaConflict found, TableSchema base, TableSchema ours, TableSchema theirs) {
    if (found.part() != SchemaConflict.Part.COLUMN) {
      return found;
    }
    if (found.fact().equals("type") && found.base() == null) {
      return base.column(found.name())
          .map(column ->
              with(found, found.type(), PartText.of(column.type()), found.ours(), found.theirs()))
          .orElse(found);
    }
    if (!found.fact().isEmpty() || found.type() != SchemaConflictType.DELETE_MODIFY) {
      return found;
    }
    Optional<Column> other = (found.ours() == null ? ours : theirs).column(found.name());
    return other
        .map(PartText::of)
        .map(text ->
            with(
                found,
                SchemaConflictType.TYPE_MISMATCH,
                found.base(),
                found.ours() == null ? text : found.ours(),
                found.theirs() == null ? text : found.theirs()))
        .orElse(found);
  }

  private static SchemaConflict with(
      SchemaConflict found, SchemaConflictType type, String base, String ours, String theirs) {
    return new SchemaConflict(
        type, found.object(), found.part(), found.name(), found.fact(), base, ours, theirs);
  }

  private static SchemaConflict conflict(SchemaConflict found) {
    return new SchemaConflict(
        found.type(),
        new ObjectId(ObjectKind.TABLE, found.object().name()),
        found.part(),
        found.name(),
        found.fact().equals("collation") ? "identity" : found.fact(),
        found.base(),
        found.ours(),
        found.theirs());
  }
}
