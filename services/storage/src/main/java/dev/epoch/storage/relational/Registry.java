package dev.epoch.storage.relational;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.layered.LayerSession.Remembered;
import dev.epoch.storage.operation.OperationResult;
import dev.epoch.storage.relational.RelationalSession.Binding;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What Epoch notes in a database: tables, branches and operations. */
final class Registry {
  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  static final String TABLES = "epoch_tables";

  /** All but the layers of tables. */
  private static final List<String> OWN =
      List.of(
          "epoch_branch_tables",
          "epoch_branches",
          "epoch_operations",
          "epoch_fences",
          "epoch_writes",
          TABLES);

  private final Dialect dialect;

  Registry(Dialect dialect) {
    this.dialect = dialect;
  }

  boolean isThere(RelationalSession session) {
    try (ResultSet tables =
        session
            .connection
            .getMetaData()
            .getTables(session.connection.getCatalog(), null, TABLES, new String[] {"TABLE"})) {
      return tables.next();
    } catch (SQLException e) {
      throw dialect.translate(e, "look for " + TABLES);
    }
  }

  void create(RelationalSession session) {
    session.execute(
        """
        CREATE TABLE IF NOT EXISTS epoch_branches (
          number INTEGER NOT NULL PRIMARY KEY,
          id VARCHAR(190) NOT NULL UNIQUE,
          repository VARCHAR(190) NOT NULL,
          name VARCHAR(190) NOT NULL,
          version BIGINT NOT NULL,
          is_default INTEGER NOT NULL,
          named INTEGER NOT NULL,
          dropped INTEGER NOT NULL)\
        """
            + dialect.noteTable());
    session.execute(
        """
        CREATE TABLE IF NOT EXISTS epoch_branch_tables (
          branch INTEGER NOT NULL,
          table_number INTEGER NOT NULL,
          anchor BIGINT NOT NULL,
          overlay VARCHAR(190),
          overlay_position BIGINT NOT NULL,
          PRIMARY KEY (branch, table_number))\
        """
            + dialect.noteTable());
    session.execute(
        """
        CREATE TABLE IF NOT EXISTS epoch_operations (
          id VARCHAR(36) NOT NULL PRIMARY KEY,
          result %s)\
        """
                .formatted(dialect.longText())
            + dialect.noteTable());
    session.execute(
        """
        CREATE TABLE IF NOT EXISTS epoch_fences (
          id VARCHAR(36) NOT NULL PRIMARY KEY,
          fence BIGINT NOT NULL)\
        """
            + dialect.noteTable());
    session.execute(
        """
        CREATE TABLE IF NOT EXISTS epoch_writes (
          repository VARCHAR(190) NOT NULL,
          write_key VARCHAR(190) NOT NULL,
          request VARCHAR(190) NOT NULL,
          result %s NOT NULL,
          PRIMARY KEY (repository, write_key))\
        """
                .formatted(dialect.longText())
            + dialect.noteTable());
    dialect.ownTables().values().forEach(own -> own.forEach(session::execute));
    // the last one: who finds it finds them all
    session.execute(
        """
        CREATE TABLE IF NOT EXISTS epoch_tables (
          number INTEGER NOT NULL PRIMARY KEY,
          id VARCHAR(190) NOT NULL UNIQUE,
          repository VARCHAR(190) NOT NULL,
          schema_name VARCHAR(190) NOT NULL,
          table_name VARCHAR(190) NOT NULL,
          position BIGINT NOT NULL,
          archived INTEGER NOT NULL,
          definition %s NOT NULL)\
        """
                .formatted(dialect.longText())
            + dialect.noteTable());
  }

  void drop(RelationalSession session) {
    session.execute("DROP TABLE IF EXISTS " + RelationalTableMaker.MADE);
    dialect.ownTables().keySet().forEach(table -> session.execute("DROP TABLE IF EXISTS " + table));
    OWN.forEach(table -> session.execute("DROP TABLE IF EXISTS " + table));
  }

  // ---- tables

  /** What of a registration stands as JSON. */
  private record Definition(
      List<String> key, List<LayerTable.LayerColumn> columns, boolean replaced) {}

  private static final String TABLE_COLUMNS =
      "number, id, repository, schema_name, table_name, position, archived, definition";

  Optional<LayerTable> table(RelationalSession session, String id) {
    return session.first(
        "SELECT " + TABLE_COLUMNS + " FROM epoch_tables WHERE id = ?", Binding.of(id), this::table);
  }

  List<LayerTable> tables(RelationalSession session) {
    return session.all(
        "SELECT " + TABLE_COLUMNS + " FROM epoch_tables ORDER BY number",
        RelationalSession.NONE,
        this::table);
  }

  private LayerTable table(ResultSet row) throws SQLException {
    Definition definition = read(row.getString(8), new TypeReference<>() {});
    return new LayerTable(
        row.getInt(1),
        row.getString(2),
        row.getString(3),
        new TablePath(row.getString(4), row.getString(5)),
        row.getLong(6),
        row.getInt(7) == 1,
        definition.replaced,
        definition.key,
        definition.columns,
        Map.of());
  }

  int nextTable(RelationalSession session) {
    return (int) session.number("SELECT COALESCE(max(number), 0) + 1 FROM epoch_tables");
  }

  void put(RelationalSession session, LayerTable table) {
    session.update("DELETE FROM epoch_tables WHERE id = ?", Binding.of(table.id()));
    session.update(
        "INSERT INTO epoch_tables (" + TABLE_COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        Binding.of(
            table.number(),
            table.id(),
            table.repository(),
            table.path().schema(),
            table.path().table(),
            table.position(),
            table.archived() ? 1 : 0,
            write(new Definition(table.key(), table.columns(), table.replaced()))));
    session.changed(table.id());
  }

  void remove(RelationalSession session, LayerTable table) {
    session.update(
        "DELETE FROM epoch_branch_tables WHERE table_number = ?", Binding.of(table.number()));
    session.update("DELETE FROM epoch_tables WHERE id = ?", Binding.of(table.id()));
    session.changed(table.id());
  }

  // ---- branches

  /** A branch as the database knows it. */
  record Branch(
      long number, String id, String name, long version, boolean named, boolean dropped) {}

  List<Branch> branches(RelationalSession session, String repository) {
    return session.all(
        "SELECT number, id, name, version, named, dropped FROM epoch_branches WHERE repository = ?"
            + " ORDER BY number",
        Binding.of(repository),
        row ->
            new Branch(
                row.getLong(1),
                row.getString(2),
                row.getString(3),
                row.getLong(4),
                row.getInt(5) == 1,
                row.getInt(6) == 1));
  }

  /** Null if there is no such branch. */
  Long branchNumber(RelationalSession session, String id) {
    return session
        .first("SELECT number FROM epoch_branches WHERE id = ?", Binding.of(id), r -> r.getLong(1))
        .orElse(null);
  }

  /** Notes a branch as it is now; one that has a number keeps it. */
  long put(RelationalSession session, BranchHandle branch, boolean named, boolean dropped) {
    Long former = branchNumber(session, branch.id());
    long number =
        former != null
            ? former
            : session.number("SELECT COALESCE(max(number), 0) + 1 FROM epoch_branches");
    session.update("DELETE FROM epoch_branches WHERE id = ?", Binding.of(branch.id()));
    session.update(
        "INSERT INTO epoch_branches (number, id, repository, name, version, is_default, named,"
            + " dropped) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        Binding.of(
            number,
            branch.id(),
            branch.repository(),
            branch.name(),
            branch.version(),
            branch.isDefault() ? 1 : 0,
            named ? 1 : 0,
            dropped ? 1 : 0));
    session.branchesChanged();
    return number;
  }

  /** Null if there is none. */
  String defaultBranch(RelationalSession session, String repository) {
    return session
        .first(
            "SELECT id FROM epoch_branches WHERE repository = ? AND is_default = 1",
            Binding.of(repository),
            row -> row.getString(1))
        .orElse(null);
  }

  void unname(RelationalSession session, String id) {
    session.update("UPDATE epoch_branches SET named = 0 WHERE id = ?", Binding.of(id));
  }

  void dropBranch(RelationalSession session, String id) {
    session.update("UPDATE epoch_branches SET dropped = 1 WHERE id = ?", Binding.of(id));
  }

  void removeBranch(RelationalSession session, long number) {
    session.update("DELETE FROM epoch_branch_tables WHERE branch = ?", Binding.of(number));
    session.update("DELETE FROM epoch_branches WHERE number = ?", Binding.of(number));
    session.branchesChanged();
  }

  boolean hasTable(RelationalSession session, String branchId, int table) {
    return session
        .first(
            "SELECT 1 FROM epoch_branch_tables t JOIN epoch_branches b ON b.number = t.branch"
                + " WHERE b.id = ? AND t.table_number = ?",
            Binding.of(branchId, table),
            _ -> true)
        .orElse(false);
  }

  void clearTables(RelationalSession session, long branch) {
    session.update("DELETE FROM epoch_branch_tables WHERE branch = ?", Binding.of(branch));
  }

  void setHead(RelationalSession session, BranchHandle branch, int table, RowsLocation head) {
    Long number = branchNumber(session, branch.id());
    if (number != null) {
      setHead(session, number, table, head);
    }
  }

  void setHead(RelationalSession session, long branch, int table, RowsLocation head) {
    session.update(
        "DELETE FROM epoch_branch_tables WHERE branch = ? AND table_number = ?",
        Binding.of(branch, table));
    session.update(
        "INSERT INTO epoch_branch_tables (branch, table_number, anchor, overlay, overlay_position)"
            + " VALUES (?, ?, ?, ?, ?)",
        Binding.of(branch, table, head.anchor(), head.overlay(), head.overlayPosition()));
  }

  /** A branch that has a table, with where its rows are. */
  record HeadOfBranch(String id, String name, boolean isDefault, RowsLocation head) {}

  List<HeadOfBranch> heads(RelationalSession session, int table) {
    return session.all(
        "SELECT b.id, b.name, b.is_default, t.anchor, t.overlay, t.overlay_position FROM epoch_branch_tables t"
            + " JOIN epoch_branches b ON b.number = t.branch"
            + " WHERE t.table_number = ? ORDER BY b.name",
        Binding.of(table),
        row ->
            new HeadOfBranch(
                row.getString(1),
                row.getString(2),
                row.getInt(3) == 1,
                new RowsLocation(row.getLong(4), row.getString(5), row.getLong(6))));
  }

  // ---- operations

  /** What an operation is remembered by: rows are not kept. */
  private record Kept(
      Map<String, RowsLocation> locations,
      Map<String, RowsLocation> live,
      Map<String, TableSchema> schemas) {}

  Optional<Remembered> operation(RelationalSession session, UUID id) {
    return session.first(
        "SELECT result FROM epoch_operations WHERE id = ?",
        Binding.of(id.toString()),
        row -> {
          String text = row.getString(1);
          if (text == null) {
            return new Remembered(null);
          }
          Kept kept = read(text, new TypeReference<>() {});
          return new Remembered(
              new OperationResult(kept.locations, kept.live, Map.of(), kept.schemas));
        });
  }

  void remember(RelationalSession session, UUID id, OperationResult result) {
    session.update("DELETE FROM epoch_operations WHERE id = ?", Binding.of(id.toString()));
    String text =
        result == null
            ? null
            : write(new Kept(result.locations(), result.live(), result.schemas()));
    session.update(
        "INSERT INTO epoch_operations (id, result) VALUES (?, ?)", Binding.of(id.toString(), text));
  }

  long fence(RelationalSession session, UUID id, long fence) {
    Optional<Long> former =
        session.first(
            "SELECT fence FROM epoch_fences WHERE id = ?",
            Binding.of(id.toString()),
            row -> row.getLong(1));
    if (former.isPresent() && former.get() >= fence) {
      return former.get();
    }
    session.update("DELETE FROM epoch_fences WHERE id = ?", Binding.of(id.toString()));
    session.update(
        "INSERT INTO epoch_fences (id, fence) VALUES (?, ?)", Binding.of(id.toString(), fence));
    return fence;
  }

  void forget(RelationalSession session, Collection<UUID> operations) {
    for (UUID id : operations) {
      session.update("DELETE FROM epoch_operations WHERE id = ?", Binding.of(id.toString()));
      session.update("DELETE FROM epoch_fences WHERE id = ?", Binding.of(id.toString()));
    }
  }

  // ---- JSON

  static <T> T read(String json, TypeReference<T> type) {
    try {
      return JSON.readValue(json, type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("What Epoch noted cannot be read: " + json, e);
    }
  }

  static String write(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
