package dev.epoch.storage.relational;

import dev.epoch.events.table.Column;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.error.BadValueException;
import dev.epoch.storage.error.HistoryPrunedException;
import dev.epoch.storage.layered.KeySource;
import dev.epoch.storage.layered.Layer;
import dev.epoch.storage.layered.LayerSession.Keys;
import dev.epoch.storage.layered.StateLayers;
import dev.epoch.storage.state.RowQuery;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Reading of layers in one session. */
final class LayerReads {
  private final RelationalSession session;
  private final Dialect dialect;
  private final ColumnCodec codec;

  /** More rows are not held in memory. */
  private static final int MANY = 10_000;

  private static final int BATCH = 1_000;

  private int temporaries;

  LayerReads(RelationalSession session) {
    this.session = session;
    this.dialect = session.store.dialect;
    this.codec = session.store.codec;
  }

  RowStream<Row> rows(TableHandle handle, StateLayers state, RowQuery query) {
    if (state.layers().isEmpty()) {
      return RowStream.of(List.of());
    }
    LayerTable table = session.table(handle);
    requireKept(table, state);
    StateSql sql = session.sql(table);
    List<Column> columns = handle.schema().columns();
    Function<Layer, String> where =
        layer -> {
          List<String> conditions = new ArrayList<>();
          if (query.after() != null) {
            conditions.add(
                behind(table.key().stream().map(id -> sql.key(layer, StateSql.ROW, id)).toList()));
          }
          query
              .where()
              .forEach((name, text) -> {
                Column column = column(handle, name);
                String value = sql.value(layer, StateSql.ROW, column);
                conditions.add(
                    text == null ? value + " IS NULL" : dialect.same(value, "?", column.type()));
              });
          return conditions.isEmpty() ? null : String.join(" AND ", conditions);
        };
    String order = "";
    if (query.ordered() || query.after() != null) {
      order =
          " ORDER BY "
              + Arrays.stream(handle.schema().keyIndexes())
                  .mapToObj(place -> Integer.toString(place + 1))
                  .collect(Collectors.joining(", "));
    }
    String limit = query.limit().isPresent() ? dialect.limit(query.limit().getAsLong()) : "";
    String text = sql.select(columns, state, "", "", where) + order + limit;
    int arms = (int) state.layers().stream().filter(LayerReads::decidesSomething).count();
    try {
      PreparedStatement statement = session.connection.prepareStatement(text);
      try {
        if (query.limit().isEmpty() || query.limit().getAsLong() > MANY) {
          dialect.stream(statement);
        }
        int place = 1;
        for (int arm = 0; arm < arms; arm++) {
          place = bindBehind(statement, place, handle, query.after());
          for (Map.Entry<String, String> wanted : query.where().entrySet()) {
            if (wanted.getValue() != null) {
              codec.bind(
                  statement, place++, column(handle, wanted.getKey()).type(), wanted.getValue());
            }
          }
        }
        return new JdbcRows(session.store, statement, statement.executeQuery(), columns);
      } catch (SQLException | RuntimeException e) {
        statement.close();
        throw e;
      }
    } catch (SQLException e) {
      throw dialect.translate(e, text);
    }
  }

  private static boolean decidesSomething(Layer layer) {
    return !layer.equals(new Layer.History(Layer.UNCOMMITTED));
  }

  private static Column column(TableHandle handle, String name) {
    return handle
        .schema()
        .column(name)
        .orElseThrow(
            () -> new BadValueException("Table " + handle.name() + " has no column " + name, null));
  }

  /** Lexicographically behind a key whose values are bound, each as often as it is needed. */
  private static String behind(List<String> key) {
    List<String> cases = new ArrayList<>();
    for (int i = 0; i < key.size(); i++) {
      List<String> conditions = new ArrayList<>();
      for (int j = 0; j < i; j++) {
        conditions.add(key.get(j) + " = ?");
      }
      conditions.add(key.get(i) + " > ?");
      cases.add(String.join(" AND ", conditions));
    }
    // the first condition alone lets an index be used
    return "%s >= ? AND (%s)".formatted(key.getFirst(), String.join(" OR ", cases));
  }

  private int bindBehind(PreparedStatement statement, int place, TableHandle handle, RowKey after)
      throws SQLException {
    if (after == null) {
      return place;
    }
    List<Column> key =
        Arrays.stream(handle.schema().keyIndexes())
            .mapToObj(handle.schema().columns()::get)
            .toList();
    int at = place;
    codec.bind(statement, at++, key.getFirst().type(), after.get(0));
    for (int i = 0; i < key.size(); i++) {
      for (int j = 0; j <= i; j++) {
        codec.bind(statement, at++, key.get(j).type(), after.get(j));
      }
    }
    return at;
  }

  private static void requireKept(LayerTable table, StateLayers state) {
    for (Layer layer : state.layers()) {
      if (layer instanceof Layer.History(long anchor) && anchor < table.position()) {
        throw new HistoryPrunedException(
            "No rows of " + table.path() + " are kept from before it was registered", null);
      }
    }
  }

  // ---- keys

  TemporaryKeys keys(List<Keys> sources, RowKey after) {
    TableHandle first = sources.getFirst().table();
    LayerTable table = session.table(first);
    String name = make(table);
    List<String> texts = new ArrayList<>();
    for (Keys source : sources) {
      if (!source.sources().isEmpty()) {
        texts.add(session.sql(session.table(source.table())).keys(source.sources()));
      }
    }
    texts.removeIf(String::isEmpty);
    if (texts.isEmpty()) {
      return new TemporaryKeys(session, name, 0);
    }
    List<String> key = table.keyNames();
    String columns = String.join(", ", key);
    if (!dialect.changesWhatItReads() && session.access == Access.READ) {
      return carried(first, name, key, texts, after);
    }
    String text =
        "INSERT INTO %1$s (%2$s) SELECT %2$s FROM (%3$s) u%4$s ORDER BY %2$s"
            .formatted(
                name,
                columns,
                String.join(" UNION ", texts),
                after == null ? "" : " WHERE " + behind(key));
    int size = session.update(text, statement -> bindBehind(statement, 1, first, after));
    return new TemporaryKeys(session, name, size);
  }

  /** Keys that are read first and then written, where one statement would lock what it reads. */
  private TemporaryKeys carried(
      TableHandle first, String name, List<String> names, List<String> texts, RowKey after) {
    List<Column> key = keyColumns(first);
    String text =
        "SELECT %s FROM (%s) u%s ORDER BY %s"
            .formatted(
                selected(names, key),
                String.join(" UNION ", texts),
                after == null ? "" : " WHERE " + behind(names),
                String.join(", ", names));
    List<RowKey> found =
        session.all(
            text,
            statement -> bindBehind(statement, 1, first, after),
            row -> row(row, 1, key).key(all(key)));
    return fill(name, names, key, found);
  }

  private static int[] all(List<Column> columns) {
    return IntStream.range(0, columns.size()).toArray();
  }

  private String selected(List<String> names, List<Column> key) {
    return IntStream.range(0, names.size())
        .mapToObj(i -> dialect.selected(names.get(i), key.get(i).type(), true))
        .collect(Collectors.joining(", "));
  }

  private static List<Column> keyColumns(TableHandle handle) {
    return Arrays.stream(handle.schema().keyIndexes())
        .mapToObj(handle.schema().columns()::get)
        .toList();
  }

  TemporaryKeys keys(TableHandle handle, Collection<RowKey> keys) {
    LayerTable table = session.table(handle);
    return fill(make(table), table.keyNames(), keyColumns(handle), keys);
  }

  private TemporaryKeys fill(
      String name, List<String> names, List<Column> key, Collection<RowKey> keys) {
    String text =
        "INSERT INTO %s (%s) VALUES (%s)"
            .formatted(
                name,
                String.join(", ", names),
                key.stream().map(_ -> "?").collect(Collectors.joining(", ")));
    try (PreparedStatement statement = session.connection.prepareStatement(text)) {
      int waiting = 0;
      for (RowKey one : keys) {
        for (int i = 0; i < key.size(); i++) {
          codec.bind(statement, i + 1, key.get(i).type(), one.get(i));
        }
        statement.addBatch();
        waiting++;
        if (waiting == BATCH) {
          statement.executeBatch();
          waiting = 0;
        }
      }
      if (waiting > 0) {
        statement.executeBatch();
      }
    } catch (SQLException e) {
      throw dialect.translate(e, text);
    }
    return new TemporaryKeys(session, name, keys.size());
  }

  /** The keys of a set, in order. */
  List<RowKey> all(TemporaryKeys keys, TableHandle handle) {
    LayerTable table = session.table(handle);
    List<Column> columns =
        Arrays.stream(handle.schema().keyIndexes())
            .mapToObj(handle.schema().columns()::get)
            .toList();
    return session.all(
        "SELECT %s FROM %s ORDER BY n".formatted(String.join(", ", table.keyNames()), keys.name()),
        RelationalSession.NONE,
        row -> RowKey.of(row(row, 1, columns).values().toArray(String[]::new)));
  }

  private String make(LayerTable table) {
    temporaries++;
    String name = "epoch_k_" + temporaries;
    List<String> columns = new ArrayList<>();
    for (String id : table.key()) {
      columns.add(table.column(id).definition());
    }
    session.execute(dialect.temporaryKeys(name, columns));
    return name;
  }

  List<Row> page(TemporaryKeys keys, TableHandle handle, StateLayers state, long first, int count) {
    int size = (int) Math.max(0, Math.min(count, keys.size() - first + 1));
    Row[] rows = new Row[size];
    if (state.layers().isEmpty() || size == 0) {
      return Arrays.asList(rows);
    }
    LayerTable table = session.table(handle);
    requireKept(table, state);
    List<Column> columns = handle.schema().columns();
    for (String text : keyed(table, keys, state, columns, "k.n, ", first, size)) {
      session.all(
          text,
          RelationalSession.NONE,
          row -> {
            rows[(int) (row.getLong(1) - first)] = row(row, 2, columns);
            return null;
          });
    }
    return Arrays.asList(rows);
  }

  /**
   * Rows of a state for keys from a number on: a query for each layer, since not every database
   * reads a temporary table twice in one.
   */
  List<String> keyed(
      LayerTable table,
      TemporaryKeys keys,
      StateLayers state,
      List<Column> columns,
      String before,
      long first,
      long count) {
    StateSql sql = session.sql(table);
    String numbers =
        count == Long.MAX_VALUE
            ? ""
            : " AND k.n >= %d AND k.n < %d".formatted(first, first + count);
    List<String> names = table.keyNames();
    return sql.arms(
        columns,
        state,
        keys.name() + " k " + dialect.orderedJoin() + " ",
        before,
        layer ->
            IntStream.range(0, names.size())
                    .mapToObj(i ->
                        sql.key(layer, StateSql.ROW, table.key().get(i)) + " = k." + names.get(i))
                    .collect(Collectors.joining(" AND "))
                + numbers);
  }

  boolean any(TableHandle handle, KeySource source) {
    LayerTable table = session.table(handle);
    String text =
        "SELECT count(*) FROM (%s%s) u"
            .formatted(session.sql(table).keys(List.of(source)), dialect.limit(1));
    return session.number(text) > 0;
  }

  private Row row(ResultSet row, int from, List<Column> columns) throws SQLException {
    String[] values = new String[columns.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = codec.read(row, from + i, columns.get(i).type());
    }
    return Row.of(values);
  }
}
