package dev.epoch.api.error;

/** The body of a request is larger than the server takes. */
public final class BodyTooLargeException extends RuntimeException {
  private final String setting;

  public BodyTooLargeException() {
    this("The body is larger than this server takes", "EPOCH_API_MAX_BODY");
  }

  /**
   * @param setting that says how much the server takes
   */
  public BodyTooLargeException(String message, String setting) {
    super(message);
    this.setting = setting;
  }

  public String setting() {
    return setting;
  }
}
