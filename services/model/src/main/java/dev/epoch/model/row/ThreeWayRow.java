package dev.epoch.model.row;

import java.util.Objects;

/**
 * One row in the three states of a merge; null where it is absent. Backends deliver it for each key
 * whose row differs between base and theirs.
 */
public record ThreeWayRow(RowKey key, Row base, Row ours, Row theirs) {
  public ThreeWayRow {
    Objects.requireNonNull(key, "key");
  }
}
