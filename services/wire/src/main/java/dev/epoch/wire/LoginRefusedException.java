package dev.epoch.wire;

import dev.epoch.wire.message.ErrorMessage;

/** A client gets no session. */
public final class LoginRefusedException extends RuntimeException {
  private final transient ErrorMessage error;

  public LoginRefusedException(ErrorMessage error) {
    super(error.message());
    this.error = error;
  }

  public ErrorMessage error() {
    return error;
  }
}
