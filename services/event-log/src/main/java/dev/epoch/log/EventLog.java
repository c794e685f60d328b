package dev.epoch.log;

import dev.epoch.events.Envelope;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;

/**
 * The truth: an append-only sequence of records, divided into streams.
 *
 * <p>Every record has a <em>position</em> in the whole log and a <em>version</em> in its stream.
 * Both count from 1 without gaps, and a record becomes visible to readers only after every record
 * of a lower position: a reader that has seen position <i>p</i> will never find a new record at or
 * below <i>p</i>.
 *
 * <pre>
 *   position   1        2        3        4        5
 *   stream     repo:a   repo:b   repo:a   repo:a   repo:b
 *   version    1        1        2        3        2
 * </pre>
 */
public interface EventLog {
  /**
   * Reads as a stream that holds every record; its versions are the positions. Cannot be appended
   * to.
   */
  String ALL = "$all";

  /** The fence of who owns nothing; good for streams that were never acquired. */
  long UNOWNED = 0;

  /** Appends to a stream that has never had an owner; see the other one. */
  default Uni<AppendResult> append(String stream, long expectedVersion, List<Envelope> records) {
    return append(stream, UNOWNED, expectedVersion, records);
  }

  /**
   * Appends the records, all or none, if the stream stands at {@code expectedVersion} and the fence
   * is that of its owner.
   *
   * <p>Records whose ids the stream already holds are not stored again: the answer is the one the
   * first append got, whatever the version expected now.
   *
   * @param fence of the stream's owner, see {@link Owner#fence}
   * @param expectedVersion version of the last record of the stream, 0 for a stream without records
   * @return fails with {@link NotOwnerException} if the stream has another fence, with {@link
   *     ExpectedVersionException} if it stands elsewhere, with {@link
   *     AppendOutcomeUnknownException} if the connection broke before the answer came (append the
   *     same records again to learn the outcome), with {@link LogUnavailableException} if certainly
   *     nothing was stored
   */
  Uni<AppendResult> append(String stream, long fence, long expectedVersion, List<Envelope> records);

  /**
   * Joins those who share the log; once per process and log.
   *
   * @param lease how long the process may be silent until others take what it owns
   */
  Membership join(Member member, Duration lease);

  /**
   * The records of a stream (or {@link #ALL}) with versions above {@code afterVersion}, in order,
   * up to those stored now.
   */
  Multi<StoredRecord> read(String stream, long afterVersion);

  /** Position of the last record that can be read, 0 for none. */
  default Uni<Long> end() {
    return read(ALL, 0).collect().last().map(last -> last == null ? 0L : last.position());
  }

  /**
   * Every record above {@code afterPosition}, in order, then those to come, without end. Honours
   * the demand of a slow subscriber; survives lost connections by itself.
   */
  Multi<StoredRecord> tail(long afterPosition);

  /** Refuses new appends, answers those being written, and ends tails with a failure. */
  default Uni<Void> close() {
    return Uni.createFrom().voidItem();
  }
}
