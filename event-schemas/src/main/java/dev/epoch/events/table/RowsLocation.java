package dev.epoch.events.table;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * Where the rows of a table at a commit are.
 *
 * <pre>
 *   rows  =  overlay of a branch, as it was at overlayPosition      (none on the default branch)
 *            over the live table, as it was at anchor
 * </pre>
 *
 * Positions are those of operations, see {@code OperationPrepared}.
 *
 * @param anchor position of the default branch that is seen underneath
 * @param overlay id of the branch that owns the overlay, or null
 * @param overlayPosition position of the overlay, 0 without one
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RowsLocation(long anchor, String overlay, long overlayPosition) {
  public RowsLocation {
    if (overlay == null && overlayPosition != 0) {
      throw new IllegalArgumentException("an overlay position without an overlay");
    }
  }

  public static RowsLocation live(long anchor) {
    return new RowsLocation(anchor, null, 0);
  }
}
