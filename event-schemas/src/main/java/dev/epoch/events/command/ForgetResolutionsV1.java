package dev.epoch.events.command;

import java.util.List;

/**
 * Decisions about conflicts are to be offered no more.
 *
 * @param table only of this table, or null
 * @param key only of this row, or empty
 * @param field only of this field, or null
 * @param constraint only of this constraint, or null
 * @param forgotten fact: decisions that are forgotten by it, as far as known
 */
public record ForgetResolutionsV1(
    String table, List<String> key, String field, String constraint, long forgotten)
    implements Command {
  public ForgetResolutionsV1 {
    key = key == null ? List.of() : List.copyOf(key);
  }
}
