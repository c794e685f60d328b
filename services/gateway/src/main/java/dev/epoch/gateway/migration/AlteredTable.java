package dev.epoch.gateway.migration;

import dev.epoch.events.Rejection.Code;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.migration.TableAlterations.Change;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.schema.migration.SchemaDialect;
import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.ColumnDefinition.ColumnDefault;
import dev.epoch.model.schema.object.ColumnDefinition.DefaultKind;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.DomainType;
import dev.epoch.model.schema.object.EnumType;
import dev.epoch.model.schema.object.IndexDefinition;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectKind;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.SequenceDefinition;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.storage.TablePath;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/** A live table with what the database tells of it, and the same table with another shape. */
final class AlteredTable {
  private final TableSchema schema;
  private final TableDefinition live;
  private final TableDefinition now;
  private final TableDefinition wanted;
  private final Map<ObjectId, SchemaObject> objects;
  private final DatabaseSchema database;
  private final boolean isNew;
  private final Map<ObjectId, SchemaObject> before;
  private final Collection<TableSchema> known;
  private final TablePath path;
  private final SchemaDialect dialect;

  /**
   * @param database as it is; a table that it lacks comes with the statements' operation
   * @param known schemas that any commit of the repository has
   */
  AlteredTable(
      SchemaDialect dialect,
      DatabaseSchema database,
      Change change,
      Collection<TableSchema> known) {
    this.dialect = dialect;
    this.known = known;
    this.path = change.now().path();
    ObjectName name = TableAlterations.name(change.now().path());
    ObjectId id = new ObjectId(ObjectKind.TABLE, name);
    this.database = database;
    this.schema = change.schema();
    this.now =
        (TableDefinition)
            TableAlterations.shape(dialect, change.now().path(), change.now().schema()).get(id);
    this.objects = TableAlterations.shape(dialect, change.now().path(), schema);
    this.wanted = (TableDefinition) objects.get(id);
    this.live = database.table(name).map(found -> found.withIdsOf(now)).orElse(now);
    this.isNew = database.table(name).isEmpty();
    this.before = TableAlterations.shape(dialect, change.now().path(), change.now().schema());
  }

  /** As it is, with the ids of columns. */
  TableDefinition before() {
    return live;
  }

  /** Types and sequences that the shape tells of and the database lacks, or has other labels of. */
  Collection<SchemaObject> needs() {
    return objects.values().stream()
        .filter(object -> !(object instanceof TableDefinition))
        // what it has comes with it
        .filter(object -> !(isNew && before.containsKey(object.id())))
        .map(object -> object instanceof EnumType labels ? withKnownLabels(labels) : object)
        .peek(this::requireSameDomain)
        .filter(object ->
            database.get(object.id()).isEmpty()
                || object instanceof EnumType labels
                    && !((EnumType) database.get(object.id()).get())
                        .labels()
                        .containsAll(labels.labels()))
        .map(this::withLiveLabels)
        .toList();
  }

  /** Sequences of columns that the shape does not have: PostgreSQL drops them with these. */
  Collection<ObjectId> going() {
    List<String> owners =
        live.columns().stream()
            .filter(column -> byId(now, column).isPresent() && byId(wanted, column).isEmpty())
            // a column of another type keeps its own
            .filter(column -> wanted.column(column.name()).isEmpty())
            .map(column -> live.name() + "." + column.name())
            .toList();
    return database.objects().values().stream()
        .filter(object ->
            object instanceof SequenceDefinition sequence && owners.contains(sequence.ownedBy()))
        .map(SchemaObject::id)
        .toList();
  }

  /** Other tables may have the live one. */
  private void requireSameDomain(SchemaObject needed) {
    if (needed instanceof DomainType domain
        && database.get(needed.id()).orElse(null) instanceof DomainType there
        && !dialect.sameDomain(domain, there)) {
      throw new RefusedException(
          Code.SCHEMA_CHANGED,
          "Domain %s is another one on the source than in the live schema"
              .formatted(needed.id().name()),
          Map.of(
              "table",
              path.toString(),
              "remedy",
              "Make the live one alike (ALTER DOMAIN %s), or give the source's another name, commit, and merge again"
                  .formatted(needed.id().name())));
    }
  }

  /**
   * With those that rows of other branches and of old commits may have in the same columns: the
   * layers are to keep them in the type.
   */
  private EnumType withKnownLabels(EnumType labels) {
    EnumType all = labels;
    for (Column column : schema.columns()) {
      DataType type = column.type().element() == null ? column.type() : column.type().element();
      if (type.kind() != DataType.Kind.ENUM
          || !dialect.typeName(type.name(), path.schema()).equals(labels.name())) {
        continue;
      }
      for (TableSchema other : known) {
        for (Column same : other.columns()) {
          if (same.id().equals(column.id()) && same.type().name().equals(column.type().name())) {
            DataType there = same.type().element() == null ? same.type() : same.type().element();
            all = with(all, there.labels());
          }
        }
      }
    }
    return all;
  }

  /** Columns of other tables may have labels that the shape does not tell of. */
  private SchemaObject withLiveLabels(SchemaObject needed) {
    return database.get(needed.id()).orElse(null) instanceof EnumType there
            && needed instanceof EnumType labels
        ? with(there, labels.labels())
        : needed;
  }

  private static EnumType with(EnumType type, List<String> labels) {
    List<String> all = new ArrayList<>(type.labels());
    int place = 0;
    for (String label : labels) {
      if (!all.contains(label)) {
        all.add(place, label);
      }
      place = all.indexOf(label) + 1;
    }
    return new EnumType(type.name(), all, type.comment(), type.privileges());
  }

  TableDefinition after() {
    return live.with(
        columns(this::wantedColumn),
        parts(
            live.constraints(),
            now.constraints(),
            wanted.constraints(),
            ConstraintDefinition::name),
        parts(live.indexes(), now.indexes(), wanted.indexes(), IndexDefinition::name));
  }

  /** As it was before, with nothing that rows of the other shape may stand against. */
  TableDefinition back() {
    TableDefinition after = after();
    return live.with(
        live.columns().stream().map(column -> relaxedBack(column, byId(after, column))).toList(),
        kept(live.constraints(), ConstraintDefinition::name, after.constraints(), renames()),
        kept(live.indexes(), IndexDefinition::name, after.indexes(), renames()));
  }

  private static ColumnDefinition relaxedBack(
      ColumnDefinition column, Optional<ColumnDefinition> after) {
    // one that comes back is filled by what it has, and gets its values with the rows
    boolean asks =
        after.isEmpty()
            ? column.defaultValue() == null && column.identity() == null
            : after.get().nullable();
    return column.generated() != null || column.nullable() || !asks
        ? column
        : column.withNullable(true);
  }

  private boolean renames() {
    return wanted.columns().stream()
        .anyMatch(
            column -> former(column).filter(c -> !c.name().equals(column.name())).isPresent());
  }

  /** With nothing that rows, as they are now, may stand against. */
  TableDefinition between() {
    boolean renames = renames();
    return live.with(
        columns(this::relaxed),
        kept(after().constraints(), ConstraintDefinition::name, live.constraints(), renames),
        kept(after().indexes(), IndexDefinition::name, live.indexes(), renames));
  }

  /**
   * Those that are there now, as they are; where columns are renamed their texts are other ones and
   * they are the same.
   */
  private static <T> List<T> kept(
      List<T> after, Function<T, String> name, List<T> live, boolean renames) {
    return after.stream()
        .filter(part ->
            live.stream()
                .anyMatch(there ->
                    renames ? name.apply(there).equals(name.apply(part)) : there.equals(part)))
        .toList();
  }

  private List<ColumnDefinition> columns(Function<ColumnDefinition, ColumnDefinition> column) {
    List<ColumnDefinition> columns = new ArrayList<>();
    for (ColumnDefinition there : live.columns()) {
      Optional<ColumnDefinition> stays = byId(wanted, there);
      if (stays.isPresent()) {
        columns.add(column.apply(stays.get()));
      } else if (byId(now, there).isEmpty()) {
        // no stored one: commits do not know it
        columns.add(there);
      }
    }
    wanted.columns().stream()
        .filter(c -> byId(live, c).isEmpty())
        .map(column)
        .forEach(columns::add);
    return columns;
  }

  private static Optional<ColumnDefinition> byId(TableDefinition table, ColumnDefinition like) {
    return table.columns().stream().filter(c -> c.id().equals(like.id())).findFirst();
  }

  private Optional<ColumnDefinition> former(ColumnDefinition column) {
    return byId(now, column);
  }

  /** What the shape does not change is as the database tells it. */
  private ColumnDefinition wantedColumn(ColumnDefinition column) {
    Optional<ColumnDefinition> former = former(column);
    Optional<ColumnDefinition> there = byId(live, column);
    if (former.isEmpty() || there.isEmpty()) {
      return column;
    }
    ColumnDefinition was = former.get();
    ColumnDefinition is = there.get();
    return new ColumnDefinition(
        column.id(),
        column.name(),
        either(column, was, is, ColumnDefinition::type),
        either(column, was, is, ColumnDefinition::nullable),
        either(column, was, is, ColumnDefinition::defaultValue),
        either(column, was, is, ColumnDefinition::generated),
        either(column, was, is, ColumnDefinition::identity),
        is.collation(),
        is.comment());
  }

  private static <T> T either(
      ColumnDefinition wanted,
      ColumnDefinition was,
      ColumnDefinition is,
      Function<ColumnDefinition, T> fact) {
    return Objects.equals(fact.apply(wanted), fact.apply(was))
        ? fact.apply(is)
        : fact.apply(wanted);
  }

  private ColumnDefinition relaxed(ColumnDefinition column) {
    ColumnDefinition after = wantedColumn(column);
    Optional<ColumnDefinition> there = byId(live, column);
    boolean added = there.isEmpty();
    return new ColumnDefinition(
        after.id(),
        after.name(),
        after.type(),
        after.generated() != null
            ? after.nullable()
            : added || after.nullable() || there.get().nullable(),
        added ? initial(column) : after.defaultValue(),
        after.generated(),
        added ? null : after.identity(),
        after.collation(),
        added ? null : after.comment());
  }

  /** What rows have where the column comes to them. */
  private ColumnDefault initial(ColumnDefinition added) {
    Column column = schema.column(added.name()).orElseThrow();
    return column.initialDefault() == null || column.generated()
        ? null
        : new ColumnDefault(
            "'" + column.initialDefault().replace("'", "''") + "'::" + column.type().name(),
            DefaultKind.LITERAL,
            true);
  }

  /** Of parts that the shape does not change what the database tells; others as the shape has. */
  private static <T> List<T> parts(
      List<T> live, List<T> now, List<T> wanted, Function<T, String> name) {
    List<T> parts = new ArrayList<>();
    for (T there : live) {
      Optional<T> was = named(now, name, there);
      Optional<T> will = named(wanted, name, there);
      if (was.isEmpty() || will.equals(was)) {
        parts.add(there);
      } else {
        will.ifPresent(parts::add);
      }
    }
    wanted.stream().filter(part -> named(live, name, part).isEmpty()).forEach(parts::add);
    return parts;
  }

  private static <T> Optional<T> named(List<T> parts, Function<T, String> name, T like) {
    return parts.stream().filter(p -> name.apply(p).equals(name.apply(like))).findFirst();
  }
}
