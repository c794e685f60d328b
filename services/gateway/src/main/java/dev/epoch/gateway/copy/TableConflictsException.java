package dev.epoch.gateway.copy;

import dev.epoch.model.merge.RowConflict;
import java.util.List;

/** Records of a table and of its copy were changed differently; nothing was written. */
public final class TableConflictsException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient List<RowConflict> conflicts;
  private final long total;

  /**
   * @param conflicts the first of them
   * @param total how many there are
   */
  TableConflictsException(String source, String into, List<RowConflict> conflicts, long total) {
    super(
        "%d record(s) of %s and %s were changed differently since they were the same; nothing was written"
            .formatted(total, source, into));
    this.conflicts = List.copyOf(conflicts);
    this.total = total;
  }

  public List<RowConflict> conflicts() {
    return conflicts;
  }

  public long total() {
    return total;
  }
}
