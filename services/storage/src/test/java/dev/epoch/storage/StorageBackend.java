package dev.epoch.storage;

import java.util.List;

/**
 * A fresh database for one test, with one table {@code person}: {@code id} integer, the key; {@code
 * name} text; {@code age} integer; and the rows 1 Ann 30, 2 Bob 40, 3 Cid 50.
 */
public interface StorageBackend extends AutoCloseable {
  /** The adapter of the database; always the same. */
  StorageAdapter adapter();

  /** Where the table {@code person} is. */
  TablePath path();

  /** Rows of the table as its users see them, without Epoch, each as {@code [1, Ann, 30]}. */
  List<String> usersRows();

  /** Closes the adapter and drops the database. */
  @Override
  void close();
}
