package dev.epoch.cli.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.client.Event;
import dev.epoch.client.Events;
import dev.epoch.client.Json;
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
      "With --branch only those of one branch. With --follow and --format json, one JSON a line."
    })
public final class EventsCommand extends EpochSubcommand {

  private static final Duration SILENCE = Duration.ofMinutes(2);
  private static final int PAGE = 500;

  @Option(names = "--from", paramLabel = "<position>", description = "Start at this position.")
  private String from;

  @Option(names = "--type", paramLabel = "<type>", description = "Only events of this type.")
  private String type;

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
  ExitCode run() {
    Events.Selection selection = new Events.Selection(from, type, session().options().branch());
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
              output().line(output().json() ? Json.compact(event.json()) : text(event));
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
                  new Events.Selection(next, selection.type(), selection.branch()),
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
