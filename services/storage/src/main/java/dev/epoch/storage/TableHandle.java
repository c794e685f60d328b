package dev.epoch.storage;

import dev.epoch.events.table.TableSchema;
import java.util.Objects;

/**
 * All an adapter needs to know of a registered table.
 *
 * @param repository that owns it
 * @param id of the registration
 * @param name in the repository, which queries use
 * @param path in the database
 * @param schema of its rows in the state that is meant
 * @param removed whether it is versioned no more: what commits read is kept apart from the table
 */
public record TableHandle(
    String repository,
    String id,
    String name,
    TablePath path,
    TableSchema schema,
    boolean removed) {
  public TableHandle {
    Objects.requireNonNull(repository, "repository");
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(schema, "schema");
  }

  /** A table that is versioned. */
  public TableHandle(
      String repository, String id, String name, TablePath path, TableSchema schema) {
    this(repository, id, name, path, schema, false);
  }

  /** The same with another of the schemas that it has had. */
  public TableHandle with(TableSchema other) {
    return new TableHandle(repository, id, name, path, other, removed);
  }

  /** The same at another place in the database. */
  public TableHandle at(TablePath other) {
    return new TableHandle(repository, id, name, other, schema, removed);
  }

  /** The same under another name in statements. */
  public TableHandle named(String other) {
    return new TableHandle(repository, id, other, path, schema, removed);
  }

  /** The same, versioned no more. */
  public TableHandle asRemoved() {
    return new TableHandle(repository, id, name, path, schema, true);
  }
}
