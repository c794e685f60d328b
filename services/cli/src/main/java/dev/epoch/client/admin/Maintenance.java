package dev.epoch.client.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.client.transport.Call;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Received;
import dev.epoch.client.transport.Scope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Takes back what is no longer needed. */
public final class Maintenance {

  private final Scope scope;

  public Maintenance(Scope scope) {
    this.scope = Objects.requireNonNull(scope, "scope");
  }

  /**
   * What a clean-up has done, or would do.
   *
   * @param deleted names of merged branches that were deleted
   * @param kept by name, why a merged branch was not
   * @param branches deleted branches whose rows are gone: names with ids, or ids alone
   * @param tables names of removed tables of which nothing is kept any more
   * @param unreached names of storages whose databases could not be reached
   */
  public record Cleaned(
      List<String> deleted,
      Map<String, String> kept,
      List<String> branches,
      List<String> tables,
      List<String> unreached,
      JsonNode json)
      implements Received {}

  /** Drops rows of deleted branches and removed tables that no commit of a branch refers to. */
  public Cleaned cleanup(boolean dryRun) {
    return clean(Json.object().put("dry_run", dryRun));
  }

  /**
   * The same, after it has deleted branches that the default branch has all commits of.
   *
   * @param olderThan only those whose last commit is so old, such as {@code 7d}
   */
  public Cleaned cleanupMerged(boolean dryRun, String olderThan) {
    return clean(
        Json.object().put("dry_run", dryRun).put("merged", true).put("older_than", olderThan));
  }

  private Cleaned clean(ObjectNode body) {
    Call call = scope.post("admin", "cleanup").body(body).asLongAsItTakes();
    JsonNode answer = scope.send(call);
    List<String> deleted = new ArrayList<>();
    answer.path("deleted").forEach(branch -> deleted.add(branch.asText()));
    Map<String, String> kept = new LinkedHashMap<>();
    answer
        .path("kept")
        .properties()
        .forEach(branch -> kept.put(branch.getKey(), branch.getValue().asText()));
    List<String> branches = new ArrayList<>();
    answer
        .path("branches")
        .forEach(branch -> {
          JsonNode name = answer.path("branch_names").path(branch.asText());
          branches.add(
              name.isTextual() ? name.asText() + " (" + branch.asText() + ")" : branch.asText());
        });
    List<String> tables = new ArrayList<>();
    answer.path("tables").forEach(table -> tables.add(table.asText()));
    List<String> unreached = new ArrayList<>();
    answer.path("unreached").forEach(storage -> unreached.add(storage.asText()));
    return new Cleaned(
        List.copyOf(deleted),
        kept,
        List.copyOf(branches),
        List.copyOf(tables),
        List.copyOf(unreached),
        answer);
  }
}
