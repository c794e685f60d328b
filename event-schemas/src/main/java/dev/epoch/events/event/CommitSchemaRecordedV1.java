package dev.epoch.events.event;

import dev.epoch.events.table.RecordedSchema;
import java.util.List;
import java.util.Map;

/**
 * What is known of the schemas of a commit's databases.
 *
 * @param commit id
 * @param schemas by name of the storage
 * @param unavailable names of storages whose schemas could not be read
 * @param backfilled whether they were read long after the commit, which may have had others
 */
public record CommitSchemaRecordedV1(
    String commit,
    Map<String, RecordedSchema> schemas,
    List<String> unavailable,
    boolean backfilled)
    implements Event.OfCommit {
  public CommitSchemaRecordedV1 {
    schemas = schemas == null ? Map.of() : Map.copyOf(schemas);
    unavailable = unavailable == null ? List.of() : List.copyOf(unavailable);
  }
}
