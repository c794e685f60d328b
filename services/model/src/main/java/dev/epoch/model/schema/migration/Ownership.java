package dev.epoch.model.schema.migration;

import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectKind;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What gives objects that were made anew to the roles that made them first. */
public final class Ownership {
  private Ownership() {}

  /**
   * Statements to be run after others.
   *
   * @param statements the others
   * @param after what there is when they have run
   * @param owners of objects; what nobody is known to own gets no statement, tables get none
   */
  public static List<String> statements(
      List<Statement> statements, DatabaseSchema after, Map<ObjectId, String> owners) {
    return statements.stream()
        .map(Statement::object)
        .distinct()
        .filter(id -> id.kind() != ObjectKind.TABLE && owners.containsKey(id))
        .map(id -> after.objects().get(id))
        .filter(Objects::nonNull)
        .map(object ->
            "ALTER %s %s OWNER TO %s"
                .formatted(
                    ObjectDdl.keyword(object),
                    ObjectDdl.named(object.id()),
                    Names.quote(owners.get(object.id()))))
        .toList();
  }
}
