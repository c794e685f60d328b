package dev.epoch.cli.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.client.transport.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What a configuration file says of the repository itself: {@code [conflict]} and {@code
 * [branching]}. The server keeps it; the file is sent there.
 *
 * @param conflict as the API has it, or null if the file says nothing
 * @param branching likewise
 * @param protectedBranches patterns of names that take merges only
 */
public record RepositoryPolicy(
    ObjectNode conflict, ObjectNode branching, List<String> protectedBranches) {
  private static final Set<String> BRANCHING =
      Set.of("strategy", "default_branch", "protected_branches", "promotion");

  public RepositoryPolicy {
    protectedBranches = List.copyOf(protectedBranches);
  }

  /**
   * What a file says.
   *
   * @throws CommandFailure if it has keys that mean nothing
   */
  public static RepositoryPolicy of(ConfigurationFile file) {
    ObjectNode conflict = file.table("conflict");
    ObjectNode given = file.table("branching");
    given
        .fieldNames()
        .forEachRemaining(key -> {
          if (!BRANCHING.contains(key)) {
            throw new CommandFailure(
                ExitCode.INVALID,
                "[branching] has no key '" + key + "'",
                "it has strategy, default_branch, protected_branches and [branching.promotion]");
          }
        });
    ObjectNode branching = Json.object();
    for (String key : List.of("strategy", "promotion")) {
      if (given.has(key)) {
        branching.set(key, given.get(key));
      }
    }
    List<String> patterns = new ArrayList<>();
    for (JsonNode pattern : given.path("protected_branches")) {
      patterns.add(pattern.asText());
    }
    return new RepositoryPolicy(
        conflict.isEmpty() ? null : conflict, branching.isEmpty() ? null : branching, patterns);
  }

  /** Whether the file says nothing of it. */
  public boolean isEmpty() {
    return conflict == null && branching == null && protectedBranches.isEmpty();
  }
}
