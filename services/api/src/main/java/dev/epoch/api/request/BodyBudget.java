package dev.epoch.api.request;

import com.fasterxml.jackson.core.JsonToken;
import dev.epoch.api.error.BodyTooLargeException;
import dev.epoch.api.error.OverloadedException;
import dev.epoch.api.json.JsonCosts;
import io.quarkus.runtime.configuration.MemorySize;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Memory for the bodies of all requests together, as they are after reading: three bytes of JSON
 * can be an object of a hundred. A body that does not fit beside the others is refused to come
 * again later; one that does not fit alone is too large.
 */
@Singleton
public class BodyBudget {
  /** Taken from the budget at once; what is smaller is not counted. */
  private static final long STEP = 64 * 1024;

  /** A byte as part of the line or buffer that it came in, of its text, and of what is sent on. */
  private static final int BYTES_PER_BYTE = 4;

  private final long most;
  private final AtomicLong used = new AtomicLong();

  @Inject
  BodyBudget(@ConfigProperty(name = "epoch.api.body-memory") Optional<MemorySize> most) {
    this(most.map(MemorySize::asLongValue).orElse(Runtime.getRuntime().maxMemory() / 2));
  }

  BodyBudget(long most) {
    this.most = most;
  }

  /** For one request, until it is closed. */
  public Account open() {
    return new Account();
  }

  /** Bytes that requests have taken. */
  public long used() {
    return used.get();
  }

  /** What one request has taken. */
  public final class Account implements JsonCosts, AutoCloseable {
    private long needed;
    private long taken = STEP;
    private boolean closed;

    private Account() {}

    /** Bytes of the body were read. */
    public void read(long bytes) {
      take(bytes * BYTES_PER_BYTE);
    }

    @Override
    public void add(JsonToken token) {
      take(
          switch (token) {
            case START_OBJECT -> 128;
            case FIELD_NAME -> 96;
            case START_ARRAY, VALUE_STRING -> 64;
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> 48;
            case null, default -> 8;
          });
    }

    /**
     * @throws OverloadedException if others have taken what is left
     * @throws BodyTooLargeException if not even all of it would do
     */
    private synchronized void take(long bytes) {
      needed += bytes;
      if (needed <= taken || closed) {
        return;
      }
      long step = Math.max(STEP, needed - taken);
      if (needed > most) {
        throw new BodyTooLargeException(
            "The body takes more memory than this server has for bodies", "EPOCH_API_BODY_MEMORY");
      }
      if (used.addAndGet(step) > most) {
        used.addAndGet(-step);
        throw new OverloadedException(
            "The bodies of all requests together take as much memory as EPOCH_API_BODY_MEMORY allows");
      }
      taken += step;
    }

    @Override
    public synchronized void close() {
      if (!closed) {
        closed = true;
        used.addAndGet(STEP - taken);
      }
    }
  }
}
