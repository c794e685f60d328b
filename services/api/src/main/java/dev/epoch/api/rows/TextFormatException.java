package dev.epoch.api.rows;

import java.io.IOException;

/** A file of text is not what it is sent as. */
final class TextFormatException extends IOException {
  private static final long serialVersionUID = 1L;

  private final long line;

  /**
   * @param line as editors count them, from 1
   */
  TextFormatException(long line, String message) {
    super(message);
    this.line = line;
  }

  long line() {
    return line;
  }
}
