package dev.epoch.storage.layered;

/** Keys of a table, each once, numbered from 1 in the native order; of one session. */
public interface KeySet extends AutoCloseable {
  long size();

  @Override
  void close();
}
