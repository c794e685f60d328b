package dev.epoch.cli.command;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Output;
import dev.epoch.cli.Session;
import dev.epoch.cli.text.CsvText;
import dev.epoch.client.EpochClient;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;

/** What every command has: the session, and an exit code. */
public abstract class EpochSubcommand implements Callable<Integer> {

  private final Session session;

  protected EpochSubcommand(Session session) {
    this.session = Objects.requireNonNull(session, "session");
  }

  /** Does what the command is for. */
  protected abstract ExitCode run();

  /** The formats that the command can print, the usual one first. */
  protected List<String> formats() {
    return List.of("text", "json");
  }

  @Override
  public final Integer call() {
    session.chooseFormat(formats());
    return run().code();
  }

  /** Lines of CSV; an option about them is refused where something else is printed. */
  protected final CsvText csv(boolean escapeFormulas) {
    if (escapeFormulas && !output().format().equals("csv")) {
      throw CommandFailure.usage("--escape-formulas is about --format csv");
    }
    return new CsvText(escapeFormulas);
  }

  protected final Session session() {
    return session;
  }

  protected final EpochClient client() {
    return session.client();
  }

  public final Output output() {
    return session.output();
  }
}
