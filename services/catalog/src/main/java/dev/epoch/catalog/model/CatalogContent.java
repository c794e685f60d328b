package dev.epoch.catalog.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** All classes and instances of one state of a catalog. Never changes. */
public final class CatalogContent {
  /** Nothing. */
  public static final CatalogContent EMPTY = new CatalogContent(new TreeMap<>(), new TreeMap<>());

  private final SortedMap<String, ClassDef> classes;
  private final SortedMap<String, Instance> instances;
  private final Map<String, String> classIdByName = new HashMap<>();
  private volatile Map<String, List<Instance>> byClass;

  private CatalogContent(
      SortedMap<String, ClassDef> classes, SortedMap<String, Instance> instances) {
    this.classes = Collections.unmodifiableSortedMap(classes);
    this.instances = Collections.unmodifiableSortedMap(instances);
    classes.values().forEach(each -> classIdByName.putIfAbsent(each.name(), each.id()));
  }

  public static CatalogContent of(Collection<ClassDef> classes, Collection<Instance> instances) {
    SortedMap<String, ClassDef> byId = new TreeMap<>();
    classes.forEach(each -> byId.put(each.id(), each));
    SortedMap<String, Instance> instancesById = new TreeMap<>();
    instances.forEach(each -> instancesById.put(each.id(), each));
    return new CatalogContent(byId, instancesById);
  }

  /** Of {@link #toJson}. */
  public static CatalogContent read(JsonNode json) {
    List<ClassDef> classes = new ArrayList<>();
    json.path("classes").forEach(each -> classes.add(ClassDef.read(each)));
    List<Instance> instances = new ArrayList<>();
    json.path("instances").forEach(each -> instances.add(Instance.read(each)));
    return of(classes, instances);
  }

  /** The same content has the same text: everything is in order. */
  public ObjectNode toJson() {
    ObjectNode json = CatalogJson.object();
    ArrayNode ofClasses = json.putArray("classes");
    classes.values().forEach(each -> ofClasses.add(each.toJson()));
    ArrayNode ofInstances = json.putArray("instances");
    instances.values().forEach(each -> ofInstances.add(each.toJson()));
    return json;
  }

  /** By id. */
  public SortedMap<String, ClassDef> classes() {
    return classes;
  }

  /** By id. */
  public SortedMap<String, Instance> instances() {
    return instances;
  }

  /** The class of this id, or else of this name. */
  public Optional<ClassDef> classOf(String idOrName) {
    ClassDef byId = classes.get(idOrName);
    return byId != null
        ? Optional.of(byId)
        : Optional.ofNullable(classIdByName.get(idOrName)).map(classes::get);
  }

  public Optional<Instance> instance(String id) {
    return Optional.ofNullable(instances.get(id));
  }

  public Optional<ClassDef> classOf(Instance instance) {
    return classOf(instance.classId());
  }

  /** How many copies there may be: as the instance says, else as its class does. */
  public Domain domain(Instance instance) {
    return instance.domain() != null
        ? instance.domain()
        : classOf(instance).map(ClassDef::defaultDomain).orElse(Domain.BINARY);
  }

  /** Instances of the class, by id; those that name it by its name, too. */
  public List<Instance> instancesOf(String classIdOrName) {
    String id = classOf(classIdOrName).map(ClassDef::id).orElse(classIdOrName);
    Map<String, List<Instance>> index = byClass;
    if (index == null) {
      index = new HashMap<>();
      for (Instance instance : instances.values()) {
        String of = classOf(instance).map(ClassDef::id).orElse(instance.classId());
        index.computeIfAbsent(of, _ -> new ArrayList<>()).add(instance);
      }
      byClass = index;
    }
    return index.getOrDefault(id, List.of());
  }

  /** Instances of any of the classes, by id. */
  public List<Instance> instancesOf(List<String> classes) {
    if (classes.size() == 1) {
      return instancesOf(classes.getFirst());
    }
    SortedMap<String, Instance> all = new TreeMap<>();
    Set<String> distinct = new LinkedHashSet<>(classes);
    distinct.forEach(
        each -> instancesOf(each).forEach(instance -> all.put(instance.id(), instance)));
    return List.copyOf(all.values());
  }

  /** The content after changes. */
  public CatalogContent with(List<Change> changes) {
    SortedMap<String, ClassDef> newClasses = new TreeMap<>(classes);
    SortedMap<String, Instance> newInstances = new TreeMap<>(instances);
    for (Change change : changes) {
      switch (change) {
        case Change.PutClass(ClassDef made) -> newClasses.put(made.id(), made);
        case Change.RemoveClass(String id) -> newClasses.remove(id);
        case Change.PutInstance(Instance made) -> newInstances.put(made.id(), made);
        case Change.RemoveInstance(String id) -> newInstances.remove(id);
      }
    }
    return new CatalogContent(newClasses, newInstances);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CatalogContent content
        && classes.equals(content.classes)
        && instances.equals(content.instances);
  }

  @Override
  public int hashCode() {
    return 31 * classes.hashCode() + instances.hashCode();
  }
}
