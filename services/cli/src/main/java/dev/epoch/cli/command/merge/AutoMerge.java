package dev.epoch.cli.command.merge;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Output;
import dev.epoch.cli.text.Columns;
import dev.epoch.client.EpochClient;
import dev.epoch.client.commit.Commit;
import dev.epoch.client.transport.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** {@code epoch merge --auto}: merges that the server makes as soon as they are allowed. */
final class AutoMerge {
  private final EpochClient client;
  private final Output output;

  AutoMerge(EpochClient client, Output output) {
    this.client = Objects.requireNonNull(client, "client");
    this.output = Objects.requireNonNull(output, "output");
  }

  /**
   * Asks for a merge, lists those asked for, or asks for one no more.
   *
   * @param source null to list
   * @param message of the merge commit, or null
   */
  ExitCode run(String source, String target, String message, boolean cancel) {
    if (cancel) {
      client.merges().withdraw(source, target);
      told(
          Json.object().put("status", "withdrawn"),
          source + " is not merged into " + target + " by itself any more");
    } else if (source == null) {
      list();
    } else {
      JsonNode asked = client.merges().request(source, target, message);
      String waits = asked.path("waits_for").asText("");
      told(
          asked,
          source
              + " at "
              + Commit.shortId(asked.path("commit_id").asText())
              + " will be merged into "
              + target
              + (asked.path("waits_for").isNull() || waits.isEmpty()
                  ? ""
                  : "; waits for: " + waits));
    }
    return ExitCode.OK;
  }

  private void told(JsonNode json, String text) {
    if (output.json()) {
      output.json(json);
    } else {
      output.confirm(text);
    }
  }

  private void list() {
    JsonNode all = client.merges().requests();
    if (output.json()) {
      output.json(all);
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode one : all.path("requests")) {
      rows.add(
          List.of(
              one.path("target").asText(),
              one.path("source").asText(),
              Commit.shortId(one.path("commit_id").asText()),
              one.path("actor").path("name").asText(),
              one.path("waits_for").asText()));
    }
    if (!rows.isEmpty()) {
      output.lines(
          Columns.aligned(List.of("TARGET", "SOURCE", "COMMIT", "ASKED BY", "WAITS FOR"), rows));
    }
  }
}
