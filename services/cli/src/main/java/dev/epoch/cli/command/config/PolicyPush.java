package dev.epoch.cli.command.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.configuration.RepositoryPolicy;
import dev.epoch.client.EpochClient;
import dev.epoch.client.repository.Repositories;
import dev.epoch.client.transport.Json;
import java.util.HashSet;
import java.util.Set;

/** Sends what the configuration file says of a repository to the server. */
public final class PolicyPush {
  private PolicyPush() {}

  /** Settings that the file has take the place of those that were; protections are added. */
  public static void send(EpochClient client, String repository, RepositoryPolicy policy) {
    if (policy.conflict() != null || policy.branching() != null) {
      client
          .repositories()
          .change(
              repository,
              new Repositories.Settings(
                  null, null, null, null, policy.conflict(), policy.branching()));
    }
    Set<String> known = new HashSet<>();
    if (!policy.protectedBranches().isEmpty()) {
      for (JsonNode protection : client.branches().protections().path("protections")) {
        known.add(protection.path("pattern").asText());
      }
    }
    for (String pattern : policy.protectedBranches()) {
      if (known.add(pattern)) {
        ObjectNode protection = Json.object().put("no_force_push", true);
        protection.putArray("committers");
        client.branches().protect(pattern, protection);
      }
    }
  }
}
