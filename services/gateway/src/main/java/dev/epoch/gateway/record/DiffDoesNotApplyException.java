package dev.epoch.gateway.record;

import java.util.List;
import java.util.Map;

/** Records are not as a diff expects them; nothing was changed. */
public final class DiffDoesNotApplyException extends RuntimeException {
  private final transient List<Misfit> misfits;
  private final long total;

  /**
   * A record that is not as the diff expects it.
   *
   * @param key key columns and their canonical texts
   * @param problem {@code exists}, {@code missing} or {@code differs}
   * @param fields columns that differ
   */
  public record Misfit(
      String table, Map<String, String> key, String type, String problem, List<String> fields) {}

  /**
   * @param misfits the first of them
   * @param total how many there are
   */
  public DiffDoesNotApplyException(String branch, List<Misfit> misfits, long total) {
    super(
        "The diff does not fit branch '%s': %d record(s) are not as it expects them; nothing was changed"
            .formatted(branch, total));
    this.misfits = List.copyOf(misfits);
    this.total = total;
  }

  public List<Misfit> misfits() {
    return misfits;
  }

  public long total() {
    return total;
  }
}
