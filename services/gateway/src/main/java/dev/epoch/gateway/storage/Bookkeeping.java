package dev.epoch.gateway.storage;

import dev.epoch.storage.OperationId;
import dev.epoch.storage.error.OutcomeUnknownException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.storage.operation.OperationExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Tells databases, in the background and of many operations at once, that the log has their
 * outcomes. What a database does not hear of it keeps, to no harm.
 */
public final class Bookkeeping {
  private static final Logger LOG = Logger.getLogger(Bookkeeping.class.getName());
  private static final Duration PAUSE = Duration.ofMillis(50);

  private Map<OperationExecutor, List<OperationId>> done = new HashMap<>();

  /** The outcome of an operation is in the log. */
  public synchronized void done(OperationExecutor adapter, OperationId operation) {
    if (done.isEmpty()) {
      Thread.startVirtualThread(this::tellSoon);
    }
    done.computeIfAbsent(adapter, _ -> new ArrayList<>()).add(operation);
  }

  private synchronized Map<OperationExecutor, List<OperationId>> take() {
    Map<OperationExecutor, List<OperationId>> taken = done;
    done = new HashMap<>();
    return taken;
  }

  private void tellSoon() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    take()
        .forEach((adapter, operations) -> {
          try {
            adapter.forget(operations);
          } catch (StorageUnavailableException | OutcomeUnknownException away) {
            LOG.log(
                Level.FINE,
                away,
                () -> "bookkeeping of " + operations.size() + " operations stays until later");
          } catch (StorageException failure) {
            LOG.log(
                Level.WARNING,
                failure,
                () -> "bookkeeping of " + operations.size() + " operations stays");
          }
        });
  }
}
