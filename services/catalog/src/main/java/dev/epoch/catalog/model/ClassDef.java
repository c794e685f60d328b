package dev.epoch.catalog.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A class: what its instances have.
 *
 * @param id of the class
 * @param name of the class
 * @param description for people, or null
 * @param properties with values of their own
 * @param relationships to other instances
 * @param derived properties that are computed
 * @param domain how many copies of an instance there may be, unless it says so itself; or null
 * @param audit who made it
 */
public record ClassDef(
    String id,
    String name,
    String description,
    List<PropertyDef> properties,
    List<RelationshipDef> relationships,
    List<DerivedDef> derived,
    Domain domain,
    Audit audit) {
  private static final Set<String> FIELDS =
      Set.of(
          "id",
          "name",
          "description",
          "properties",
          "relationships",
          "derived",
          "domain_constraint",
          "created_by",
          "created_at",
          "updated_by",
          "updated_at");

  public ClassDef {
    properties = List.copyOf(properties);
    relationships = List.copyOf(relationships);
    derived = List.copyOf(derived);
  }

  /** A new class; its id is made from its name. What the server keeps itself is not read. */
  public static ClassDef create(JsonNode node, Audit audit) {
    JsonFields fields = new JsonFields(node, "class").allow(FIELDS);
    String name = fields.requiredText("name");
    String id = fields.text("id");
    return checked(parse(fields, id == null ? idOf(name) : id, audit));
  }

  /** This class with the fields that are given; null takes an optional one away. */
  public ClassDef patched(JsonNode node, Audit newAudit) {
    JsonFields fields = new JsonFields(node, "class").allow(FIELDS);
    ObjectNode json = toJson();
    fields
        .node()
        .fields()
        .forEachRemaining(field -> {
          if (!field.getKey().equals("id") && !Audit.FIELDS.contains(field.getKey())) {
            json.set(field.getKey(), field.getValue());
          }
        });
    String given = fields.text("id");
    if (given != null && !given.equals(id)) {
      throw new InvalidCatalogException("The id of class '" + id + "' stays as it is");
    }
    return checked(parse(new JsonFields(json, "class"), id, newAudit));
  }

  /** Of stored JSON. */
  public static ClassDef read(JsonNode json) {
    return parse(new JsonFields(json, "class"), json.get("id").textValue(), Audit.read(json));
  }

  private static ClassDef parse(JsonFields fields, String id, Audit audit) {
    return new ClassDef(
        id,
        fields.requiredText("name"),
        fields.text("description"),
        fields.list("properties", PropertyDef::parse),
        fields.list("relationships", RelationshipDef::parse),
        fields.list("derived", DerivedDef::parse),
        Domain.parse(fields.first("domain_constraint"), "class.domain_constraint"),
        audit);
  }

  /** Names are unique, and derived properties use nothing that is derived itself. */
  private static ClassDef checked(ClassDef made) {
    unique(
        made,
        "property",
        Stream.concat(
            made.properties.stream().map(PropertyDef::name),
            made.derived.stream().map(DerivedDef::name)));
    unique(made, "relationship", made.relationships.stream().map(RelationshipDef::name));
    for (DerivedDef each : made.derived) {
      Expression expression = each.expression(made.relationships);
      expression
          .properties()
          .filter(used -> made.property(used).isEmpty() && made.derived(used).isPresent())
          .findFirst()
          .ifPresent(circle -> {
            throw new InvalidCatalogException(
                "Derived property '"
                    + each.name()
                    + "' uses '"
                    + circle
                    + "', which is derived itself; derived properties use properties only");
          });
    }
    return made;
  }

  private static void unique(ClassDef made, String what, Stream<String> names) {
    Set<String> seen = new HashSet<>();
    names.forEach(name -> {
      if (!seen.add(name)) {
        throw new InvalidCatalogException(
            "Class '" + made.name + "' has more than one " + what + " '" + name + "'");
      }
    });
  }

  /** {@code class-} and the name in lower case, everything but letters and digits a hyphen. */
  public static String idOf(String name) {
    return "class-" + Slug.of(name);
  }

  public Optional<PropertyDef> property(String nameOrId) {
    return named(properties, nameOrId, PropertyDef::name, PropertyDef::id);
  }

  public Optional<RelationshipDef> relationship(String nameOrId) {
    return named(relationships, nameOrId, RelationshipDef::name, RelationshipDef::id);
  }

  public Optional<DerivedDef> derived(String nameOrId) {
    return named(derived, nameOrId, DerivedDef::name, DerivedDef::id);
  }

  private static <T> Optional<T> named(
      List<T> all, String nameOrId, Function<T, String> name, Function<T, String> id) {
    return all.stream()
        .filter(each -> name.apply(each).equals(nameOrId))
        .findFirst()
        .or(() -> all.stream().filter(each -> id.apply(each).equals(nameOrId)).findFirst());
  }

  /** In or out, if the class does not say it. */
  public Domain defaultDomain() {
    return Objects.requireNonNullElse(domain, Domain.BINARY);
  }

  public ObjectNode toJson() {
    ObjectNode json =
        CatalogJson.object().put("id", id).put("name", name).put("description", description);
    ArrayNode ofProperties = json.putArray("properties");
    properties.forEach(each -> ofProperties.add(each.toJson()));
    ArrayNode ofRelationships = json.putArray("relationships");
    relationships.forEach(each -> ofRelationships.add(each.toJson()));
    ArrayNode ofDerived = json.putArray("derived");
    derived.forEach(each -> ofDerived.add(each.toJson()));
    if (domain != null) {
      json.set("domain_constraint", domain.toJson());
    }
    audit.write(json);
    return json;
  }
}
