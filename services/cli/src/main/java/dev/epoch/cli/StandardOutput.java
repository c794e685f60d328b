package dev.epoch.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A buffered stream of this process that remembers why it could not be written. */
final class StandardOutput extends PrintStream {

  private final Watched watched;

  /** Standard output or standard error. */
  StandardOutput(FileDescriptor descriptor) {
    this(new Watched(new FileOutputStream(descriptor)));
  }

  private StandardOutput(Watched watched) {
    super(new BufferedOutputStream(watched), false, StandardCharsets.UTF_8);
    this.watched = watched;
  }

  /**
   * Why not everything was written, after writing what is left. A reader that has seen enough, such
   * as {@code head}, is no failure.
   */
  Optional<String> failure() {
    return checkError() && watched.failure != null
        ? Optional.of(watched.failure).filter(reason -> !reason.contains("Broken pipe"))
        : Optional.empty();
  }

  private static final class Watched extends OutputStream {

    private final OutputStream target;
    private volatile String failure;

    Watched(OutputStream target) {
      this.target = target;
    }

    @Override
    public void write(int unit) throws IOException {
      write(new byte[] {(byte) unit}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        target.write(bytes, offset, length);
      } catch (IOException refused) {
        failure = String.valueOf(refused.getMessage());
        throw refused;
      }
    }
  }
}
