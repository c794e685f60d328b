package dev.epoch.cli.command.merge;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.ConflictText;
import dev.epoch.client.merge.Conflict;
import dev.epoch.client.transport.Json;
import java.util.List;

/** Lists conflicts. */
abstract class ConflictListing extends EpochSubcommand {

  ConflictListing(Session session) {
    super(session);
  }

  /** The only table to list, or null. */
  abstract String table();

  @Override
  protected final ExitCode run() {
    List<Conflict> conflicts = client().conflicts().all(session().branch(), table());
    if (output().json()) {
      ObjectNode result = Json.object();
      ArrayNode array = result.putArray("conflicts");
      conflicts.forEach(conflict -> array.add(conflict.json()));
      long unresolved = conflicts.stream().filter(conflict -> conflict.open() > 0).count();
      output().json(result.put("total", conflicts.size()).put("unresolved", unresolved));
      return ExitCode.OK;
    }
    List<String> lines = new ConflictText(output().palette()).all(conflicts);
    if (lines.isEmpty()) {
      output().confirm("No conflicts.");
    }
    output().lines(lines);
    return ExitCode.OK;
  }
}
