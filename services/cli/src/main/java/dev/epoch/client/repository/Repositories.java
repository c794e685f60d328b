package dev.epoch.client.repository;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.client.storage.StorageBackends;
import dev.epoch.client.transport.Call;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Transport;
import java.util.Objects;

/** Creates, lists and opens repositories. */
public final class Repositories {

  private final Transport transport;

  public Repositories(Transport transport) {
    this.transport = Objects.requireNonNull(transport, "transport");
  }

  /**
   * What a new repository starts with; all but the name may be null.
   *
   * @param metadataUrl where the server is asked to keep metadata
   * @param storage storage backend that the repository begins with, where tables are that name no
   *     other
   */
  public record Draft(
      String name,
      String description,
      String defaultBranch,
      String metadataUrl,
      StorageBackends.Draft storage) {

    /** Checks that there is a name. */
    public Draft {
      Objects.requireNonNull(name, "name");
    }
  }

  /** Creates a repository. */
  public Repository create(Draft draft) {
    ObjectNode body = Json.object().put("name", draft.name());
    putIfPresent(body, "description", draft.description());
    putIfPresent(body, "default_branch", draft.defaultBranch());
    putIfPresent(body, "metadata_url", draft.metadataUrl());
    if (draft.storage() != null) {
      ObjectNode storage = Json.object().put("backend", draft.storage().backend());
      putIfPresent(storage, "description", draft.storage().description());
      storage.set("config", draft.storage().config());
      body.put("default_storage", draft.storage().name());
      body.putObject("storage_configs").set(draft.storage().name(), storage);
    }
    return Repository.of(transport.send(Call.post("repositories").body(body)).body());
  }

  /** All repositories of the server. */
  public Repository.Listing list() {
    return Repository.Listing.of(transport.send(Call.get("repositories")).body());
  }

  /** One repository. */
  public Repository get(String name) {
    return Repository.of(transport.send(Call.get("repositories", name)).body());
  }

  /**
   * Settings to change; what is null stays.
   *
   * @param liveChanges {@code commit} or {@code refuse}
   * @param liveCommits {@code off}, {@code interval} or {@code changes}
   * @param every minutes, or rows
   * @param conflict what settles conflicts, all of it, as the API has it
   * @param branching what branches are for, as the API has it
   */
  public record Settings(
      String description,
      String liveChanges,
      String liveCommits,
      Long every,
      ObjectNode conflict,
      ObjectNode branching) {}

  /** Changes settings of a repository. */
  public Repository change(String name, Settings settings) {
    ObjectNode body = Json.object();
    putIfPresent(body, "description", settings.description());
    putIfPresent(body, "live_changes", settings.liveChanges());
    if (settings.liveCommits() != null) {
      ObjectNode policy = body.putObject("live_commits").put("policy", settings.liveCommits());
      if (settings.every() != null) {
        policy.put("every", settings.every());
      }
    }
    if (settings.conflict() != null) {
      body.set("conflict", settings.conflict());
    }
    if (settings.branching() != null) {
      body.set("branching", settings.branching());
    }
    return Repository.of(transport.send(Call.patch("repositories", name).body(body)).body());
  }

  /** Deletes a repository; its tables were removed before. */
  public void delete(String name) {
    transport.send(Call.delete("repositories", name));
  }

  /** Opens a repository for the actor. */
  public Repository open(String name) {
    return Repository.of(transport.send(Call.post("repositories", name, "open")).body());
  }

  private static void putIfPresent(ObjectNode body, String field, String value) {
    if (value != null) {
      body.put(field, value);
    }
  }
}
