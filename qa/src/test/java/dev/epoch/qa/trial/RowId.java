package dev.epoch.qa.trial;

import java.util.Comparator;

/** A row of the trial: its table and its key. */
record RowId(String table, int id) implements Comparable<RowId> {
  private static final Comparator<RowId> ORDER =
      Comparator.comparing(RowId::table).thenComparingInt(RowId::id);
  private static final int KEYS_PER_CLIENT = 100;

  /** A key of a client; no other client writes it. */
  static RowId of(String table, int client, int number) {
    return new RowId(table, client * KEYS_PER_CLIENT + number);
  }

  /** The client that writes this row. */
  int client() {
    return id / KEYS_PER_CLIENT;
  }

  /** Which of its client's rows in the table it is. */
  int number() {
    return id % KEYS_PER_CLIENT;
  }

  @Override
  public int compareTo(RowId other) {
    return ORDER.compare(this, other);
  }
}
