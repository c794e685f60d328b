package dev.epoch.storage.postgres.copy;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.copy.MadeTable;
import dev.epoch.storage.copy.TableLike;
import dev.epoch.storage.copy.TableMaker;
import dev.epoch.storage.postgres.catalog.Introspector;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.postgres.connection.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Makes tables in one transaction; a comment says by which operation until they are kept. */
public final class PostgresTableMaker implements TableMaker {
  private static final int BATCH = 1_000;

  private final Database database;

  public PostgresTableMaker(Database database) {
    this.database = database;
  }

  /** Ends a transaction that is to leave nothing. */
  private static final class TakenBack extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient TableSchema schema;

    TakenBack(TableSchema schema) {
      super(null, null, false, false);
      this.schema = schema;
    }
  }

  @Override
  public MadeTable foresee(TablePath path, TableSchema like, boolean isSameKind) {
    TableLike made =
        new TableLike(
            name(path),
            path,
            like,
            isSameKind,
            Quote::identifier,
            (type, _) -> type(type, isSameKind));
    try {
      database.writeOnly(session -> {
        session.run(made.statement());
        throw new TakenBack(Introspector.introspect(session, path, List.of()).schema());
      });
      throw new IllegalStateException("a transaction that is taken back ended");
    } catch (TakenBack foreseen) {
      return made.made(foreseen.schema);
    }
  }

  @Override
  public String type(DataType type, boolean isSameKind) {
    return isSameKind && isBuiltIn(type) ? type.name() : PostgresTypes.of(type);
  }

  /** Types of users may not be there. */
  private static boolean isBuiltIn(DataType type) {
    return switch (type.kind()) {
      case ENUM, COMPOSITE, DOMAIN, OTHER, RANGE -> false;
      case ARRAY -> isBuiltIn(type.element());
      default -> true;
    };
  }

  @Override
  public void make(OperationId operation, TablePath path, MadeTable table, RowStream<Row> rows) {
    try (rows) {
      database.writeOnly(session -> {
        if (isMade(session, operation, path)) {
          return;
        }
        session.run(table.statement());
        session.run("COMMENT ON TABLE %s IS '%s'".formatted(name(path), comment(operation)));
        fill(session, path, table.schema(), rows);
      });
    }
  }

  private static void fill(
      Session session, TablePath path, TableSchema schema, RowStream<Row> rows) {
    List<Column> columns = schema.columns();
    String insert =
        "INSERT INTO %s (%s) SELECT %s FROM unnest(%s) AS u (%s)"
            .formatted(
                name(path),
                Quote.identifiers(columns.stream().map(Column::name).toList()),
                each(columns, i -> "u.c" + i + "::" + columns.get(i).type().name()),
                each(columns, i -> "$" + (i + 1) + "::text[]"),
                each(columns, i -> "c" + i));
    List<Row> batch = new ArrayList<>(BATCH);
    while (rows.hasNext()) {
      batch.add(rows.next());
      if (batch.size() == BATCH || !rows.hasNext()) {
        Object[] values = new Object[columns.size()];
        for (int i = 0; i < values.length; i++) {
          int place = i;
          values[i] = batch.stream().map(row -> row.get(place)).toArray(String[]::new);
        }
        session.execute(insert, values);
        batch.clear();
      }
    }
  }

  private static String each(List<Column> columns, java.util.function.IntFunction<String> part) {
    return IntStream.range(0, columns.size()).mapToObj(part).collect(Collectors.joining(", "));
  }

  @Override
  public void unmake(OperationId operation, TablePath path) {
    database.writeOnly(session -> {
      if (isMade(session, operation, path)) {
        session.run("DROP TABLE " + name(path));
      }
    });
  }

  @Override
  public void keep(OperationId operation, TablePath path) {
    database.writeOnly(session -> {
      if (isMade(session, operation, path)) {
        session.run("COMMENT ON TABLE %s IS NULL".formatted(name(path)));
      }
    });
  }

  private static boolean isMade(Session session, OperationId operation, TablePath path) {
    return session
        .first(
            "SELECT pg_catalog.obj_description(pg_catalog.to_regclass($1), 'pg_class') = $2",
            row -> Boolean.TRUE.equals(row.getBoolean(0)),
            name(path),
            comment(operation))
        .orElse(false);
  }

  private static String comment(OperationId operation) {
    return "Epoch fills this table: operation " + operation.id();
  }

  private static String name(TablePath path) {
    return Quote.qualified(path.schema(), path.table());
  }
}
