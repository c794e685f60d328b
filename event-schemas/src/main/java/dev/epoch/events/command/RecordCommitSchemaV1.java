package dev.epoch.events.command;

import dev.epoch.events.table.RecordedSchema;
import java.util.List;
import java.util.Map;

/**
 * Keep the schemas of a commit's databases.
 *
 * @param commit id
 * @param schemas fact: by name of the storage, stored beside the log
 * @param unavailable fact: names of storages whose schemas cannot be read
 * @param backfilled whether they are read long after the commit; what was recorded with it stays
 */
public record RecordCommitSchemaV1(
    String commit,
    Map<String, RecordedSchema> schemas,
    List<String> unavailable,
    boolean backfilled)
    implements Command {
  public RecordCommitSchemaV1 {
    schemas = schemas == null ? Map.of() : Map.copyOf(schemas);
    unavailable = unavailable == null ? List.of() : List.copyOf(unavailable);
  }
}
