package dev.epoch.events.table;

import dev.epoch.events.Digest;
import java.util.Objects;

/**
 * The table that another one was copied from.
 *
 * @param tableId of the other table
 * @param commit that has the rows which were copied
 */
public record TableOrigin(String tableId, Digest commit) {
  public TableOrigin {
    Objects.requireNonNull(tableId, "tableId");
    Objects.requireNonNull(commit, "commit");
  }
}
