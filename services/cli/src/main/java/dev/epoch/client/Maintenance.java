package dev.epoch.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Takes back what is no longer needed. */
public final class Maintenance {

  private final Scope scope;

  Maintenance(Scope scope) {
    this.scope = Objects.requireNonNull(scope, "scope");
  }

  /**
   * What a clean-up has done, or would do.
   *
   * @param branches ids of deleted branches whose rows are gone
   * @param tables names of removed tables of which nothing is kept any more
   */
  public record Cleaned(List<String> branches, List<String> tables, JsonNode json)
      implements Received {}

  /** Drops rows of deleted branches and removed tables that no commit of a branch refers to. */
  public Cleaned cleanup(boolean dryRun) {
    Call call =
        scope.post("admin", "cleanup").body(Json.object().put("dry_run", dryRun)).asLongAsItTakes();
    JsonNode answer = scope.send(call);
    List<String> branches = new ArrayList<>();
    answer.path("branches").forEach(branch -> branches.add(branch.asText()));
    List<String> tables = new ArrayList<>();
    answer.path("tables").forEach(table -> tables.add(table.asText()));
    return new Cleaned(List.copyOf(branches), List.copyOf(tables), answer);
  }
}
