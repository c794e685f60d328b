package dev.epoch.storage.objects.retry;

import dev.epoch.storage.objects.ObjectStoreException;
import dev.epoch.storage.objects.ObjectStoreException.Kind;
import dev.epoch.storage.objects.retry.Fault.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiFunction;

/**
 * Sends requests to a store, and again where they failed and may work later, with growing random
 * pauses ("full jitter").
 *
 * <p>A conditional write whose answer was lost must not be mistaken for somebody else's: sent
 * again, the store refuses it because of itself. So such a write carries a name of its own, by
 * which it is looked for.
 */
public final class Requests {
  /** The longest pause before the second attempt. */
  public static final Duration FIRST_PAUSE = Duration.ofMillis(100);

  private final int attempts;
  private final Duration first;
  private final Duration longest;
  private final BiFunction<String, Exception, Fault> faults;

  /**
   * Up to seven attempts, with {@link #FIRST_PAUSE} within some six seconds.
   *
   * @param first the longest pause before the second attempt; it doubles with each
   * @param faults what an exception of a request for a key means
   */
  public Requests(Duration first, BiFunction<String, Exception, Fault> faults) {
    this(7, first, Duration.ofSeconds(5), faults);
  }

  /**
   * @param attempts at least one
   * @param first the longest pause before the second attempt; it doubles with each
   * @param longest no pause is longer
   */
  public Requests(
      int attempts, Duration first, Duration longest, BiFunction<String, Exception, Fault> faults) {
    this.attempts = attempts;
    this.first = first;
    this.longest = longest;
    this.faults = Objects.requireNonNull(faults, "faults");
  }

  /** One request. */
  public interface Request<T> {
    T send() throws Exception;
  }

  /**
   * A request that may be sent twice: a read, a deletion, a write without condition.
   *
   * @param key of the object, for messages
   */
  public <T> T repeatable(String key, Request<T> request) throws IOException {
    for (int attempt = 1; ; attempt++) {
      Fault fault;
      try {
        return request.send();
      } catch (Exception e) {
        fault = faults.apply(key, e);
      }
      boolean again = fault.outcome() == Outcome.NOT_DONE || fault.outcome() == Outcome.UNKNOWN;
      if (!again || attempt == attempts) {
        throw fault.error();
      }
      pause(attempt, fault);
    }
  }

  /**
   * A write under the condition that nothing is there. An object of somebody else is taken for the
   * winner, also when an answer was lost: nobody replaces such objects.
   *
   * @param key of the object, for messages
   * @param request the write
   * @param mine finds what this very write has made, by {@link #repeatable}
   * @return empty if there is another object
   * @throws ObjectStoreException of the kind {@link Kind#IN_DOUBT} if nobody can tell
   */
  public <T> Optional<T> create(String key, Request<T> request, Request<Optional<T>> mine)
      throws IOException {
    return write(key, request, mine, true);
  }

  /**
   * A write in place of a version, or of whatever is there.
   *
   * @param key of the object, for messages
   * @param request the write
   * @param mine finds what this very write has made, by {@link #repeatable}
   * @return empty if the condition does not hold
   * @throws ObjectStoreException of the kind {@link Kind#IN_DOUBT} if nobody can tell: an answer
   *     was lost, and the object is another one now, which may have replaced this write's
   */
  public <T> Optional<T> replace(String key, Request<T> request, Request<Optional<T>> mine)
      throws IOException {
    return write(key, request, mine, false);
  }

  private <T> Optional<T> write(
      String key, Request<T> request, Request<Optional<T>> mine, boolean othersStay)
      throws IOException {
    Exception lost = null;
    for (int attempt = 1; ; attempt++) {
      Fault fault;
      try {
        return Optional.of(request.send());
      } catch (Exception e) {
        fault = faults.apply(key, e);
      }
      switch (fault.outcome()) {
        case REFUSED -> {
          return settle(lost, fault, mine, false);
        }
        case CONDITION -> {
          if (lost == null) {
            return Optional.empty();
          }
          return settle(lost, fault, mine, othersStay);
        }
        case NOT_DONE -> {}
        case UNKNOWN -> lost = lost == null ? fault.error() : lost;
      }
      if (attempt == attempts) {
        return settle(lost, fault, mine, false);
      }
      pause(attempt, fault);
    }
  }

  private static <T> Optional<T> settle(
      Exception lost, Fault last, Request<Optional<T>> mine, boolean otherWon)
      throws ObjectStoreException {
    if (lost == null) {
      throw last.error();
    }
    ObjectStoreException doubt =
        new ObjectStoreException(
            Kind.IN_DOUBT,
            "An answer of the store was lost (%s), and whether the object was written is not known;"
                    .formatted(lost.getMessage())
                + " look for it before it is written again. The last error: "
                + last.error().getMessage(),
            lost);
    try {
      Optional<T> made = mine.send();
      if (made.isPresent() || otherWon) {
        return made;
      }
    } catch (Exception e) {
      doubt.addSuppressed(e);
    }
    throw doubt;
  }

  private void pause(int attempt, Fault fault) throws ObjectStoreException {
    long most = Math.min(longest.toMillis(), first.toMillis() << Math.min(attempt - 1, 20));
    try {
      Thread.sleep(Duration.ofMillis(ThreadLocalRandom.current().nextLong(most + 1)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw fault.outcome() == Outcome.UNKNOWN
          ? new ObjectStoreException(
              Kind.IN_DOUBT,
              "Ended while a request was repeated; whether the object was written is not known",
              fault.error())
          : fault.error();
    }
  }
}
