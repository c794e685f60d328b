package dev.epoch.engine.state;

import dev.epoch.events.Digest;
import dev.epoch.events.table.StoredSchema;
import dev.epoch.events.table.TableSchema;
import java.util.List;
import java.util.Optional;
import org.pcollections.HashTreePMap;
import org.pcollections.HashTreePSet;
import org.pcollections.PMap;
import org.pcollections.PSet;

/**
 * Registered tables.
 *
 * @param byId all that ever were, removed ones too: old commits speak of them
 * @param idByName those that are versioned now
 * @param removed ids of those that are versioned no more
 * @param schemas by hash, in hex: every one that a record had
 */
public record Tables(
    PMap<String, RegisteredTable> byId,
    PMap<String, String> idByName,
    PSet<String> removed,
    PMap<String, TableSchema> schemas) {
  public static final Tables NONE =
      new Tables(
          HashTreePMap.empty(), HashTreePMap.empty(), HashTreePSet.empty(), HashTreePMap.empty());

  /**
   * The schema of this hash.
   *
   * @throws IllegalStateException if no record had it
   */
  public TableSchema schema(Digest hash) {
    TableSchema schema = schemas.get(hash.hex());
    if (schema == null) {
      throw new IllegalStateException("no record has the schema " + hash.hex());
    }
    return schema;
  }

  Tables withSchemas(List<StoredSchema> stored) {
    PMap<String, TableSchema> more = schemas;
    for (StoredSchema schema : stored) {
      more = more.plus(schema.hash().hex(), schema.schema());
    }
    return new Tables(byId, idByName, removed, more);
  }

  /** The table versioned under this name now; none for null. */
  public Optional<RegisteredTable> named(String name) {
    return Optional.ofNullable(name).map(idByName::get).map(byId::get);
  }

  Tables with(RegisteredTable table) {
    return new Tables(
        byId.plus(table.id(), table),
        idByName.plus(table.name(), table.id()),
        removed,
        schemas.plus(table.schemaHash().hex(), table.schema()));
  }

  Tables dropped(RegisteredTable table) {
    return new Tables(byId.plus(table.id(), table.asDropped()), idByName, removed, schemas);
  }

  /** Removed tables of this name of which something is kept for commits, by id. */
  public List<String> kept(String name) {
    return removed.stream()
        .map(byId::get)
        .filter(table -> table.kept() && table.name().equals(name))
        .map(RegisteredTable::id)
        .sorted()
        .toList();
  }

  /**
   * @param kept whether commits still read what they read of it
   * @param branchId of the branch whose next commit is without it; null: the default branch
   */
  Tables without(String id, boolean kept, String branchId) {
    RegisteredTable table = byId.get(id);
    return new Tables(
        byId.plus(id, table.asRemoved(kept, branchId)),
        id.equals(idByName.get(table.name())) ? idByName.minus(table.name()) : idByName,
        removed.plus(id),
        schemas);
  }
}
