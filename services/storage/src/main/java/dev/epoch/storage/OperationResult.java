package dev.epoch.storage;

import dev.epoch.events.table.RowsLocation;
import java.util.Map;

/**
 * What an operation did in one database.
 *
 * @param locations by table id: where the committed rows of the branch are now. A table whose net
 *     change is empty keeps its former location.
 */
public record OperationResult(Map<String, RowsLocation> locations) {
  public OperationResult {
    locations = Map.copyOf(locations);
  }
}
