package dev.epoch.storage.postgres.schema;

import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.Privilege;
import io.vertx.mutiny.sqlclient.Row;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Comments, privileges and dependencies, which any object may have. */
final class CatalogFacts {
  private record Part(CatalogId of, int number) {}

  private final Map<Part, String> comments = new HashMap<>();
  private final Map<CatalogId, List<Privilege>> privileges = new HashMap<>();
  private final Map<CatalogId, ObjectId> owners = new HashMap<>();
  private final List<Row> dependencies;
  private Map<ObjectId, Set<ObjectId>> needs = Map.of();

  CatalogFacts(List<Row> comments, List<Row> privileges, List<Row> dependencies) {
    comments.forEach(row ->
        this.comments.put(
            new Part(id(row, "catalog", "id"), row.getInteger("number")),
            row.getString("comment")));
    gather(privileges);
    this.dependencies = dependencies;
  }

  private static CatalogId id(Row row, String catalog, String id) {
    return new CatalogId(row.getLong(catalog), row.getLong(id));
  }

  private void gather(List<Row> rows) {
    record Grant(CatalogId of, String role, String privilege, boolean grantable) {}
    Map<Grant, List<String>> columns = new HashMap<>();
    for (Row row : rows) {
      CatalogId of = id(row, "catalog", "id");
      String role = row.getString("role");
      String privilege = row.getString("privilege");
      boolean grantable = row.getBoolean("grantable");
      if (row.getString("column_name") == null) {
        privileges
            .computeIfAbsent(of, any -> new ArrayList<>())
            .add(new Privilege(role, privilege, List.of(), grantable));
      } else {
        columns
            .computeIfAbsent(new Grant(of, role, privilege, grantable), any -> new ArrayList<>())
            .add(row.getString("column_name"));
      }
    }
    columns.forEach((grant, names) ->
        privileges
            .computeIfAbsent(grant.of(), any -> new ArrayList<>())
            .add(
                new Privilege(
                    grant.role(),
                    grant.privilege(),
                    names.stream().sorted().toList(),
                    grant.grantable())));
    privileges.values().forEach(list -> list.sort(ORDER));
  }

  private static final Comparator<Privilege> ORDER =
      Comparator.comparing(Privilege::role)
          .thenComparing(Privilege::privilege)
          .thenComparing(privilege -> String.join(",", privilege.columns()));

  /** Comment of an object, or of a column of it; null for none. */
  String comment(CatalogId of, int number) {
    return comments.get(new Part(of, number));
  }

  List<Privilege> privileges(CatalogId of) {
    return privileges.getOrDefault(of, List.of());
  }

  /** Says what a part of the catalogs is a part of. */
  void own(CatalogId part, ObjectId object) {
    owners.put(part, object);
  }

  /** Follows the dependencies, when the owner of every part is known. */
  void link() {
    Map<CatalogId, ObjectId> members = new HashMap<>();
    for (Row row : dependencies) {
      if (row.getString("kind").equals("e")) {
        ObjectId extension = owners.get(id(row, "needed_catalog", "needed_id"));
        if (extension != null) {
          members.put(id(row, "catalog", "id"), extension);
        }
      }
    }
    Map<ObjectId, Set<ObjectId>> linked = new TreeMap<>();
    for (Row row : dependencies) {
      ObjectId object = owners.get(id(row, "catalog", "id"));
      CatalogId neededId = id(row, "needed_catalog", "needed_id");
      ObjectId needed = owners.getOrDefault(neededId, members.get(neededId));
      if (object != null && needed != null && !object.equals(needed)) {
        linked.computeIfAbsent(object, any -> new TreeSet<>()).add(needed);
      }
    }
    needs = linked;
  }

  Set<ObjectId> needs(ObjectId object) {
    return needs.getOrDefault(object, Set.of());
  }
}
