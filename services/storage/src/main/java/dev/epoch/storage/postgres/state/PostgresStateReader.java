package dev.epoch.storage.postgres.state;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.row.ThreeWayRow;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.postgres.capture.WorkingSetProbes;
import dev.epoch.storage.postgres.catalog.TableColumns;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.state.ChangeQuery;
import dev.epoch.storage.state.PendingChanges;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** Rows of states, and what differs between states. Every answer is of one snapshot. */
public final class PostgresStateReader {
  /** Keys, up to which rows are read without a cursor. */
  private static final long AT_ONCE = 500;

  private final Database database;
  private final StateResolver resolver;

  public PostgresStateReader(Database database, StateResolver resolver) {
    this.database = database;
    this.resolver = resolver;
  }

  public RowStream<Row> rows(TableHandle table, TableState state, RowQuery query) {
    TableColumns columns = resolver.columns(table);
    columns.requireKnown(query.where().keySet());
    Function<io.vertx.mutiny.sqlclient.Row, Row> mapper =
        row -> RowMapping.row(row, 0, columns.all().size());
    return database.stream(session -> {
      SnapshotState seen = seen(session, table, state);
      SqlParameters parameters = new SqlParameters();
      String sql = new RowsSql(columns).rows(seen, query, parameters);
      return query.limit().orElse(Long.MAX_VALUE) <= Session.PAGE
          ? RowStream.of(session.list(sql, mapper, parameters.values().toArray()))
          : session.stream(sql, parameters.values(), mapper);
    });
  }

  /** All rows of a relation that has the columns of the table's layers. */
  public RowStream<Row> rowsOf(TableHandle table, String relation) {
    TableColumns columns = resolver.columns(table);
    return database.stream(session ->
        session.stream(
            "SELECT %s FROM (SELECT %s FROM %s x) x"
                .formatted(columns.sent("x"), columns.all("x"), relation),
            List.of(),
            row -> RowMapping.row(row, 0, columns.all().size())));
  }

  /** A SELECT of the keys that the layers of a branch have, without what is not committed. */
  public String committedKeys(Session session, BranchHandle branch, BranchTable table) {
    PhysicalState working =
        resolver.resolve(session, table.table(), new TableState.Working(branch, table.head()));
    return keys(session, resolver.columns(table.table()), WorkingSetSql.committed(working));
  }

  /** Whether the table still fits is asked in the same round trip. */
  private SnapshotState seen(Session session, TableHandle table, TableState state) {
    Runnable fits = resolver.checkShape(session, List.of(table));
    Supplier<SnapshotState> seen =
        SnapshotState.ask(session, table, resolver.resolve(session, table, state));
    fits.run();
    return seen.get();
  }

  /** See {@code StateSelect}. */
  public String select(Session session, TableHandle table, TableState state, boolean repeated) {
    SnapshotState seen = seen(session, table, state);
    TableColumns columns = new TableColumns(table.schema());
    StateSql sql = new StateSql(columns, seen.empty());
    String bottom = InlineKeyFilter.absent(session, columns, sql.hiding(seen.physical()), "x");
    String select =
        repeated
            ? new GatheredImages(session, table, columns, sql).select(seen.physical(), bottom)
            : sql.select(seen.physical(), bottom);
    return table.schema().appendOnly()
        ? "SELECT %s FROM (%s) x".formatted(columns.users("x"), select)
        : select;
  }

  /**
   * A SELECT of what differs between two states, as {@link TableState.Difference} has it. Costs
   * what has changed.
   *
   * @param names of the columns, in their order
   */
  public String difference(
      Session session, TableHandle table, TableState from, TableState to, List<String> names) {
    TableColumns columns = new TableColumns(table.schema());
    resolver.checkShape(session, List.of(table)).run();
    PhysicalState before = resolver.resolve(session, table, from);
    PhysicalState after = resolver.resolve(session, table, to);
    StatePair pair = new StatePair(from, to, before, after);
    KeySource keys =
        candidates(session, columns, table, pair)
            .map(Keys::source)
            .orElseGet(() ->
                KeySource.query(
                    "SELECT %s FROM %s x WHERE FALSE".formatted(columns.key("x"), pair.bottom())));
    return new DifferenceSql(columns).typed(keys, before, after, names);
  }

  public Optional<Row> row(TableHandle table, TableState state, RowKey key) {
    TableColumns columns = resolver.columns(table);
    return database.read(session -> {
      PhysicalState physical = resolver.resolve(session, table, state);
      return session
          .first(
              new RowsSql(columns).row(physical),
              row -> Optional.ofNullable(RowMapping.rowIf(row, 0, 1, columns.all().size())),
              key.values().toArray())
          .orElseThrow();
    });
  }

  public RowStream<RowChange> changes(
      TableHandle table, TableState from, TableState to, ChangeQuery query) {
    TableColumns columns = resolver.columns(table);
    return database.stream(session -> {
      PhysicalState before = resolver.resolve(session, table, from);
      PhysicalState after = resolver.resolve(session, table, to);
      Optional<Keys> candidates =
          candidates(session, columns, table, new StatePair(from, to, before, after));
      if (candidates.isEmpty()) {
        return RowStream.of(List.<RowChange>of());
      }
      SqlParameters parameters = new SqlParameters();
      List<PhysicalState> states = List.of(before, after);
      DifferenceSql difference = difference(session, columns, candidates.get(), states);
      List<String> conditions = List.of(DifferenceSql.ofKinds(query.kinds()));
      KeySource keys = candidates.get().source();
      String sql =
          (query.ordered() || query.after() != null
                  ? difference.ordered(keys, states, query.after(), conditions, parameters)
                  : difference.select(keys, states, conditions))
              + (query.limit().isPresent() ? " LIMIT " + query.limit().getAsLong() : "");
      return read(
          session,
          candidates.get(),
          sql,
          parameters.values(),
          row -> RowMapping.change(row, 0, columns));
    });
  }

  public RowStream<ThreeWayRow> threeWay(
      TableHandle table, TableState base, TableState ours, TableState theirs) {
    TableColumns columns = resolver.columns(table);
    int keys = columns.key().size();
    int width = columns.all().size();
    return database.stream(session -> {
      PhysicalState first = resolver.resolve(session, table, base);
      PhysicalState second = resolver.resolve(session, table, theirs);
      Optional<Keys> candidates =
          candidates(session, columns, table, new StatePair(base, theirs, first, second));
      if (candidates.isEmpty()) {
        return RowStream.of(List.<ThreeWayRow>of());
      }
      PhysicalState third = resolver.resolve(session, table, ours);
      List<PhysicalState> states = List.of(first, second, third);
      String sql =
          difference(session, columns, candidates.get(), states)
              .select(candidates.get().source(), states, List.of());
      int values = keys + 3;
      return read(
          session,
          candidates.get(),
          sql,
          List.of(),
          row ->
              new ThreeWayRow(
                  RowMapping.key(row, 0, keys),
                  RowMapping.rowIf(row, keys, values, width),
                  RowMapping.rowIf(row, keys + 2, values + 2 * width, width),
                  RowMapping.rowIf(row, keys + 1, values + width, width)));
    });
  }

  /** Leaves out of many lookups what is empty; for few, to ask would cost more. */
  private static DifferenceSql difference(
      Session session, TableColumns columns, Keys keys, List<PhysicalState> states) {
    return new DifferenceSql(
        columns, keys.choice().keys() > AT_ONCE ? SnapshotState.empty(session, states) : Set.of());
  }

  /** The keys to look at, and how. */
  private record Keys(KeySource source, JoinStrategy.Choice choice) {}

  /** Few rows come with one question, without a cursor. */
  private static <T> RowStream<T> read(
      Session session,
      Keys keys,
      String sql,
      List<Object> parameters,
      Function<io.vertx.mutiny.sqlclient.Row, T> mapper) {
    JoinStrategy.Choice choice = keys.choice();
    if (choice.keys() <= AT_ONCE && parameters.isEmpty()) {
      List<T> rows = new ArrayList<>();
      session.script(choice.settings() + ";\n" + sql).forEach(row -> rows.add(mapper.apply(row)));
      return RowStream.of(rows);
    }
    choice.strategy().set(session);
    return session.stream(choice.strategy().mark(sql), parameters, mapper);
  }

  private record StatePair(
      TableState from, TableState to, PhysicalState before, PhysicalState after) {

    /** The relation at the bottom of both, of which neither is {@link PhysicalState.Nothing}. */
    String bottom() {
      return switch (before) {
        case PhysicalState.Nothing _ -> throw new IllegalStateException("no rows");
        case PhysicalState.Live live -> live.live().relation();
        case PhysicalState.Overlaid overlaid -> overlaid.base().live().relation();
      };
    }

    /** Whether they are a branch's head and what is worked at on top of it. */
    boolean isHeadAndWorking() {
      return isHeadAndWorking(from, to) || isHeadAndWorking(to, from);
    }

    private static boolean isHeadAndWorking(TableState one, TableState other) {
      return one instanceof TableState.Committed committed
          && other instanceof TableState.Working working
          && committed.location().equals(working.head());
    }
  }

  /**
   * The keys to look at, and the way to join them that suits their number; empty if there are none.
   */
  private static Optional<Keys> candidates(
      Session session, TableColumns columns, TableHandle table, StatePair states) {
    boolean nothingBefore = states.before() instanceof PhysicalState.Nothing;
    boolean nothingAfter = states.after() instanceof PhysicalState.Nothing;
    if (states.before().equals(states.after())) {
      return Optional.empty();
    }
    if (nothingBefore || nothingAfter) {
      return Optional.of(
          every(keys(session, columns, nothingBefore ? states.after() : states.before())));
    }
    if (states.from() instanceof TableState.Another || states.to() instanceof TableState.Another) {
      // they have no rows in common: none is left out because both read it from the same place
      return Optional.of(
          every(
              "(%s) UNION (%s)"
                  .formatted(
                      keys(session, columns, states.before()),
                      keys(session, columns, states.after()))));
    }
    Candidates candidates =
        states.isHeadAndWorking()
            ? Candidates.uncommitted(
                columns,
                states.to() instanceof TableState.Working ? states.after() : states.before())
            : Candidates.between(columns, states.before(), states.after());
    if (candidates.isEmpty()) {
      return Optional.empty();
    }
    JoinStrategy.Choice choice = JoinStrategy.count(session, candidates, states.bottom());
    return choice.keys() == 0 ? Optional.empty() : Optional.of(new Keys(candidates.keys(), choice));
  }

  private static Keys every(String keys) {
    return new Keys(
        KeySource.query(keys), new JoinStrategy.Choice(JoinStrategy.MANY, Long.MAX_VALUE));
  }

  /** The keys of a state's rows. */
  private static String keys(Session session, TableColumns columns, PhysicalState state) {
    return new StateSql(columns, SnapshotState.empty(session, List.of(state)))
        .union(
            state,
            part ->
                "SELECT %s FROM %s x WHERE %s"
                    .formatted(columns.key("x"), part.relation(), part.condition()));
  }

  /** Ids of tables whose working set is not empty. */
  public Set<String> touched(BranchHandle branch, Collection<BranchTable> tables) {
    List<TableHandle> handles = tables.stream().map(BranchTable::table).toList();
    if (handles.isEmpty()) {
      return Set.of();
    }
    String key = Database.key(branch.id(), handles.getFirst().id());
    return database.ask(
        key,
        session -> {
          Runnable fits = branch.isDefault() ? resolver.checkShape(session, handles) : () -> {};
          Set<String> touched =
              WorkingSetProbes.touched(session, resolver.workingSets(session, branch, handles));
          fits.run();
          return touched;
        });
  }

  /**
   * Fails with {@link dev.epoch.storage.postgres.connection.ShapeMovedException} for those that are
   * not as they were last known.
   */
  public void requireKnown(Collection<TableHandle> tables) {
    database.ask(session -> {
      resolver.checkShape(session, tables).run();
      return null;
    });
  }

  /** Net uncommitted changes by table id; tables without any are left out. */
  public Map<String, PendingChanges> pending(BranchHandle branch, Collection<BranchTable> tables) {
    return database.read(session -> {
      Map<String, PhysicalState> working = touched(session, branch, tables);
      Map<String, PendingChanges> pending = new LinkedHashMap<>();
      for (BranchTable table : tables) {
        PhysicalState state = working.get(table.table().id());
        if (state != null) {
          PendingChanges changes = count(session, table.table(), state);
          if (changes.total() > 0) {
            pending.put(table.table().id(), changes);
          }
        }
      }
      return pending;
    });
  }

  /**
   * Whether a table has net uncommitted changes on a branch. Whether it still fits is looked at
   * only where it was written.
   */
  public boolean isPending(Session session, BranchHandle branch, TableHandle table) {
    Map<String, String> workingSets = resolver.workingSets(session, branch, List.of(table));
    if (WorkingSetProbes.touched(session, workingSets).isEmpty()) {
      return false;
    }
    BranchTable there = new BranchTable(table, RowsLocation.live(0));
    PhysicalState working = touched(session, branch, List.of(there)).get(table.id());
    return working != null && count(session, table, working).total() > 0;
  }

  /** Working states of the tables whose working set is not empty. */
  private Map<String, PhysicalState> touched(
      Session session, BranchHandle branch, Collection<BranchTable> tables) {
    Map<String, PhysicalState> working = new LinkedHashMap<>();
    Map<String, String> workingSets = new LinkedHashMap<>();
    resolver.requireFitting(session, tables.stream().map(BranchTable::table).toList());
    Map<String, BranchPlacement> placements =
        branch.isDefault()
            ? Map.of()
            : resolver.placements(
                session, branch, tables.stream().map(t -> t.table().id()).toList());
    for (BranchTable table : tables) {
      String id = table.table().id();
      BranchPlacement placement = placements.get(id);
      if (branch.isDefault()) {
        LiveRelations live = resolver.live(session, table.table());
        working.put(id, new PhysicalState.Live(live, PhysicalState.NOW));
        workingSets.put(id, live.workingSet());
      } else if (placement != null && placement.hasOverlay()) {
        PhysicalState own = resolver.own(session, table.table(), branch, placement);
        working.put(id, own);
        workingSets.put(
            id,
            switch (own) {
              case PhysicalState.Live open -> open.live().workingSet();
              case PhysicalState.Overlaid layered -> layered.overlay().workingSet();
              case PhysicalState.Nothing _ -> throw new IllegalStateException("no rows");
            });
      }
    }
    working.keySet().retainAll(WorkingSetProbes.touched(session, workingSets));
    return working;
  }

  private static PendingChanges count(Session session, TableHandle table, PhysicalState working) {
    TableColumns columns = new TableColumns(table.schema());
    JoinStrategy strategy =
        JoinStrategy.choose(session, Candidates.uncommitted(columns, working), table.path());
    String sql = new WorkingSetSql(columns).pending(WorkingSetSql.committed(working), working);
    return session
        .first(
            strategy.mark(sql),
            row -> new PendingChanges(row.getLong(0), row.getLong(1), row.getLong(2)))
        .orElseThrow();
  }
}
