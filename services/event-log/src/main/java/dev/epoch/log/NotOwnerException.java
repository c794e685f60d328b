package dev.epoch.log;

/**
 * The append was made in the name of an ownership that has ended, or without one of a stream that
 * has an owner. Nothing was stored, and never will be under this fence.
 */
public final class NotOwnerException extends LogUnavailableException {
  private final long fence;
  private final long actualFence;

  public NotOwnerException(String stream, long fence, long actualFence) {
    super(
        fence == EventLog.UNOWNED
            ? "Stream " + stream + " has an owner (fence " + actualFence + "), who alone appends"
            : "Stream "
                + stream
                + " was taken from the owner with fence "
                + fence
                + "; it has "
                + actualFence
                + " now",
        null);
    this.fence = fence;
    this.actualFence = actualFence;
  }

  public long fence() {
    return fence;
  }

  public long actualFence() {
    return actualFence;
  }
}
