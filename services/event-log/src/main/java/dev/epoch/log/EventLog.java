package dev.epoch.log;

import dev.epoch.events.Envelope;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
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

  /**
   * Appends the records, all or none, if the stream stands at {@code expectedVersion}.
   *
   * <p>Records whose ids the stream already holds are not stored again: the answer is the one the
   * first append got, whatever the version expected now.
   *
   * @param expectedVersion version of the last record of the stream, 0 for a stream without records
   * @return fails with {@link ExpectedVersionException} if the stream stands elsewhere, with {@link
   *     AppendOutcomeUnknownException} if the connection broke before the answer came (append the
   *     same records again to learn the outcome), with {@link LogUnavailableException} if certainly
   *     nothing was stored
   */
  Uni<AppendResult> append(String stream, long expectedVersion, List<Envelope> records);

  /**
   * The records of a stream (or {@link #ALL}) with versions above {@code afterVersion}, in order,
   * up to those stored now.
   */
  Multi<StoredRecord> read(String stream, long afterVersion);

  /**
   * Every record above {@code afterPosition}, in order, then those to come, without end. Honours
   * the demand of a slow subscriber; survives lost connections by itself.
   */
  Multi<StoredRecord> tail(long afterPosition);
}
