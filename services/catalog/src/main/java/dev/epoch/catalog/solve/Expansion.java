package dev.epoch.catalog.solve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.catalog.model.CatalogContent;
import dev.epoch.catalog.model.CatalogJson;
import dev.epoch.catalog.model.Change;
import dev.epoch.catalog.model.ClassDef;
import dev.epoch.catalog.model.Instance;
import dev.epoch.catalog.model.RelationshipDef;
import dev.epoch.catalog.model.Selection;
import dev.epoch.catalog.resolve.Resolution;
import dev.epoch.catalog.resolve.Resolver;
import dev.epoch.catalog.store.CatalogException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** What relationships lead to, as far as a configuration may need them, by the policies. */
final class Expansion {
  private final Policies policies;
  private final Function<String, Optional<Foreign>> elsewhere;
  private final SortedMap<String, Map<String, Selector>> selectors = new TreeMap<>();
  private CatalogContent content;
  private Resolver resolver;

  /** An instance of another branch. */
  record Foreign(Instance instance, Optional<ClassDef> of, String branch) {}

  /**
   * A relationship of an instance, resolved.
   *
   * @param definition of its class
   * @param original what was said about it
   * @param ids that it leads to, or may lead to
   * @param isSelected whether they are chosen already
   * @param placeholders ids that are nowhere, kept for people to see
   * @param notes level and text
   */
  record Selector(
      RelationshipDef definition,
      JsonNode original,
      List<String> ids,
      boolean isSelected,
      List<String> placeholders,
      List<Note> notes) {
    ObjectNode toJson(List<String> chosen) {
      ObjectNode json = CatalogJson.object();
      json.set("selector", original);
      List<String> shown = new ArrayList<>(chosen);
      shown.addAll(placeholders);
      json.set("resolved_ids", CatalogJson.texts(shown));
      json.set("available_ids", CatalogJson.texts(ids));
      ArrayNode list = json.putArray("resolution_notes");
      notes.forEach(
          each -> list.addObject().put("note_type", each.level()).put("message", each.message()));
      return json;
    }
  }

  /** What is worth telling. */
  record Note(String level, String message) {}

  Expansion(
      CatalogContent content, Policies policies, Function<String, Optional<Foreign>> elsewhere) {
    this.content = content;
    this.policies = policies;
    this.elsewhere = elsewhere;
    this.resolver = new Resolver(content);
  }

  /** With those of other branches that were let in. */
  CatalogContent content() {
    return content;
  }

  /** By owner and name; owners without relationships are there too. */
  SortedMap<String, Map<String, Selector>> selectors() {
    return selectors;
  }

  /** Expands what these instances lead to, and so on. */
  Expansion from(Iterable<String> roots) {
    Deque<String> open = new ArrayDeque<>();
    roots.forEach(open::add);
    while (!open.isEmpty()) {
      String id = open.poll();
      if (selectors.containsKey(id)) {
        continue;
      }
      Instance instance =
          content.instance(id).orElseThrow(() -> CatalogException.notFound("Instance", id));
      Map<String, Selector> its = new LinkedHashMap<>();
      for (RelationshipDef definition :
          content.classOf(instance).map(ClassDef::relationships).orElse(List.of())) {
        Selector selector = expand(instance, definition);
        its.put(definition.name(), selector);
        selector.ids().stream().filter(each -> !selectors.containsKey(each)).forEach(open::add);
      }
      selectors.put(id, its);
    }
    return this;
  }

  private Selector expand(Instance instance, RelationshipDef definition) {
    List<Note> notes = new ArrayList<>();
    Selection said = Resolver.said(instance, definition);
    List<String> placeholders = new ArrayList<>();
    if (said instanceof Selection.Ids(List<String> ids, _)) {
      for (String id : ids) {
        if (content.instance(id).isEmpty()) {
          missing(instance, definition, id, notes, placeholders);
        }
      }
    }
    Resolution resolution = resolver.relationship(instance, definition);
    boolean isFilter = resolution.filterDescription() != null;
    if (isFilter && resolution.ids().size() > policies.maxSelectionSize()) {
      throw new CatalogException(
          409,
          where(instance, definition)
              + " finds "
              + resolution.ids().size()
              + " instances, more than max_selection_size "
              + policies.maxSelectionSize(),
          "Narrow the filter, or allow more");
    }
    if (said instanceof Selection.Filtered && resolution.ids().isEmpty()) {
      switch (policies.emptySelection()) {
        case FAIL ->
            throw new CatalogException(
                409, where(instance, definition) + " finds nothing", "Widen the filter");
        case ALLOW -> notes.add(new Note("warning", "The filter finds nothing"));
        case FALLBACK -> {
          notes.add(new Note("warning", "The filter finds nothing; the default pool is taken"));
          SortedMap<String, Selection> others = new TreeMap<>(instance.relationships());
          others.remove(definition.name());
          others.remove(definition.id());
          resolution =
              resolver.relationship(
                  new Instance(
                      instance.id(),
                      instance.classId(),
                      instance.properties(),
                      others,
                      instance.domain(),
                      instance.audit()),
                  definition);
        }
      }
    }
    if (notes.isEmpty()) {
      notes.add(
          new Note(
              "info",
              (resolution.method().equals("explicit_ids") ? "Static" : "Dynamic")
                  + " selector resolved successfully"));
    }
    return new Selector(
        definition,
        resolution.original(),
        resolution.ids(),
        resolution.isSelected(),
        placeholders,
        notes);
  }

  private void missing(
      Instance instance,
      RelationshipDef definition,
      String id,
      List<Note> notes,
      List<String> placeholders) {
    if (policies.crossBranch() != Policies.CrossBranch.REJECT) {
      Optional<Foreign> found = elsewhere.apply(id);
      if (found.isPresent()) {
        take(found.get());
        boolean warns = policies.crossBranch() == Policies.CrossBranch.ALLOW_WITH_WARNINGS;
        notes.add(
            new Note(
                warns ? "warning" : "info",
                "Instance '" + id + "' is taken from branch '" + found.get().branch() + "'"));
        return;
      }
    }
    switch (policies.missingInstance()) {
      case FAIL ->
          throw new CatalogException(
              409,
              where(instance, definition) + " leads to '" + id + "', which does not exist here",
              "Create it, or let missing_instance_policy skip it");
      case SKIP ->
          notes.add(new Note("warning", "Instance '" + id + "' does not exist and is skipped"));
      case PLACEHOLDER -> {
        placeholders.add(id);
        notes.add(new Note("warning", "Instance '" + id + "' does not exist: a placeholder"));
      }
    }
  }

  private void take(Foreign found) {
    List<Change> changes = new ArrayList<>();
    changes.add(new Change.PutInstance(found.instance()));
    found
        .of()
        .filter(its -> content.classOf(its.id()).isEmpty())
        .ifPresent(its -> changes.add(new Change.PutClass(its)));
    content = content.with(changes);
    resolver = new Resolver(content);
  }

  private static String where(Instance instance, RelationshipDef definition) {
    return "Relationship '" + definition.name() + "' of instance '" + instance.id() + "'";
  }
}
