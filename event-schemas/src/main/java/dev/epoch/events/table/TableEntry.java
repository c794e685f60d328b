package dev.epoch.events.table;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.epoch.events.Digest;
import java.util.Objects;

/**
 * A table in a commit.
 *
 * @param tableId identity of the registration
 * @param name in the repository
 * @param schemaHash of its {@link TableSchema}
 * @param contentHash of its rows, as a multiset
 * @param contentSum the sum behind the content hash, base64; lets the next commit update it in
 *     O(changes)
 * @param rowCount number of rows
 * @param location where the rows are
 * @param changeSet root chunk of the changes against the first parent, null if there are none or
 *     all rows are new
 * @param inserted rows of the change
 * @param updated rows of the change
 * @param deleted rows of the change
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TableEntry(
    String tableId,
    String name,
    Digest schemaHash,
    Digest contentHash,
    String contentSum,
    long rowCount,
    RowsLocation location,
    Digest changeSet,
    long inserted,
    long updated,
    long deleted) {

  public TableEntry {
    Objects.requireNonNull(tableId, "tableId");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(schemaHash, "schemaHash");
    Objects.requireNonNull(contentHash, "contentHash");
    Objects.requireNonNull(contentSum, "contentSum");
    Objects.requireNonNull(location, "location");
  }
}
