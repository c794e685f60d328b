package dev.epoch.qa.trial;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.qa.process.Rest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Compares tags, stashes, and the last moves of branches with the model. */
final class NamesChecker {
  private final Model model;
  private final Reader reader;
  private final List<TrialClient> clients;

  NamesChecker(Model model, Reader reader, List<TrialClient> clients) {
    this.model = model;
    this.reader = reader;
    this.clients = clients;
  }

  void check() {
    Map<String, String> tags = new TreeMap<>();
    for (JsonNode tag : reader.get("/tags").path("tags")) {
      tags.put(tag.path("name").textValue(), tag.path("commit_id").textValue());
    }
    assertThat(tags).as("tags").isEqualTo(new TreeMap<>(model.tags()));
    for (TrialClient client : clients) {
      client.branches().forEach(this::branch);
    }
  }

  private void branch(BranchModel branch) {
    String name = Rest.escaped(branch.name);
    List<String> stashes = new ArrayList<>();
    for (JsonNode stash : reader.get("/stashes?branch=" + name).path("stashes")) {
      stashes.add(stash.path("commit_id").textValue());
    }
    assertThat(stashes)
        .as("stashes of %s", branch)
        .isEqualTo(branch.stashes.stream().map(BranchModel.Stash::commit).toList());
    JsonNode last = reader.get("/reflog?limit=1&branch=" + name).path("entries").path(0);
    assertThat(last.path("to").textValue())
        .as("the last move of %s: %s", branch, last)
        .isEqualTo(branch.head);
  }
}
