package dev.epoch.cli.command.merge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.client.transport.Json;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Option;

/** Conflict rules, as the command line writes them: {@code users.email=source_wins}. */
public final class ConflictRuleOptions {
  private static final Set<String> STRATEGIES =
      Set.of(
          "manual",
          "source_wins",
          "target_wins",
          "last_write_wins",
          "sum",
          "max",
          "min",
          "append_only");
  private static final Set<String> JSON = Set.of("whole", "by_key");

  @Option(
      names = "--rule",
      paramLabel = "<table[.field]=rule>",
      description =
          "What settles conflicts there ('*=rule' everywhere): source_wins, target_wins, last_write_wins:<column>, sum, max, min, append_only, manual; whole or by_key for JSON.")
  private List<String> rules = List.of();

  /** The rules as the API has them, or null for none. */
  public ObjectNode rules() {
    return rules.isEmpty() ? null : addTo(Json.object());
  }

  /** Adds the rules to others. */
  public ObjectNode addTo(ObjectNode settings) {
    rules.forEach(rule -> add(settings, rule));
    return settings;
  }

  private static void add(ObjectNode settings, String text) {
    int equals = text.lastIndexOf('=');
    if (equals <= 0 || equals == text.length() - 1) {
      throw CommandFailure.usage("--rule " + text + ": write table=rule, or table.field=rule");
    }
    String place = text.substring(0, equals);
    String rule = text.substring(equals + 1).replace('-', '_');
    int colon = rule.indexOf(':');
    String name = colon < 0 ? rule : rule.substring(0, colon);
    if (!STRATEGIES.contains(name) && !JSON.contains(name)) {
      throw CommandFailure.usage(
          "--rule %s: there is no rule '%s'; there are source_wins, target_wins, last_write_wins:<column>, sum, max, min, append_only, manual, whole, by_key"
              .formatted(text, name));
    }
    boolean everywhere = place.equals("*");
    ObjectNode node = everywhere ? settings : place(settings, place);
    if (JSON.contains(name)) {
      node.put("json", name);
      return;
    }
    node.put(everywhere ? "default_strategy" : "strategy", name);
    node.remove("timestamp_field");
    if (colon >= 0) {
      node.put("timestamp_field", text.substring(equals + 1).substring(colon + 1));
    }
  }

  private static ObjectNode place(ObjectNode settings, String place) {
    ObjectNode rules = objectIn(settings, place.contains(".") ? "field_rules" : "table_rules");
    return objectIn(rules, place);
  }

  private static ObjectNode objectIn(ObjectNode parent, String name) {
    return parent.get(name) instanceof ObjectNode there ? there : parent.putObject(name);
  }
}
