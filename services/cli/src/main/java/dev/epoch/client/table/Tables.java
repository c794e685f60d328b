package dev.epoch.client.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.client.transport.Call;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Scope;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Registers tables and tells about them. */
public final class Tables {

  private final Scope scope;

  public Tables(Scope scope) {
    this.scope = Objects.requireNonNull(scope, "scope");
  }

  /**
   * A table to register: either a location, or a path in a storage backend or in the database whose
   * location is given.
   *
   * @param storageName null for the default one
   * @param primaryKey empty to let the server find it
   * @param appendOnly whether rows are only ever added, and get ids instead of a key
   * @param branch that it was made on, null for a live table
   */
  public record Draft(
      String name,
      String location,
      String storageName,
      String path,
      List<String> primaryKey,
      boolean appendOnly,
      String branch) {

    /** Checks what must be there. */
    public Draft {
      Objects.requireNonNull(name, "name");
      primaryKey = List.copyOf(primaryKey);
    }
  }

  /** Registers a table; answers when all its records are known. */
  public Table add(String branch, Draft draft) {
    ObjectNode body = Json.object().put("name", draft.name());
    if (draft.location() != null) {
      body.put("location", draft.location());
    }
    if (draft.storageName() != null) {
      body.put("storage_name", draft.storageName());
    }
    if (draft.path() != null) {
      body.put("path", draft.path());
    }
    if (!draft.primaryKey().isEmpty()) {
      ArrayNode key = body.putArray("primary_key");
      draft.primaryKey().forEach(key::add);
    }
    if (draft.appendOnly()) {
      body.put("append_only", true);
    }
    if (draft.branch() != null) {
      body.put("branch", draft.branch());
    }
    Call call = scope.post("tables").query("branch", branch).body(body).asLongAsItTakes();
    return Table.of(scope.send(call));
  }

  /**
   * A table that a database has.
   *
   * @param path where it is in the database
   * @param name that it has in the repository, or a free one for it
   */
  public record Discovered(String path, String name, boolean registered) {}

  /**
   * The tables of a database.
   *
   * @param location of the database, or null
   * @param storageName null for the default one
   */
  public List<Discovered> discover(String location, String storageName) {
    ObjectNode body = Json.object();
    if (location != null) {
      body.put("location", location);
    }
    if (storageName != null) {
      body.put("storage_name", storageName);
    }
    return Json.items(scope.send(scope.post("tables", "discover").body(body)), "tables").stream()
        .map(table ->
            new Discovered(
                table.path("path").asText(),
                table.path("name").asText(),
                table.path("registered").asBoolean()))
        .toList();
  }

  /** How far a registration has come, if one is running. */
  public Optional<Table.Registration> registration(String name) {
    JsonNode registration = scope.send(scope.get("tables", name)).path("registration");
    return registration.isObject()
        ? Optional.of(Table.Registration.of(registration))
        : Optional.empty();
  }

  /** All tables of a ref. */
  public Table.Listing list(String ref) {
    return Table.Listing.of(scope.send(scope.get("tables").query("ref", ref)));
  }

  /** One table of a ref. */
  public Table get(String name, String ref) {
    return Table.of(scope.send(scope.get("tables", name).query("ref", ref)));
  }

  /** The schema of a table: columns, primary key, constraints, indexes. */
  public JsonNode schema(String name, String ref) {
    return scope.send(scope.get("tables", name, "schema").query("ref", ref));
  }

  /** The columns of a schema. */
  public static List<Table.Column> columns(JsonNode schema) {
    return Table.columns(schema);
  }

  /** Reads the schema and the row count of a table again. */
  public Table refresh(String name, String branch) {
    return Table.of(scope.send(scope.post("tables", name, "refresh").query("ref", branch)));
  }

  /** Looks for changes of a table that were not captured. */
  public JsonNode rescan(String name, String branch) {
    return scope.send(
        scope.post("tables", name, "rescan").query("branch", branch).asLongAsItTakes());
  }

  /**
   * Copies a table to another storage.
   *
   * @param as name of the copy, or null
   * @param path of the copy in the storage, or null
   * @param at commit that has the rows
   */
  public JsonNode copy(String name, String to, String as, String path, String at) {
    ObjectNode body = Json.object().put("to", to).put("at", at);
    if (as != null) {
      body.put("as", as);
    }
    if (path != null) {
      body.put("path", path);
    }
    return scope.send(scope.post("tables", name, "copy").body(body).asLongAsItTakes());
  }

  /**
   * Brings what changed in a table to one that it was copied to or from.
   *
   * @param ref commit up to which
   * @param branch whose uncommitted changes they become
   * @param strategy {@code ours} or {@code theirs}, or null
   */
  public JsonNode merge(
      String name, String ref, String into, String branch, String strategy, boolean dryRun) {
    ObjectNode body = Json.object().put("source", name).put("ref", ref).put("branch", branch);
    if (strategy != null) {
      body.put("strategy", strategy);
    }
    if (dryRun) {
      body.put("dry_run", true);
    }
    return scope.send(scope.post("tables", into, "merge").body(body).asLongAsItTakes());
  }

  /**
   * Ends the registration of a table.
   *
   * @param force also with changes that are not committed
   * @param purge commits cannot read it afterwards
   */
  public void remove(String name, String branch, boolean force, boolean purge) {
    scope.send(
        scope
            .delete("tables", name)
            .query("ref", branch)
            .query("force", force ? true : null)
            .query("purge", purge ? true : null)
            .asLongAsItTakes());
  }
}
