package dev.epoch.gateway.merge;

import dev.epoch.storage.error.BusyException;

/**
 * A branch does not stand any more where it stood when something was planned for it: recovery has
 * settled, meanwhile, what an earlier request left in doubt there.
 */
final class TargetMovedException extends BusyException {
  TargetMovedException(String branch) {
    super("Branch '" + branch + "' has moved meanwhile", "Try again");
  }
}
