package dev.epoch.cli.command.event;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.event.Event;
import dev.epoch.client.event.Events;
import dev.epoch.client.transport.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code epoch events}. */
@Command(
    name = "events",
    description = {
      "Show the events of the repository.",
      "With --branch only those of one branch. With --follow and --format json, one JSON a line.",
      "With --follow and --exec, a command is run for each: it reads the event as JSON, and finds"
          + " EPOCH_EVENT_TYPE, EPOCH_EVENT_POSITION, EPOCH_EVENT_BRANCH and EPOCH_EVENT_ID. When it"
          + " fails, so does this, and says where to go on."
    })
public final class EventsCommand extends EpochSubcommand {

  private static final Duration SILENCE = Duration.ofMinutes(2);
  private static final int PAGE = 500;

  @Option(
      names = "--from",
      paramLabel = "<position>",
      description = "Start at this position; now: with --follow, only events to come.")
  private String from;

  @Option(names = "--type", paramLabel = "<type>", description = "Only events of this type.")
  private String type;

  @Option(
      names = "--table",
      paramLabel = "<pattern>",
      description = "Only events about tables that fit.")
  private String table;

  @Option(
      names = "--exec",
      paramLabel = "<command>",
      description = "With --follow: run this command of the shell for each event.")
  private String command;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on as new events come, also after the connection was lost.")
  private boolean follow;

  @Option(
      names = {"-n", "--limit"},
      paramLabel = "<n>",
      description = "At most n events.")
  private Integer limit;

  /** The command in a session. */
  public EventsCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    if (command != null && !follow) {
      throw CommandFailure.usage("--exec goes with --follow");
    }
    boolean now = "now".equals(from);
    if (now && !follow) {
      throw CommandFailure.usage("--from now goes with --follow");
    }
    if (command != null && from == null) {
      output().remark("hint: this begins with the first event; --from now with those to come");
    }
    Events.Selection all = new Events.Selection(from, type, session().options().branch(), table);
    Events.Selection selection = now ? client().events().fromNow(all) : all;
    if (follow) {
      follow(selection);
    } else {
      list(selection);
    }
    return ExitCode.OK;
  }

  private void follow(Events.Selection selection) {
    int[] left = {limit == null ? Integer.MAX_VALUE : limit};
    client()
        .events()
        .follow(
            selection,
            SILENCE,
            event -> {
              if (command == null) {
                output().line(output().json() ? Json.compact(event.json()) : text(event));
              } else {
                EventProgram.run(session().directory(), command, event);
              }
              left[0]--;
              return output().flush() && left[0] > 0;
            });
  }

  private void list(Events.Selection selection) {
    ArrayNode events = Json.array();
    int left = limit == null ? Integer.MAX_VALUE : limit;
    String next = from;
    do {
      Event.Page page =
          client()
              .events()
              .page(
                  new Events.Selection(
                      next, selection.type(), selection.branch(), selection.table()),
                  Math.min(PAGE, left));
      for (Event event : page.events()) {
        if (output().json()) {
          events.add(event.json());
        } else {
          output().line(text(event));
        }
      }
      left -= page.events().size();
      next = page.events().isEmpty() ? null : page.next();
    } while (next != null && left > 0 && output().flush());
    if (output().json()) {
      var result = Json.object();
      result.set("events", events);
      output().json(result.put("next", next));
    }
  }

  private static String text(Event event) {
    List<String> parts = new ArrayList<>();
    parts.add(event.position());
    parts.add(event.time());
    parts.add(event.type());
    parts.add(event.branch() == null ? "-" : event.branch());
    parts.add(event.actor().isEmpty() ? "-" : event.actor());
    return String.join("  ", parts);
  }
}
