package dev.epoch.catalog.solve;

/** The solver's native library cannot be used on this machine. */
public final class SolverUnavailableException extends RuntimeException {
  SolverUnavailableException(Throwable cause) {
    super(
        "The solver has no library for this machine ("
            + System.getProperty("os.name")
            + ", "
            + System.getProperty("os.arch")
            + "); it has them for Linux on x86-64 and aarch64",
        cause);
  }
}
