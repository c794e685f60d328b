package dev.epoch.storage.postgres.operation;

import dev.epoch.storage.TableHandle;
import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.postgres.state.StateResolver;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Says which sessions an operation waited for when it gives up: process id, table, since when. */
final class LockHolders {
  /** Most sessions that are named, the oldest transactions first. */
  private static final int MOST = 5;

  private static final String HOLDERS =
      """
      SELECT a.pid, a.application_name, a.xact_start, array_agg(DISTINCT c.relname::text)
      FROM pg_locks l
      JOIN pg_stat_activity a ON a.pid = l.pid
      JOIN pg_class c ON c.oid = l.relation
      WHERE l.granted AND l.locktype = 'relation' AND l.pid <> pg_backend_pid()
      AND l.relation IN (SELECT to_regclass(name) FROM unnest($1::text[]) name)
      AND l.mode NOT IN ('AccessShareLock', 'RowShareLock')
      GROUP BY a.pid, a.application_name, a.xact_start
      ORDER BY a.xact_start
      LIMIT %d\
      """
          .formatted(MOST);

  private final Database database;
  private final StateResolver resolver;

  LockHolders(Database database, StateResolver resolver) {
    this.database = database;
    this.resolver = resolver;
  }

  /** Does it, and names who was waited for if that was in vain. */
  <T> T named(Operation operation, Supplier<T> work) {
    try {
      return work.get();
    } catch (BusyException busy) {
      String holders = holders(operation);
      throw holders.isEmpty()
          ? busy
          : new BusyException(
              busy.getMessage() + ". Waited for " + holders, busy.remedy(), busy.getCause());
    }
  }

  private String holders(Operation operation) {
    Map<String, TableHandle> tables = new LinkedHashMap<>();
    Stream.concat(
            operation.tables().stream().map(Operation.TableOperation::table),
            operation.live().stream())
        .forEach(table -> tables.put(table.table().id(), table.table()));
    try {
      return database.read(session -> {
        Map<String, String> names = new LinkedHashMap<>();
        resolver
            .workingSets(session, operation.branch(), tables.values())
            .forEach((id, workingSet) -> names.put(workingSet, tables.get(id).name()));
        if (operation.branch().isDefault()) {
          tables
              .values()
              .forEach(table ->
                  names.put(
                      Quote.qualified(table.path().schema(), table.path().table()), table.name()));
        }
        List<String> found =
            session.list(
                HOLDERS,
                row ->
                    "process %d%s, which has changed %s and is in a transaction since %s"
                        .formatted(
                            row.getInteger(0),
                            row.getString(1).isEmpty() ? "" : " (" + row.getString(1) + ")",
                            tableNames(names, row.getArrayOfStrings(3)),
                            since(row.getOffsetDateTime(2))),
                (Object) names.keySet().toArray(String[]::new));
        return String.join("; ", found);
      });
    } catch (StorageException unknown) {
      // that the locks could not be had is the answer, who had them is not known then
      return "";
    }
  }

  private static String since(OffsetDateTime start) {
    return start == null ? "unknown" : start.withOffsetSameInstant(ZoneOffset.UTC).toString();
  }

  /** Users' names of tables, given names of relations. */
  private static String tableNames(Map<String, String> names, String[] relations) {
    return String.join(
        ", ",
        names.entrySet().stream()
            .filter(name ->
                Stream.of(relations).anyMatch(relation -> isCalled(name.getKey(), relation)))
            .map(Map.Entry::getValue)
            .distinct()
            .sorted()
            .toList());
  }

  private static boolean isCalled(String qualified, String relation) {
    return qualified.endsWith("." + Quote.identifier(relation));
  }
}
