package dev.epoch.storage.postgres.operation;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.operation.Operation.Drop;
import dev.epoch.storage.operation.Operation.MergeRows;
import dev.epoch.storage.operation.Operation.SchemaStep;
import dev.epoch.storage.postgres.catalog.BranchShapes;
import dev.epoch.storage.postgres.catalog.TableShape;
import dev.epoch.storage.postgres.catalog.TableShapes;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.connection.ShapeMovedException;
import dev.epoch.storage.postgres.state.StateResolver;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Gives live tables another schema, in the transaction of an operation that holds their locks. What
 * is kept beside them follows at once.
 *
 * <pre>
 *   live changes are committed --> images of what goes --> first --> layers follow
 *     --> rows --> numbers for rows that came without --> last --> follow
 * </pre>
 */
final class LiveAlterations {
  private static final String VIEWS =
      """
      SELECT epoch.rebuild_views(p.branch_id, p.table_id)::text
      FROM epoch.branch_tables AS p
      JOIN epoch.branches AS b ON b.branch_id = p.branch_id AND NOT b.dropped
      WHERE p.table_id = $1 AND b.changed_schema IS NOT NULL\
      """;

  private final Session session;
  private final StateResolver resolver;
  private final long position;
  private final SchemaStatements statements;
  private final List<Altered> altered = new ArrayList<>();

  /**
   * A table that is altered.
   *
   * @param kept conditions of images that hold what went
   * @param numbered columns that come, and take their values from sequences
   * @param filled columns that come with values of each row's own, and are not null
   */
  private record Altered(
      TableHandle table,
      StepStatements step,
      List<String> kept,
      List<String> numbered,
      List<Column> filled) {}

  /**
   * @param position of the operation
   */
  LiveAlterations(Session session, StateResolver resolver, long position) {
    this.session = session;
    this.resolver = resolver;
    this.position = position;
    this.statements = new SchemaStatements(session);
  }

  /** What the operation does to a live table's schema; null if nothing. */
  static SchemaStep step(OperationTable table) {
    return table.branch().isDefault() && table.operation() instanceof MergeRows merge
        ? merge.step()
        : null;
  }

  /** A former try of the same transaction may have left what it saw. */
  void forget(Collection<TableHandle> tables) {
    tables.forEach(table -> resolver.made(session, table, null));
  }

  /**
   * Remembers the keys of uncommitted changes of a table, under the names that columns will have.
   *
   * @return the relation with them, null for a table that is not altered
   */
  String touched(OperationTable table) {
    SchemaStep step = step(table);
    if (step == null) {
      return null;
    }
    TableSchema now = table.live().shape().schema();
    String name = Quote.qualified("pg_temp", "epoch_touched_" + table.id());
    List<String> keys = new ArrayList<>();
    for (String key : now.primaryKey()) {
      String id = now.column(key).orElseThrow().id();
      step.schema().columns().stream()
          .filter(column -> column.id().equals(id))
          .forEach(column ->
              keys.add(
                  "w.%s AS %s".formatted(Quote.identifier(key), Quote.identifier(column.name()))));
    }
    session.run(
        "CREATE TEMPORARY TABLE %s ON COMMIT DROP AS SELECT %s FROM %s w"
            .formatted(name, String.join(", ", keys), table.live().workingSet()));
    return name;
  }

  /**
   * Runs the first statements of all tables.
   *
   * @return the same tables as they are now
   */
  List<OperationTable> begin(List<OperationTable> tables) {
    Map<String, TableShape> before = new HashMap<>();
    for (OperationTable table : tables) {
      if (step(table) != null) {
        before.put(table.id(), table.live().shape());
        keepImages(table, step(table).schema());
        release(table, step(table).schema());
      }
    }
    tables.stream().filter(table -> step(table) != null).forEach(this::settle);
    List<OperationTable> retyped = tables.stream().filter(this::retypesKey).toList();
    retyped.forEach(table ->
        session.run(
            "DROP TRIGGER IF EXISTS epoch_capture_key ON "
                + session
                    .first("SELECT epoch.live_table($1)::text", row -> row.getString(0), table.id())
                    .orElseThrow()));
    for (OperationTable table : tables) {
      if (step(table) != null) {
        statements.run(StepStatements.of(step(table)).first());
      }
    }
    List<OperationTable> after = new ArrayList<>();
    for (OperationTable table : tables) {
      SchemaStep step = step(table);
      if (step == null) {
        after.add(table);
        continue;
      }
      TableShape shape = follow(table.handle().with(step.schema()));
      TableHandle handle = table.handle().with(step.schema()).at(shape.place());
      TableShape former = before.get(table.id());
      altered.add(
          new Altered(
              handle,
              StepStatements.of(step),
              kept(former, shape),
              numbered(former, step.schema()),
              filled(former, step.schema())));
      after.add(again(table, handle));
    }
    tables.stream().filter(LiveAlterations::changesDomains).forEach(this::keepTypes);
    retyped.forEach(
        table -> session.list("SELECT epoch.create_capture($1)::text", row -> row, table.id()));
    return after;
  }

  /** Gives rows that came without the columns that come values: {@code hidden_sequences.sql}. */
  void number() {
    for (Altered table : altered) {
      for (String column : table.numbered()) {
        session.list(
            "SELECT epoch.number_rows($1, $2)::text", row -> row, table.table().id(), column);
      }
      for (Column column : table.filled()) {
        session.list(
            "SELECT epoch.fill_rows($1, $2, $3)::text",
            row -> row,
            table.table().id(),
            column.name(),
            column.defaultExpression());
      }
    }
  }

  private static Stream<Column> coming(TableShape before, TableSchema after) {
    return after.columns().stream()
        .filter(column ->
            before.schema().columns().stream().noneMatch(was -> was.id().equals(column.id())));
  }

  /** As {@code ADD COLUMN ... NOT NULL DEFAULT random()} does it. */
  private static List<Column> filled(TableShape before, TableSchema after) {
    return coming(before, after)
        .filter(column -> column.wasFilled() && !column.nullable() && !column.generated())
        .filter(column ->
            column.defaultExpression() != null
                && !column.defaultExpression().startsWith("nextval("))
        .toList();
  }

  private static List<String> numbered(TableShape before, TableSchema after) {
    return coming(before, after)
        .filter(column ->
            column.identity() != null
                || column.defaultExpression() != null
                    && column.defaultExpression().startsWith("nextval("))
        .map(Column::name)
        .toList();
  }

  /**
   * Runs the last statements, when rows are written.
   *
   * @param role in whose session that was asked for, or null
   * @return the same tables as they are now
   */
  List<OperationTable> end(List<OperationTable> tables, String role) {
    if (altered.isEmpty()) {
      return tables;
    }
    altered.forEach(table -> statements.run(table.step().last()));
    altered.stream()
        .filter(table -> !table.step().first().isEmpty() || !table.step().last().isEmpty())
        .forEach(table -> MadeObjects.give(session, table.table().id(), table.step().last(), role));
    altered.stream()
        .filter(table -> !table.numbered().isEmpty())
        .forEach(table ->
            session.list(
                "SELECT epoch.settle_sequences($1, $2)::text",
                row -> row,
                table.table().id(),
                table.numbered().toArray(String[]::new)));
    MadeObjects.requireLive(session, altered.stream().map(table -> table.table().id()).toList());
    List<OperationTable> after = new ArrayList<>();
    for (OperationTable table : tables) {
      SchemaStep step = step(table);
      if (step != null) {
        follow(table.handle());
        if (!StepStatements.of(step).last().isEmpty()) {
          // they have the defaults that the live table has by now
          session.list(VIEWS, row -> row, table.id());
        }
      }
      after.add(step == null ? table : again(table, table.handle()));
    }
    return after;
  }

  /**
   * Takes everything back.
   *
   * @param recorded by table id: the schemas from before
   * @param comeBack gives a table that was dropped its place again
   */
  static void undo(
      Session session,
      StateResolver resolver,
      long position,
      List<OperationTable> tables,
      Map<String, TableSchema> recorded,
      Consumer<OperationTable> comeBack) {
    LiveAlterations alterations = new LiveAlterations(session, resolver, position);
    List<OperationTable> altered = tables.stream().filter(table -> step(table) != null).toList();
    altered.forEach(table -> alterations.release(table, recorded.get(table.id())));
    // those that came go first: others have their places, and names of their parts
    Set<String> came =
        Set.copyOf(
            session.list(
                "SELECT table_id FROM epoch.tables WHERE settled_at = $1",
                row -> row.getString(0),
                position));
    altered.stream()
        .filter(table -> came.contains(table.id()))
        .forEach(table -> {
          alterations.statements.run(StepStatements.of(step(table)).undo());
          session.list(
              "SELECT epoch.unsettle_table($1, $2)::text", row -> row, table.id(), position);
        });
    tables.stream().filter(table -> table.operation() instanceof Drop).forEach(comeBack);
    altered.stream()
        .filter(table -> !came.contains(table.id()))
        .forEach(table -> alterations.statements.run(StepStatements.of(step(table)).undo()));
    altered.forEach(table -> alterations.follow(table.handle().with(recorded.get(table.id()))));
  }

  /** What stands against rows that were not restored yet. */
  static void undoLast(
      Session session,
      StateResolver resolver,
      long position,
      List<OperationTable> tables,
      Map<String, TableSchema> recorded) {
    LiveAlterations alterations = new LiveAlterations(session, resolver, position);
    List<OperationTable> altered = tables.stream().filter(table -> step(table) != null).toList();
    altered.forEach(table -> alterations.statements.run(StepStatements.of(step(table)).undoLast()));
    altered.forEach(table -> {
      alterations.follow(table.handle().with(recorded.get(table.id())));
      session.list("SELECT epoch.regain_sequences($1)::text", row -> row, table.id());
    });
  }

  /** A table that the default branch gets comes to its place ({@code hidden_tables.sql}). */
  private void settle(OperationTable table) {
    try {
      session.list("SELECT epoch.settle_table($1, $2)::text", row -> row, table.id(), position);
    } catch (RuntimeException failure) {
      throw Refusals.of(
          failure,
          "The merge cannot bring table '%s' to the live tables".formatted(table.handle().name()),
          "Rename or drop what has its name there, and merge again");
    }
  }

  /** By table id: schemas that tables have now. */
  Map<String, TableSchema> schemas() {
    Map<String, TableSchema> schemas = new HashMap<>();
    altered.forEach(table ->
        schemas.put(table.table().id(), resolver.live(session, table.table()).shape().schema()));
    return schemas;
  }

  /** Conditions of images that are kept although rows are what they were. */
  List<String> kept(OperationTable table) {
    return altered.stream()
        .filter(candidate -> candidate.table().id().equals(table.id()))
        .flatMap(candidate -> candidate.kept().stream())
        .toList();
  }

  private OperationTable again(OperationTable table, TableHandle handle) {
    MergeRows merge = (MergeRows) table.operation();
    return OperationTable.of(
        session,
        resolver,
        merge.at(new BranchTable(handle, merge.table().head())),
        table.branch(),
        Map.of());
  }

  /** Rows without a value need no image: none is read as none. */
  private static String worthKeeping(Column column, String value) {
    return column.initialDefault() == null ? value + " IS DISTINCT FROM NULL" : "TRUE";
  }

  /**
   * Columns with values which the database does not keep where the table gets another schema: those
   * that go, and those that get a type with fewer values.
   */
  private List<Column> going(OperationTable table, TableSchema after) {
    return table.live().shape().schema().columns().stream()
        .filter(column -> !column.generated() && !keeps(column, after))
        .toList();
  }

  private boolean keeps(Column column, TableSchema after) {
    return after.columns().stream()
        .filter(there -> there.id().equals(column.id()))
        .findFirst()
        .flatMap(there ->
            session.first(
                "SELECT epoch.keeps_values($1, $2)",
                row -> row.getBoolean(0),
                column.type().base().name(),
                there.type().base().name()))
        .orElse(false);
  }

  /** Images of all rows where values would be gone: commits from before read them. */
  private void keepImages(OperationTable table, TableSchema after) {
    List<Column> going = going(table, after);
    if (!going.isEmpty()) {
      session.run(
          """
          INSERT INTO %1$s (epoch_kind, %2$s)
          SELECT 1, %3$s FROM %4$s l WHERE %5$s
          ON CONFLICT DO NOTHING\
          """
              .formatted(
                  table.live().workingSet(),
                  table.columns().allList(),
                  table.columns().all("l"),
                  table.live().rows(),
                  going.stream()
                      .map(column -> worthKeeping(column, "l." + Quote.identifier(column.name())))
                      .collect(Collectors.joining(" OR "))));
      session.execute(
          """
          UPDATE epoch.table_columns SET kept = true
          WHERE table_id = $1 AND number IS NOT NULL AND name = ANY ($2)\
          """,
          table.id(),
          going.stream().map(Column::name).toArray(String[]::new));
    }
  }

  private static boolean stays(Column column, TableSchema after) {
    return after.columns().stream()
        .anyMatch(there ->
            there.id().equals(column.id())
                && there.type().name().equals(column.type().name())
                && there.type().base().name().equals(column.type().base().name()));
  }

  /** A trigger compares the columns of the key: their types cannot change while it is there. */
  private boolean retypesKey(OperationTable table) {
    TableSchema now = table.live().shape().schema();
    return step(table) != null
        && now.primaryKey().stream()
            .flatMap(name -> now.column(name).stream())
            .anyMatch(column -> !stays(column, step(table).schema()));
  }

  /** Whether columns get a domain, or another one, of a type that the layers have anyway. */
  private static boolean changesDomains(OperationTable table) {
    return step(table) != null
        && table.live().shape().schema().columns().stream()
            .anyMatch(was ->
                step(table).schema().columns().stream()
                    .anyMatch(is ->
                        is.id().equals(was.id())
                            && is.type().base().name().equals(was.type().base().name())
                            && !is.type().name().equals(was.type().name())));
  }

  /** Branches that were like the live table keep the types of their heads: rows may need them. */
  private void keepTypes(OperationTable table) {
    TableSchema former = table.live().shape().schema();
    session.list(
        """
        SELECT epoch.show_columns(p.branch_id, p.table_id, $2, $3)::text
        FROM epoch.branch_tables AS p
        JOIN epoch.branches AS b ON b.branch_id = p.branch_id
        WHERE p.table_id = $1 AND p.definition IS NULL AND NOT b.is_default AND NOT b.dropped\
        """,
        row -> row,
        table.id(),
        former.columns().stream().map(Column::id).toArray(String[]::new),
        BranchShapes.definition(former));
  }

  /** Views of branches hold the columns that they read, and defaults there their sequences. */
  private void release(OperationTable table, TableSchema after) {
    List<Column> now = table.live().shape().schema().columns();
    String[] going =
        now.stream()
            .filter(column ->
                after.columns().stream()
                    .noneMatch(there ->
                        there.id().equals(column.id()) || there.name().equals(column.name())))
            .map(Column::name)
            .toArray(String[]::new);
    if (going.length > 0) {
      session.list("SELECT epoch.release_sequences($1, $2)::text", row -> row, table.id(), going);
    }
    if (now.stream().anyMatch(column -> !stays(column, after))) {
      session.list("SELECT epoch.drop_views_of($1)::text", row -> row, table.id());
    }
  }

  /** Conditions of images with values that live rows had before, and images alone have now. */
  private static List<String> kept(TableShape before, TableShape after) {
    List<String> kept = new ArrayList<>();
    for (Column was : before.schema().columns()) {
      for (TableShape.LayerColumn is : after.columns()) {
        if (!is.live() && is.id().equals(was.id()) && is.type().equals(was.type().base().name())) {
          kept.add(worthKeeping(was, "w." + Quote.identifier(is.name())));
        }
      }
    }
    return kept;
  }

  /** The layers follow, and columns that come back, or come from a branch, are what they were. */
  private TableShape follow(TableHandle table) {
    for (Column column : table.schema().columns()) {
      session
          .first(
              "SELECT epoch.adopt_column($1, $2, $3)",
              row -> Optional.ofNullable(row.getString(0)),
              table.id(),
              column.id(),
              column.name())
          .flatMap(reason -> reason)
          .ifPresent(reason -> {
            throw new QueryRefusedException(
                "Column %2$s of live table '%1$s' cannot have type %3$s, which lacks labels that others have: %4$s"
                    .formatted(table.name(), column.name(), column.type().name(), reason),
                "Merge that first, or give the type on the source the label (ALTER TYPE ... ADD VALUE), and commit it");
          });
    }
    TableShape shape =
        TableShapes.followed(session, table)
            .orElseThrow(() -> new ShapeMovedException(List.of(table)));
    resolver.made(session, table, shape);
    return shape;
  }
}
