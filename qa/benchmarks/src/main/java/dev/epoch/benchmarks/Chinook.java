package dev.epoch.benchmarks;

import dev.epoch.qa.process.Checkout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** The sample database of the quick start: eleven tables with foreign keys, 15,000 rows. */
public final class Chinook {

  private static final Path SCRIPT =
      Checkout.ROOT.resolve("docs/quickstart/Chinook_PostgreSql.sql");

  private Chinook() {}

  /** A repository of all its tables. */
  public static Repository registered(Workbench workbench, String name) throws Exception {
    Repository repository = workbench.repository(name, script());
    repository.register(
        repository
            .database()
            .rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
            .toArray(String[]::new));
    repository.settle();
    return repository;
  }

  /** What stands behind psql's {@code \c}, without other commands of psql. */
  private static String script() throws Exception {
    List<String> lines = Files.readAllLines(SCRIPT);
    int connect = 0;
    for (int i = 0; i < lines.size(); i++) {
      connect = lines.get(i).startsWith("\\c ") ? i + 1 : connect;
    }
    return lines.stream()
        .skip(connect)
        .filter(line -> !line.startsWith("\\"))
        .collect(Collectors.joining("\n"));
  }
}
