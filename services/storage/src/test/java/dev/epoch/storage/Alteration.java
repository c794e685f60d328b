package dev.epoch.storage;

import dev.epoch.events.table.DataType;

/** What users do to the columns of a table that Epoch versions. */
public sealed interface Alteration {
  /**
   * A column behind the others.
   *
   * @param value text of the value that the rows get, null for NULL
   */
  record Add(String name, DataType type, String value) implements Alteration {}

  record Drop(String name) implements Alteration {}

  record Rename(String name, String to) implements Alteration {}

  /** Another type, into which every value goes by itself. */
  record Retype(String name, DataType type) implements Alteration {}
}
