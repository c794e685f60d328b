package dev.epoch.catalog.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.catalog.model.Audit;
import dev.epoch.catalog.model.CatalogContent;
import dev.epoch.catalog.model.CatalogJson;
import dev.epoch.catalog.model.Change;
import dev.epoch.catalog.model.ClassDef;
import dev.epoch.catalog.model.Instance;
import dev.epoch.catalog.model.InvalidCatalogException;
import dev.epoch.catalog.model.PropertyDef;
import dev.epoch.catalog.model.PropertyValue;
import dev.epoch.catalog.validate.Validator;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.DataType.Kind;
import dev.epoch.events.table.TableSchema;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableClassTest {
  private static final Audit MADE = Audit.created("ann", Instant.EPOCH);

  private static Column column(String name, DataType type, boolean isNullable) {
    return new Column(name, name, type, isNullable, null, null, null);
  }

  private static DataType type(Kind kind) {
    return DataType.of(kind, kind.name());
  }

  private static TableSchema schema(Column... columns) {
    return new TableSchema(List.of(columns), List.of(columns[0].name()), List.of(), List.of());
  }

  private static final TableSchema PRODUCTS =
      schema(
          column("id", type(Kind.INTEGER), false),
          column("name", type(Kind.TEXT), false),
          column("price", type(Kind.DECIMAL), true));

  /** Keys and records by turns. */
  private static TableClass table(TableSchema schema, String... rows) {
    SortedMap<String, ObjectNode> byKey = new TreeMap<>();
    for (int i = 0; i < rows.length; i += 2) {
      byKey.put(rows[i], (ObjectNode) CatalogJson.read(rows[i + 1]));
    }
    return new TableClass("products", "products", schema, byKey);
  }

  private static List<Change> changes(TableClass table, CatalogContent before) {
    return table.changes(before, () -> MADE, audit -> audit.updated("bob", Instant.EPOCH));
  }

  private static CatalogContent after(TableClass table, CatalogContent before) {
    return before.with(changes(table, before));
  }

  private static JsonNode value(CatalogContent content, String instance, String property) {
    return content.instance(instance).orElseThrow().properties().get(property)
            instanceof PropertyValue.Literal(JsonNode value, _)
        ? value
        : null;
  }

  @Test
  void columnsBecomePropertiesAndRowsInstances() {
    // when
    CatalogContent content =
        after(
            table(
                PRODUCTS,
                "7",
                "{\"id\": 7, \"name\": \"Oak\", \"price\": 299.90}",
                "8",
                "{\"id\": 8, \"name\": \"Ash\", \"price\": null}"),
            CatalogContent.EMPTY);

    // then
    ClassDef made = content.classOf("class-products").orElseThrow();
    assertThat(made.name()).isEqualTo("products");
    assertThat(made.properties())
        .extracting(PropertyDef::name, each -> each.type().spelling(), PropertyDef::required)
        .containsExactly(
            tuple("id", "Number", true),
            tuple("name", "String", true),
            tuple("price", "Number", false));
    assertThat(content.instances()).containsOnlyKeys("products-7", "products-8");
    assertThat(value(content, "products-7", "price").decimalValue()).isEqualByComparingTo("299.9");
    assertThat(content.instance("products-8").orElseThrow().properties())
        .containsOnlyKeys("id", "name");
    assertThat(Validator.validate(content).isValid()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "BOOLEAN | true | Boolean",
        "INTEGER | 1 | Number",
        "DECIMAL | 1.5 | Number",
        "FLOAT | 1.5 | Number",
        "TEXT | \"a\" | String",
        "DATE | \"2024-01-01\" | String",
        "UUID | \"a\" | String",
        "COMPOSITE | {\"a\": 1} | Object",
        "JSON | {\"a\": 1} | Object",
        "JSON_BINARY | [1] | Array",
        "JSON | 5 | Number",
        "OTHER | \"a\" | String"
      })
  void eachTypeOfColumnsHasOneOfProperties(Kind kind, String value, String expected) {
    CatalogContent content =
        after(
            table(
                schema(column("id", type(Kind.INTEGER), false), column("c", type(kind), true)),
                "1",
                "{\"id\": 1, \"c\": " + value + "}"),
            CatalogContent.EMPTY);

    assertThat(content.classOf("products").orElseThrow().property("c").orElseThrow().type())
        .extracting(type -> type.spelling())
        .isEqualTo(expected);
    assertThat(Validator.validate(content).problems()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {"TEXT | [\"a\"] | StringList", "INTEGER | [1] | Array"})
  void arraysOfTextsAreListsOfThem(Kind element, String value, String expected) {
    DataType array = new DataType(Kind.ARRAY, "array", type(element), List.of(), List.of());
    CatalogContent content =
        after(
            table(
                schema(column("id", type(Kind.INTEGER), false), column("c", array, true)),
                "1",
                "{\"id\": 1, \"c\": " + value + "}"),
            CatalogContent.EMPTY);

    assertThat(content.classOf("products").orElseThrow().property("c").orElseThrow().type())
        .extracting(type -> type.spelling())
        .isEqualTo(expected);
    assertThat(Validator.validate(content).problems()).isEmpty();
  }

  @Test
  void documentsOfSeveralTypesAreFoundByValidation() {
    CatalogContent content =
        after(
            table(
                schema(column("id", type(Kind.INTEGER), false), column("c", type(Kind.JSON), true)),
                "1",
                "{\"id\": 1, \"c\": {}}",
                "2",
                "{\"id\": 2, \"c\": [1]}"),
            CatalogContent.EMPTY);

    assertThat(Validator.validate(content).problems())
        .extracting(problem -> problem.instanceId())
        .containsOnly("products-2");
  }

  /** As paths have keys: nothing is lost, and two keys never make one id. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "eu,17 | products-eu,17",
        "a%2Cb,17 | products-a~2Cb,17",
        "New%20York | products-New~20York",
        "a%7Eb | products-a~7Eb",
        "a%2Fb | products-a~2Fb"
      })
  void keysBecomeIdsThatPathsTake(String key, String id) {
    CatalogContent content =
        after(table(PRODUCTS, key, "{\"id\": 1, \"name\": \"a\"}"), CatalogContent.EMPTY);

    assertThat(content.instances()).containsOnlyKeys(id);
  }

  @Test
  void askedAgainItBringsWhatChangedAndKeepsWhatElseThereIs() {
    // given
    CatalogContent first =
        after(
            table(
                PRODUCTS,
                "7",
                "{\"id\": 7, \"name\": \"Oak\", \"price\": 299.90}",
                "8",
                "{\"id\": 8, \"name\": \"Ash\", \"price\": 5}",
                "9",
                "{\"id\": 9, \"name\": \"Elm\", \"price\": 6}"),
            CatalogContent.EMPTY);
    ClassDef more =
        first
            .classOf("products")
            .orElseThrow()
            .patched(
                CatalogJson.read(
                    """
                    {"properties": [{"name": "id", "data_type": "Number"},
                       {"name": "comfort", "data_type": "Number"}],
                     "relationships": [{"name": "legs", "targets": ["class-leg"],
                       "quantifier": {"Exactly": 4}}]}
                    """),
                MADE);
    Instance rated =
        first
            .instance("products-7")
            .orElseThrow()
            .patched(CatalogJson.read("{\"properties\": {\"comfort\": 3}}"), MADE);
    Instance byHand =
        Instance.create(
            CatalogJson.read("{\"class\": \"class-products\"}"), "bench", "bench", MADE);
    // as it is read from what was stored
    CatalogContent before =
        CatalogContent.read(
            first
                .with(
                    List.of(
                        new Change.PutClass(more),
                        new Change.PutInstance(rated),
                        new Change.PutInstance(byHand)))
                .toJson());

    // when
    List<Change> changes =
        changes(
            table(
                PRODUCTS,
                "7",
                "{\"id\": 7, \"name\": \"Oak\", \"price\": null}",
                "8",
                "{\"id\": 8, \"name\": \"Ash\", \"price\": 5}"),
            before);

    // then
    assertThat(changes)
        .extracting(Change::entity)
        .containsExactly("class/class-products", "instance/products-7", "instance/products-9");
    assertThat(changes.getLast()).isEqualTo(new Change.RemoveInstance("products-9"));
    CatalogContent content = before.with(changes);
    ClassDef made = content.classOf("products").orElseThrow();
    assertThat(made.properties())
        .extracting(PropertyDef::name)
        .containsExactly("id", "name", "price", "comfort");
    assertThat(made.relationships()).hasSize(1);
    assertThat(made.audit().updatedBy()).isEqualTo("bob");
    assertThat(content.instance("products-7").orElseThrow().properties())
        .containsOnlyKeys("id", "name", "comfort");
    assertThat(content.instance("bench")).contains(byHand);
  }

  @Test
  void anInstanceOfAnotherClassIsNotTaken() {
    CatalogContent before =
        CatalogContent.of(
            List.of(),
            List.of(
                Instance.create(
                    CatalogJson.read("{\"class\": \"class-leg\"}"), "products-7", "x", MADE)));

    assertThatThrownBy(() -> changes(table(PRODUCTS, "7", "{\"id\": 7, \"name\": \"a\"}"), before))
        .isInstanceOf(InvalidCatalogException.class)
        .hasMessageContaining("'products-7' is there already, of class 'class-leg'");
  }

  @Test
  void idsOfAppendOnlyRowsAreNoProperty() {
    TableSchema log =
        new TableSchema(
            List.of(
                column("text", type(Kind.TEXT), true),
                column(TableSchema.ROW_ID, type(Kind.INTEGER), false)),
            List.of(TableSchema.ROW_ID),
            List.of(),
            List.of());

    CatalogContent content =
        after(table(log, "1", "{\"text\": \"a\", \"epoch_row\": 1}"), CatalogContent.EMPTY);

    assertThat(content.classOf("products").orElseThrow().properties())
        .extracting(PropertyDef::name)
        .containsExactly("text");
    assertThat(content.instance("products-1").orElseThrow().properties()).containsOnlyKeys("text");
  }
}
