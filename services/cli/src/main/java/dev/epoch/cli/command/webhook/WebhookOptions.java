package dev.epoch.cli.command.webhook;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import picocli.CommandLine.Option;

/** What a webhook asks for, as options. */
final class WebhookOptions {

  @Option(
      names = "--event",
      paramLabel = "<type>",
      split = ",",
      description = "Only events of this type, such as commit-created. Repeat it for several.")
  private List<String> events;

  @Option(
      names = "--on-branch",
      paramLabel = "<pattern>",
      split = ",",
      description = "Only of branches that fit, such as 'release/*'. Repeat it for several.")
  private List<String> branches;

  @Option(
      names = "--table",
      paramLabel = "<pattern>",
      split = ",",
      description = "Only about tables that fit. Repeat it for several.")
  private List<String> tables;

  @Option(names = "--description", paramLabel = "<text>", description = "Its description.")
  private String description;

  /** Adds the fields that were given; "all" stands for an empty list. */
  void addTo(ObjectNode fields) {
    add(fields, "events", events);
    add(fields, "branches", branches);
    add(fields, "tables", tables);
    if (description != null) {
      fields.put("description", description);
    }
  }

  private static void add(ObjectNode fields, String name, List<String> values) {
    if (values != null) {
      ArrayNode array = fields.putArray(name);
      if (!values.equals(List.of("all"))) {
        values.forEach(array::add);
      }
    }
  }
}
