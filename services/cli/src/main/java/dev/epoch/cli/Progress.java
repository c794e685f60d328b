package dev.epoch.cli;

import java.io.PrintStream;

/** A bar on one line of a terminal: {@code Registering users [##### ] 50% (500/1000)}. */
public final class Progress implements AutoCloseable {

  private static final int WIDTH = 30;

  private final String label;
  private final PrintStream stream;
  private int lastLength;

  Progress(String label, PrintStream streamOrNull) {
    this.label = label;
    this.stream = streamOrNull;
  }

  /** Whether anybody sees it. */
  public boolean visible() {
    return stream != null;
  }

  /**
   * Shows how far the work has come.
   *
   * @param total null as long as it is not known
   */
  public void show(long done, Long total) {
    if (stream == null) {
      return;
    }
    String line =
        label + " " + (total == null || total == 0 ? done + " records" : bar(done, total));
    stream.print("\r" + line + " ".repeat(Math.max(0, lastLength - line.length())));
    stream.flush();
    lastLength = line.length();
  }

  private static String bar(long done, long total) {
    double share = Math.min(1.0, (double) done / total);
    int filled = (int) (share * WIDTH);
    return "["
        + "#".repeat(filled)
        + " ".repeat(WIDTH - filled)
        + "] "
        + (int) (share * 100)
        + "% ("
        + done
        + "/"
        + total
        + ")";
  }

  /** Wipes the line. */
  @Override
  public void close() {
    if (stream != null && lastLength > 0) {
      stream.print("\r" + " ".repeat(lastLength) + "\r");
      stream.flush();
    }
  }
}
