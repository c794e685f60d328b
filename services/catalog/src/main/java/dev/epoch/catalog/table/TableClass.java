package dev.epoch.catalog.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.catalog.model.Audit;
import dev.epoch.catalog.model.CatalogContent;
import dev.epoch.catalog.model.CatalogJson;
import dev.epoch.catalog.model.Change;
import dev.epoch.catalog.model.ClassDef;
import dev.epoch.catalog.model.Instance;
import dev.epoch.catalog.model.InvalidCatalogException;
import dev.epoch.catalog.model.PropertyValue;
import dev.epoch.catalog.model.ValueType;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * A table that is to be a class.
 *
 * <pre>
 *   table products              class-products
 *     id | name | price           properties id, name, price
 *      7 | Oak  | 299.90          instance products-7 {id: 7, name: Oak, price: 299.90}
 * </pre>
 *
 * <p>Where class and instances are there already, they are brought to what the table says: what
 * else they have stays, and instances go whose rows are gone.
 *
 * @param name of the class
 * @param table that instances are called after
 * @param schema of the table
 * @param rows by key, as paths have it
 */
public record TableClass(
    String name, String table, TableSchema schema, SortedMap<String, ObjectNode> rows) {

  public TableClass {
    rows = Collections.unmodifiableSortedMap(new TreeMap<>(rows));
  }

  /**
   * What is to be done to a catalog.
   *
   * @param before what it has
   * @param created of what is new
   * @param updated of what is there
   * @return the class first
   */
  public List<Change> changes(
      CatalogContent before, Supplier<Audit> created, UnaryOperator<Audit> updated) {
    Map<String, JsonNode> records = new HashMap<>();
    // numbers as they are stored, so that what did not change is seen to be the same
    rows.forEach((key, row) -> records.put(key, CatalogJson.read(CatalogJson.bytes(row))));
    ClassDef made = definition(before, records, created, updated);
    List<Change> changes = new ArrayList<>();
    changes.add(new Change.PutClass(made));
    for (String key : rows.keySet()) {
      String id = instanceId(key);
      Instance found = before.instance(id).orElse(null);
      if (found != null && !isOf(found, made)) {
        throw new InvalidCatalogException(
            "Instance '"
                + id
                + "' is there already, of class '"
                + found.classId()
                + "'; delete it, or choose another class name");
      }
      Audit audit = found == null ? created.get() : updated.apply(found.audit());
      Instance instance = instance(id, found, made, records.get(key), audit);
      if (!instance.saysTheSame(found)) {
        changes.add(new Change.PutInstance(instance));
      }
    }
    gone(before, made).forEach(id -> changes.add(new Change.RemoveInstance(id)));
    return changes;
  }

  private static boolean isOf(Instance instance, ClassDef made) {
    return instance.classId().equals(made.id()) || instance.classId().equals(made.name());
  }

  private List<String> gone(CatalogContent before, ClassDef made) {
    Set<String> ids = rows.keySet().stream().map(this::instanceId).collect(Collectors.toSet());
    return before.instancesOf(made.id()).stream()
        .map(Instance::id)
        .filter(id -> id.startsWith(instanceId("")) && !ids.contains(id))
        .toList();
  }

  /** Characters that ids of instances do not have are written {@code ~20}. */
  private String instanceId(String key) {
    String encoded = URLEncoder.encode(table, StandardCharsets.UTF_8).replace("+", "%20");
    return (encoded + "-" + key).replace('%', '~');
  }

  private ClassDef definition(
      CatalogContent before,
      Map<String, JsonNode> records,
      Supplier<Audit> created,
      UnaryOperator<Audit> updated) {
    ClassDef found =
        before.classOf(ClassDef.idOf(name)).or(() -> before.classOf(name)).orElse(null);
    ObjectNode json = CatalogJson.object();
    ArrayNode properties = json.putArray("properties");
    for (Column column : schema.usersColumns()) {
      properties
          .addObject()
          .put("id", column.name())
          .put("name", column.name())
          .put("data_type", type(column, records).spelling())
          .put("required", !column.nullable());
    }
    if (found == null) {
      return ClassDef.create(json.put("name", name), created.get());
    }
    for (JsonNode property : found.toJson().get("properties")) {
      if (schema.column(property.get("name").textValue()).isEmpty()) {
        properties.add(property);
      }
    }
    return found.patched(json, updated.apply(found.audit()));
  }

  private static ValueType type(Column column, Map<String, JsonNode> records) {
    DataType type = column.type().base();
    return switch (type.kind()) {
      case BOOLEAN -> ValueType.BOOLEAN;
      case INTEGER, DECIMAL, FLOAT -> ValueType.NUMBER;
      case COMPOSITE -> ValueType.OBJECT;
      case ARRAY -> isText(type.element()) ? ValueType.STRING_LIST : ValueType.ARRAY;
      case JSON, JSON_BINARY -> typeOfDocuments(column.name(), records);
      case TEXT,
          BYTES,
          DATE,
          TIME,
          TIME_WITH_ZONE,
          TIMESTAMP,
          TIMESTAMP_WITH_ZONE,
          INTERVAL,
          UUID,
          ENUM,
          RANGE,
          NETWORK,
          BITS,
          TEXT_SEARCH,
          OTHER,
          DOMAIN ->
          ValueType.STRING;
    };
  }

  private static boolean isText(DataType element) {
    DataType.Kind kind = element.base().kind();
    return kind == DataType.Kind.TEXT || kind == DataType.Kind.ENUM || kind == DataType.Kind.UUID;
  }

  /** That of all documents, or Object where they are of several types or there are none. */
  private static ValueType typeOfDocuments(String column, Map<String, JsonNode> records) {
    List<ValueType> types =
        records.values().stream()
            .map(record -> record.get(column))
            .filter(value -> value != null && !value.isNull())
            .map(ValueType::of)
            .distinct()
            .toList();
    return types.size() == 1 ? types.getFirst() : ValueType.OBJECT;
  }

  private Instance instance(
      String id, Instance found, ClassDef made, JsonNode record, Audit audit) {
    SortedMap<String, PropertyValue> properties =
        new TreeMap<>(found == null ? Map.of() : found.properties());
    for (Column column : schema.usersColumns()) {
      JsonNode value = record.get(column.name());
      if (value == null || value.isNull()) {
        properties.remove(column.name());
      } else {
        ValueType type = made.property(column.name()).orElseThrow().type();
        properties.put(
            column.name(),
            new PropertyValue.Literal(value, type.holds(value) ? type : ValueType.of(value)));
      }
    }
    if (found != null) {
      return new Instance(
          id, found.classId(), properties, found.relationships(), found.domain(), audit);
    }
    Instance checked = Instance.create(CatalogJson.object().put("class", made.id()), id, id, audit);
    return new Instance(id, made.id(), properties, checked.relationships(), null, audit);
  }
}
