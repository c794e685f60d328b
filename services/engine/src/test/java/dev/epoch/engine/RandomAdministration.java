package dev.epoch.engine;

import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.engine.state.BranchState;
import dev.epoch.events.BranchProtection;
import dev.epoch.events.ConflictSettings;
import dev.epoch.events.command.*;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/** What clients change beside branches and rows: tags, checks, protections, rules, storages. */
final class RandomAdministration {
  private final RandomClient client;

  RandomAdministration(RandomClient client) {
    this.client = client;
  }

  /** Without effect on what goes on: other names, and approvals that nobody asks for. */
  void protect() {
    BranchProtection protection =
        new BranchProtection(true, 1, true, true, List.of("alice"), null, "fail");
    client.send(new ProtectBranchV1("never/*", client.chance(3) ? null : protection));
    BranchState branch = client.anyBranch();
    client.send(
        new ReviewBranchV1(
            branch.name(),
            branch.head(),
            client.chance(2) ? "approve" : "reject",
            client.chance(2) ? "No" : null));
  }

  static ConflictSettings someRules() {
    return new ConflictSettings(
        null,
        Map.of("users", new ConflictSettings.Rule("last_write_wins", "at", null)),
        Map.of("users.seen", new ConflictSettings.Rule("sum", null, "whole")));
  }

  void checks() {
    if (client.chance(3)) {
      client.send(new RemoveCheckV1(client.any(RandomClient.TAGS)));
    } else {
      client.send(
          new AddCheckV1(
              client.any(RandomClient.TAGS),
              "SELECT 1",
              client.chance(2) ? List.of() : List.of(client.any(RandomClient.TABLES)),
              List.of(),
              List.of(client.chance(2) ? "commit" : "merge")));
    }
    client.send(
        new SetCommitStatusV1(
            client.state().head(client.anyBranch()).id(),
            client.any(RandomClient.TAGS),
            client.chance(2) ? "success" : "pending",
            null,
            null));
  }

  /** Without effect on what goes on: an administrator may everything. */
  void roles() {
    String role = client.any(RandomClient.TAGS);
    String subject = client.chance(2) ? "user:carol" : "group:data";
    switch (client.random.nextInt(5)) {
      case 0 ->
          client.send(new CreateRoleV1("r" + client.random.nextInt(3), List.of("read", "commit")));
      case 1 -> client.send(new DeleteRoleV1("r" + client.random.nextInt(3)));
      case 2, 3 ->
          client.send(
              new GrantRoleV1(
                  client.chance(2) ? "writer" : "r" + client.random.nextInt(3),
                  subject,
                  client.chance(2) ? List.of() : List.of("feature/*", role),
                  client.chance(2) ? List.of() : List.of(client.any(RandomClient.TABLES))));
      default ->
          client.state().access().allGrants().stream()
              .findFirst()
              .ifPresentOrElse(
                  grant -> client.send(new RevokeRoleV1(grant.role(), grant.subject())),
                  () -> client.send(new RevokeRoleV1("writer", subject)));
    }
  }

  void tags() {
    if (client.chance(3)) {
      client.send(new DeleteTagV1(client.any(RandomClient.TAGS)));
    } else {
      BranchState at = client.anyBranch();
      client.send(
          new CreateTagV1(
              client.any(RandomClient.TAGS),
              at.head(),
              client.chance(2) ? null : at.name(),
              client.chance(2) ? null : "Release",
              client.chance(2)));
    }
  }

  void storages() {
    String name = client.any(RandomClient.STORAGES);
    switch (client.random.nextInt(6)) {
      case 0, 1, 2 ->
          client.send(
              new AddStorageV1(
                  name,
                  "postgresql",
                  Map.of(
                      "host",
                      TextNode.valueOf("db"),
                      "ratio",
                      DecimalNode.valueOf(new BigDecimal("1.10"))),
                  client.chance(2) ? null : "sealed",
                  null,
                  client.chance(2)));
      case 3, 4 ->
          client.send(
              new UpdateStorageV1(
                  name,
                  Map.of("host", TextNode.valueOf("other")),
                  null,
                  client.chance(2) ? null : "text",
                  client.chance(3) ? true : null,
                  client.chance(2) ? null : client.chance(2)));
      default -> client.send(new RemoveStorageV1(name, false));
    }
  }
}
