package dev.epoch.model.schema.diff;

import java.util.Locale;

/** A fact of an object that has one value. */
public enum Fact {
  /** Of a table: {@code RowSecurity}. */
  ROW_SECURITY,
  /** Of a table: a text. */
  PARTITIONING,
  /** Of a table: {@code PartitionOf}. */
  PARTITION_OF,
  /** Of a table: a {@code Boolean}. */
  UNLOGGED,
  /** Of a table: a map. */
  STORAGE_PARAMETERS,
  /** Of a domain: a text. */
  BASE_TYPE,
  /** Of a domain: a {@code Boolean}. */
  NULLABLE,
  /** Of a domain: a text. */
  DEFAULT,
  /** Of a domain: a text. */
  COLLATION,
  /** Of a composite: names of the attributes that both have, in order. */
  ATTRIBUTE_ORDER,
  /** Of a range or function: a text. */
  DEFINITION,
  /** Of a function: a {@code Routine}. */
  ROUTINE,
  /** Of a function: a text. */
  RETURNS,
  /** Of an extension: a text. */
  VERSION,
  /** Of an extension: the schema it is installed in. */
  INSTALLED_IN,
  /** Of a sequence: a text. */
  TYPE,
  /** Of a sequence: {@code SequenceOptions}. */
  SEQUENCE_OPTIONS,
  /** Of a sequence: {@code schema.table.column}. */
  OWNED_BY,
  /** Of a view: a text. */
  QUERY,
  /** Of a view: the names in order. */
  COLUMNS,
  /** Of a view: a map. */
  OPTIONS;

  /** As answers name it: {@code row security}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
