package dev.epoch.storage.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Processes of the test server that hang until this is closed: the kernel takes what is sent to
 * them, and nothing comes back.
 */
public final class Suspended implements AutoCloseable {
  private final List<String> processes;

  private Suspended(List<String> processes) {
    this.processes = processes;
  }

  /** The sessions of a database that call themselves so; there has to be one. */
  public static Suspended sessionsOf(TestDatabase database, String application) {
    List<String> processes =
        database
            .rows(
                """
                SELECT pid FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = '%s'
                """
                    .formatted(application))
            .stream()
            .map(List::getFirst)
            .toList();
    if (processes.isEmpty()) {
      throw new AssertionError("no session of " + application);
    }
    signal("-STOP", processes);
    return new Suspended(processes);
  }

  private static void signal(String signal, List<String> processes) {
    List<String> command = new ArrayList<>(List.of("kill", signal));
    command.addAll(processes);
    try {
      int status = new ProcessBuilder(command).inheritIO().start().waitFor();
      if (status != 0) {
        throw new AssertionError(command + " ended with " + status);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }

  @Override
  public void close() {
    signal("-CONT", processes);
  }
}
