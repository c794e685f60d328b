package dev.epoch.catalog.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.catalog.merge.Conflict;
import dev.epoch.catalog.model.CatalogContent;
import dev.epoch.catalog.model.CatalogJson;
import dev.epoch.catalog.model.Instance;
import dev.epoch.catalog.resolve.ResolvedView;
import dev.epoch.catalog.resolve.Resolver;
import dev.epoch.catalog.store.CatalogMerges;
import dev.epoch.catalog.store.Place;
import dev.epoch.engine.catalog.CatalogBranch;
import dev.epoch.engine.catalog.CatalogCommit;
import dev.epoch.engine.catalog.CatalogState;
import dev.epoch.engine.catalog.WorkingCommit;
import dev.epoch.events.Digest;
import dev.epoch.gateway.stream.LiveRepository;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** What answers show of databases, branches, commits and working commits. */
final class Views {
  private Views() {}

  static ObjectNode database(LiveRepository repository) {
    CatalogState catalog = repository.state().catalog();
    return CatalogJson.object()
        .put("id", repository.name())
        .put("name", catalog.name())
        .put("description", catalog.description())
        .put("default_branch_id", catalog.defaultBranchId())
        .put("created_at", catalog.createdAt().toString());
  }

  static ObjectNode branch(LiveRepository repository, CatalogBranch branch) {
    return CatalogJson.object()
        .put("id", branch.id())
        .put("database_id", repository.name())
        .put("name", branch.name())
        .put("description", branch.description())
        .put("parent_branch_id", branch.parentId())
        .put("commit_hash", hex(branch.head()))
        .put("commit_message", branch.message())
        .put("author", branch.author())
        .put("status", branch.status())
        .put("created_at", branch.createdAt().toString());
  }

  static ObjectNode commit(LiveRepository repository, CatalogCommit commit) {
    ObjectNode json =
        CatalogJson.object()
            .put("hash", commit.id().hex())
            .put("database_id", repository.name())
            .put(
                "parent_hash",
                commit.parents().isEmpty() ? null : commit.parents().getFirst().hex());
    json.set(
        "parent_hashes", CatalogJson.texts(commit.parents().stream().map(Digest::hex).toList()));
    return json.put("author", commit.author())
        .put("message", commit.message())
        .put("created_at", commit.createdAt().toString())
        .put("data_size", commit.dataSize())
        .put("schema_classes_count", commit.classes())
        .put("instances_count", commit.instances());
  }

  static ObjectNode schema(String database, String branchId, CatalogContent content) {
    ObjectNode json =
        CatalogJson.object().put("id", database + "-schema").put("branch_id", branchId);
    ArrayNode classes = json.putArray("classes");
    content.classes().values().forEach(each -> classes.add(each.toJson()));
    return json;
  }

  static ArrayNode instances(
      Resolver resolver, String branchId, List<Instance> instances, Set<String> expand, int depth) {
    ArrayNode list = CatalogJson.array();
    ResolvedView view = new ResolvedView(resolver, branchId);
    instances.forEach(each -> list.add(view.of(each, expand, depth)));
    return list;
  }

  /**
   * The working commit of a branch; of one that has none, what one would be made on.
   *
   * @param isRaw whether instances are shown as they were written
   */
  static ObjectNode working(Place place, Resolver resolver, CatalogContent base, boolean isRaw) {
    WorkingCommit working = place.catalog().working(place.branch()).orElse(null);
    String branchId = place.branch().id();
    ObjectNode json =
        CatalogJson.object()
            .put("id", working == null ? null : working.id())
            .put("database_id", place.repository().name())
            .put("branch_id", branchId)
            .put("based_on_hash", hex(working == null ? place.branch().head() : working.base()))
            .put("author", working == null ? null : working.author())
            .put("created_at", working == null ? null : working.createdAt().toString())
            .put("updated_at", working == null ? null : working.updatedAt().toString())
            .put("status", "active");
    CatalogContent content = resolver.content();
    json.set("changes", changes(base, content));
    json.set("schema_data", schema(place.repository().name(), branchId, content));
    if (isRaw) {
      ArrayNode list = json.putArray("instances_data");
      content.instances().values().forEach(each -> list.add(each.toJson(branchId)));
    } else {
      json.set(
          "instances_data",
          instances(resolver, branchId, List.copyOf(content.instances().values()), Set.of(), 0));
    }
    return json;
  }

  private static ArrayNode changes(CatalogContent base, CatalogContent content) {
    ArrayNode list = CatalogJson.array();
    changes(list, "class", base.classes(), content.classes());
    changes(list, "instance", base.instances(), content.instances());
    return list;
  }

  private static <T> void changes(
      ArrayNode list, String type, Map<String, T> before, Map<String, T> after) {
    SortedSet<String> ids = new TreeSet<>(before.keySet());
    ids.addAll(after.keySet());
    for (String id : ids) {
      T was = before.get(id);
      T is = after.get(id);
      if (was != is && (was == null || !was.equals(is))) {
        list.addObject()
            .put("type", type)
            .put("id", id)
            .put("change", was == null ? "added" : is == null ? "deleted" : "modified");
      }
    }
  }

  static ObjectNode mergePlan(CatalogMerges.Plan plan) {
    ObjectNode json = CatalogJson.object().put("can_merge", plan.isPossible());
    json.set("conflicts", Conflict.toJson(plan.conflicts()));
    json.set("validation_result", plan.report().toJson());
    json.put("simulated_schema_valid", plan.isSchemaValid());
    json.set("affected_instances", CatalogJson.texts(plan.merged().affected()));
    return json;
  }

  static ObjectNode rebasePlan(CatalogMerges.Plan plan) {
    ObjectNode json = CatalogJson.object().put("can_rebase", plan.isPossible());
    json.set("conflicts", Conflict.toJson(plan.conflicts()));
    json.set("validation_result", plan.report().toJson());
    json.put("needs_rebase", plan.isNeeded());
    json.set("affected_instances", CatalogJson.texts(plan.merged().affected()));
    return json;
  }

  static JsonNode deleted(String what, String field, String id) {
    return CatalogJson.object().put("message", what + " deleted successfully").put(field, id);
  }

  private static String hex(Digest digest) {
    return digest == null ? null : digest.hex();
  }
}
