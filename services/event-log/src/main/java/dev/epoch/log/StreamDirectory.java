package dev.epoch.log;

import io.smallrye.mutiny.Uni;
import java.util.List;

/**
 * What an {@link EventLog} may offer besides: to tell its streams at a cost that does not grow with
 * their lengths. The streams of a log without it are found by reading all of it.
 */
public interface StreamDirectory {
  /**
   * Names of the streams that have records, in any order.
   *
   * @return fails with {@link LogUnavailableException} if the log cannot be read now
   */
  Uni<List<String>> streams();
}
