package dev.epoch.api.error;

import java.util.Objects;

/** A request that is refused for who asks, or for what it asks about keys. */
public final class RequestRefusedException extends RuntimeException {
  private final transient ApiError error;

  public RequestRefusedException(ApiError error) {
    super(error.message(), null, false, false);
    this.error = Objects.requireNonNull(error, "error");
  }

  /** What clients see of it. */
  public ApiError error() {
    return error;
  }
}
