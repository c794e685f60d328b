package dev.epoch.engine.state;

import dev.epoch.events.table.RecordedSchema;
import java.util.List;
import java.util.Map;

/**
 * What is known of the schemas of a commit's databases.
 *
 * @param schemas by name of the storage
 * @param unavailable names of storages whose schemas could not be read
 * @param backfilled whether they were read long after the commit
 */
public record CommitSchema(
    Map<String, RecordedSchema> schemas, List<String> unavailable, boolean backfilled) {
  public CommitSchema {
    schemas = Map.copyOf(schemas);
    unavailable = List.copyOf(unavailable);
  }
}
