package dev.epoch.log;

import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.Map;

/**
 * This process among those that share a log, and the streams that it owns.
 *
 * <pre>
 *   acquire --> owner, as long as it renews in time --> another acquires --> appends are refused
 *                        |                                   ^
 *                        +-- release, its process gone, or silent for longer than the lease
 * </pre>
 *
 * <p>What a process believes about itself never counts: the log compares fences. Every method fails
 * with {@link LogUnavailableException} if the log cannot be asked now.
 */
public interface Membership {
  Member self();

  /**
   * Takes those of the streams that nobody has, or whose owner is gone or let its lease run out.
   * When it completes, no append of a former owner is stored any more, nor on its way.
   *
   * @return who owns them now, by stream: this process or another
   */
  Uni<Map<String, Owner>> acquire(Collection<String> streams);

  /**
   * Keeps what this process has for another lease, from now on.
   *
   * @return who owns which stream, by stream; those whose owners are gone are not there. The same
   *     object as before if nothing changed
   */
  Uni<Map<String, Owner>> renew();

  /** Gives a stream up, if this process has it: others may take it at once. */
  Uni<Void> release(Collection<String> streams);

  /** Gives everything up, for good. */
  Uni<Void> leave();
}
