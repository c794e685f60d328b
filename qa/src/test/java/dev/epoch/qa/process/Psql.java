package dev.epoch.qa.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The terminal of PostgreSQL, as the distribution brings it. */
public final class Psql {

  private final Database database;
  private final Shell shell;

  /** The terminal on a database, started in a folder. */
  public Psql(Database database, Path folder) {
    this.database = database;
    this.shell = new Shell(folder, Map.of("PGOPTIONS", "-c timezone=UTC"));
  }

  /** Whether there is one. */
  public static boolean found() {
    return Checkout.program("psql").isPresent();
  }

  /** Runs a script in one session and stops at the first error. */
  public Shell.Result run(String script) {
    return shell.run(
        List.of("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", database.url()), script);
  }

  /** The lines that a script prints; columns are separated by {@code |}. */
  public List<String> lines(String script) {
    return run(script).ok().lines().toList();
  }
}
