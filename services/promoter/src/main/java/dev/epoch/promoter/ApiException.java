package dev.epoch.promoter;

/** The server refused a request, or did not answer. */
public final class ApiException extends RuntimeException {
  private final int status;
  private final String error;

  /**
   * @param status of HTTP, 0 if no answer came
   * @param error wire name of the error; empty where there is none
   */
  public ApiException(int status, String error, String message) {
    super(message, null, false, false);
    this.status = status;
    this.error = error;
  }

  public int status() {
    return status;
  }

  public String error() {
    return error;
  }

  /** Whether the same request may succeed later: nothing was decided about it. */
  public boolean passes() {
    return status == 0
        || status == 429
        || status >= 500
        || error.equals("HeadMovedError")
        || error.equals("BranchBusyError");
  }
}
