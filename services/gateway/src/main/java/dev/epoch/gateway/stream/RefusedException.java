package dev.epoch.gateway.stream;

import dev.epoch.events.Rejection;
import java.util.Map;

/** A request was refused. The refusal is in the log if the request was a command. */
public final class RefusedException extends RuntimeException {
  private final transient Rejection rejection;

  public RefusedException(Rejection rejection) {
    super(rejection.message());
    this.rejection = rejection;
  }

  public RefusedException(Rejection.Code code, String message, Map<String, Object> details) {
    this(new Rejection(code, message, details));
  }

  public Rejection rejection() {
    return rejection;
  }
}
