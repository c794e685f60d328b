package dev.epoch.client.branch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.transport.Received;
import java.util.ArrayList;
import java.util.List;

/** URLs under which the database's own clients are on a branch. */
public record BranchUrls(List<Url> urls, JsonNode json) implements Received {

  /** One for each database. */
  public record Url(String storage, String url, String jdbcUrl) {}

  static BranchUrls of(JsonNode json) {
    List<Url> urls = new ArrayList<>();
    for (JsonNode url : json.path("urls")) {
      urls.add(
          new Url(
              url.path("storage").asText(),
              url.path("url").asText(),
              url.path("jdbc_url").asText()));
    }
    return new BranchUrls(List.copyOf(urls), json);
  }
}
