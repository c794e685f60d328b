package dev.epoch.storage.relational;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.value.Values;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.ValueCodec;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.BadValueException;
import dev.epoch.storage.error.ConstraintViolationsException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.WriteKeyReusedException;
import dev.epoch.storage.error.WriteRefusedException;
import dev.epoch.storage.layered.KeySet;
import dev.epoch.storage.layered.StateLayers;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.record.WriteKey;
import dev.epoch.storage.record.WriteResult;
import dev.epoch.storage.relational.RelationalSession.Binding;
import dev.epoch.storage.state.TableState;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Records that clients write through the API: on the default branch as an application writes, on
 * others as the live table would have them.
 */
final class RecordWriter {
  private final RelationalStore store;
  private final ValueCodec values;
  private final Function<LiveTable, RowShaper> shapers;

  RecordWriter(RelationalStore store, ValueCodec values, Function<LiveTable, RowShaper> shapers) {
    this.store = store;
    this.values = values;
    this.shapers = shapers;
  }

  private record Answer(String request, WriteResult result) {}

  WriteResult write(
      BranchHandle branch, BranchTable table, List<RowWrite> writes, Optional<WriteKey> key) {
    try (RelationalSession session = branch.isDefault() ? store.beginOnLive() : store.begin(true)) {
      Optional<Answer> former = key.flatMap(given -> former(session, given));
      if (former.isPresent()) {
        if (!former.get().request.equals(key.get().request())) {
          throw new WriteKeyReusedException(
              "The key was used for another write", "Take a new Idempotency-Key");
        }
        return former.get().result;
      }
      session.requireKnown(branch, table.table());
      WriteResult result = write(session, branch, table, writes);
      key.ifPresent(given -> keep(session, given, result));
      session.commit();
      return result;
    }
  }

  private static Optional<Answer> former(RelationalSession session, WriteKey key) {
    return session.first(
        "SELECT request, result FROM epoch_writes WHERE repository = ? AND write_key = ?",
        Binding.of(key.repository(), key.key()),
        row ->
            new Answer(
                row.getString(1), Registry.read(row.getString(2), new TypeReference<>() {})));
  }

  private static void keep(RelationalSession session, WriteKey key, WriteResult result) {
    session.update(
        "INSERT INTO epoch_writes (repository, write_key, request, result) VALUES (?, ?, ?, ?)",
        Binding.of(key.repository(), key.key(), key.request(), Registry.write(result)));
  }

  private WriteResult write(
      RelationalSession session, BranchHandle branch, BranchTable table, List<RowWrite> writes) {
    TableSchema schema =
        session
            .schemas(branch, List.of(table))
            .getOrDefault(table.table().id(), table.table().schema());
    TableHandle handle = table.table().with(schema);
    StateLayers state = StateLayers.of(new TableState.Working(branch, table.head()));
    Set<RowKey> seen = new HashSet<>();
    long inserted = 0;
    long updated = 0;
    long deleted = 0;
    try (RowShaper shaper = shapers.apply(TableShapes.read(session, handle.path()))) {
      for (int i = 0; i < writes.size(); i++) {
        Map<String, String> given = texts(schema, writes.get(i), i);
        RowKey key = key(schema, given, i);
        if (!seen.add(key)) {
          throw new WriteRefusedException(i, "The key " + key + " stands in two records", null);
        }
        Row before = row(session, handle, state, key);
        Row after = null;
        if (writes.get(i) instanceof RowWrite.Upsert) {
          after = shaped(shaper, schema, before, given, i);
        }
        if (same(schema, before, after)) {
          continue;
        }
        RowChange change = new RowChange(key, before, after);
        put(session, branch, handle, change, i);
        switch (change.kind()) {
          case INSERT -> inserted++;
          case UPDATE -> updated++;
          case DELETE -> deleted++;
        }
      }
    }
    return new WriteResult(
        inserted, updated, deleted, writes.size() - inserted - updated - deleted);
  }

  private static Row shaped(
      RowShaper shaper, TableSchema schema, Row before, Map<String, String> given, int index) {
    Map<String, String> changed = given;
    if (before != null) {
      changed = new LinkedHashMap<>(given);
      changed.keySet().removeAll(schema.primaryKey());
      changed
          .entrySet()
          .removeIf(value ->
              Objects.equals(before.get(schema.indexOf(value.getKey())), value.getValue()));
      if (changed.isEmpty()) {
        return before;
      }
    }
    try {
      return shaper.shape(before, changed);
    } catch (StorageException e) {
      throw new WriteRefusedException(index, e.getMessage(), e.remedy());
    }
  }

  private static void put(
      RelationalSession session,
      BranchHandle branch,
      TableHandle handle,
      RowChange change,
      int index) {
    if (!branch.isDefault()) {
      session.put(handle, branch.id(), List.of(change));
      return;
    }
    try {
      session.writeLive(handle, List.of(change));
    } catch (ConstraintViolationsException e) {
      throw new WriteRefusedException(index, e.violations().getFirst().message(), null);
    }
  }

  private static Row row(
      RelationalSession session, TableHandle handle, StateLayers state, RowKey key) {
    try (KeySet keys = session.keys(handle, List.of(key))) {
      return session.page(keys, handle, state, 1, 1).getFirst();
    }
  }

  private static boolean same(TableSchema schema, Row before, Row after) {
    if (before == null || after == null) {
      return before == after;
    }
    for (int i = 0; i < schema.columns().size(); i++) {
      if (!Values.same(schema.columns().get(i).type(), before.get(i), after.get(i))) {
        return false;
      }
    }
    return true;
  }

  private Map<String, String> texts(TableSchema schema, RowWrite write, int index) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> given : write.record().entrySet()) {
      Column column =
          schema
              .column(given.getKey())
              .orElseThrow(() ->
                  new WriteRefusedException(index, "There is no column " + given.getKey(), null));
      if (column.generated()) {
        continue;
      }
      try {
        texts.put(column.name(), values.toText(column.type(), given.getValue()));
      } catch (BadValueException e) {
        throw new WriteRefusedException(index, column.name() + ": " + e.getMessage(), e.remedy());
      }
    }
    return texts;
  }

  private static RowKey key(TableSchema schema, Map<String, String> given, int index) {
    String[] key = new String[schema.primaryKey().size()];
    for (int i = 0; i < key.length; i++) {
      key[i] = given.get(schema.primaryKey().get(i));
      if (key[i] == null) {
        throw new WriteRefusedException(
            index, "The record lacks " + schema.primaryKey().get(i) + " of its key", null);
      }
    }
    return RowKey.of(key);
  }
}
