package dev.epoch.gateway.merge.schema;

import dev.epoch.model.row.LookaheadStream;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowStream;
import java.util.Objects;

/** What a fast-forward writes, where columns have other identities in the target. */
public final class RetypedChanges extends LookaheadStream<RowChange> {
  private final MergedSchema schema;
  private final RowStream<RowChange> changes;
  private final boolean cast;

  /**
   * @param changes of rows as they are read, closed with this
   * @param cast whether rows of the target get their values with the type
   */
  public RetypedChanges(MergedSchema schema, RowStream<RowChange> changes, boolean cast) {
    this.schema = schema;
    this.changes = changes;
    this.cast = cast;
  }

  @Override
  protected RowChange seek() {
    while (changes.hasNext()) {
      RowChange change = changes.next();
      if (!schema.isRetyped()) {
        return change;
      }
      Row before = cast ? schema.ours(null, change.before()) : schema.found(change.before());
      Row after = schema.theirs(null, change.after());
      if (!Objects.equals(before, after)) {
        return new RowChange(change.key(), before, after);
      }
    }
    return null;
  }

  @Override
  public void close() {
    changes.close();
  }
}
