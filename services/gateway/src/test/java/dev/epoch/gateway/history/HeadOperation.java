package dev.epoch.gateway.history;

/**
 * What a client did to a branch name, and what it was told.
 *
 * @param number of the operation, unique
 * @param kind what the answer says of it
 * @param name of the branch
 * @param invoked when the client asked, in nanoseconds of one clock
 * @param returned when it had the answer
 * @param expected for a write: what the name stood for right before, {@code null} if that was not
 *     told; for a refusal: what the client had said it stands for, {@code null} if it had not
 * @param observed for a read and a write: what the name stood for then; for a refusal: what it
 *     stands for instead, {@code null} if that was not told
 * @param position of a write in the log, as answered
 */
public record HeadOperation(
    int number,
    Kind kind,
    String name,
    long invoked,
    long returned,
    Head expected,
    Head observed,
    long position) {

  /** What an answer says of an operation. */
  public enum Kind {
    READ,
    WRITE,
    REFUSED
  }

  public static HeadOperation read(
      int number, String name, long invoked, long returned, Head observed) {
    return new HeadOperation(number, Kind.READ, name, invoked, returned, null, observed, 0);
  }

  public static HeadOperation write(
      int number,
      String name,
      long invoked,
      long returned,
      Head expected,
      Head observed,
      long position) {
    return new HeadOperation(
        number, Kind.WRITE, name, invoked, returned, expected, observed, position);
  }

  public static HeadOperation refused(
      int number, String name, long invoked, long returned, Head expected, Head observed) {
    return new HeadOperation(number, Kind.REFUSED, name, invoked, returned, expected, observed, 0);
  }
}
