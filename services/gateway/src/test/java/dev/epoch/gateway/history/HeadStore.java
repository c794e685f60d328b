package dev.epoch.gateway.history;

import java.util.List;
import java.util.Map;

/** A repository as the clients of a trial reach it. Methods may be called by many threads. */
public interface HeadStore {

  /** What an operation came to. */
  sealed interface Answer {}

  /** The head moved, see {@link HeadOperation}. */
  record Moved(Head before, Head after, long position) implements Answer {}

  /** Nothing was to be done; the name stands for this. */
  record Unchanged(Head head) implements Answer {}

  /**
   * Refused.
   *
   * @param code why, in the words of the API
   * @param actual what the name stands for, {@code null} if that was not told
   */
  record Refused(String code, Head actual) implements Answer {}

  Head read(String name);

  /** Writes a new row with this number to the branch. */
  void write(int number, String name);

  /**
   * Commits everything with the number as the message.
   *
   * @param expected head, or null for any
   */
  Answer commit(int number, String name, String expected);

  /** Merges with the number as the message; conflicts are refused. */
  Answer merge(int number, String source, String target, String expected);

  Answer create(int number, String name, String from);

  Answer delete(int number, String name);

  /** What all names stand for now. */
  Map<String, Head> heads();

  /** Every commit that is there now: id, message, parents. */
  List<Stored> commits();

  /** A commit. */
  record Stored(String id, String message, List<String> parents) {}
}
