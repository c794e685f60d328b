package dev.epoch.projections;

import dev.epoch.log.LogUnavailableException;
import io.smallrye.mutiny.Uni;

/** How read models, and what else is kept beside them, are read. */
public final class ModelReads {
  private ModelReads() {}

  /**
   * The same read. Failures that say nothing of the read, but of the database at that moment, come
   * as {@link LogUnavailableException}.
   */
  public static <T> Uni<T> orUnavailable(Uni<T> read) {
    return read.onFailure(PassingFailures::passing)
        .transform(failure -> new LogUnavailableException("it cannot be read", failure));
  }
}
