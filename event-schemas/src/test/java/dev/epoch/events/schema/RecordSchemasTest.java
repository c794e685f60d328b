package dev.epoch.events.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import dev.epoch.events.Actor;
import dev.epoch.events.RecordCodec;
import dev.epoch.events.RecordType;
import dev.epoch.events.Rejection;
import dev.epoch.events.Upcaster;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.Index;
import dev.epoch.events.table.RecordedSchema;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.StoredSchema;
import dev.epoch.events.table.TableEntry;
import dev.epoch.events.table.TableSchema;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The schema files and the Java records say the same. */
class RecordSchemasTest {
  private static final int SAMPLES = 200;
  private static final PropertyNamingStrategies.NamingBase SNAKE =
      new PropertyNamingStrategies.SnakeCaseStrategy();
  private static final SchemaValidator VALIDATOR = new SchemaValidator();
  private static final RecordCodec CODEC = new RecordCodec();

  static Stream<SchemaFile> records() {
    return SchemaFile.records().stream();
  }

  static Stream<SchemaFile> all() {
    return SchemaFile.all().stream();
  }

  private static SchemaFile fileOf(RecordType type) {
    return SchemaFile.records().stream()
        .filter(file -> file.wireName().equals(type.wireName()) && file.version() == type.version())
        .findFirst()
        .orElseThrow(() -> new AssertionError("no schema file of " + type));
  }

  @ParameterizedTest
  @MethodSource("all")
  void namesItselfAndDescribesEveryProperty(SchemaFile file) {
    assertThat(file.schema().path("$schema").asText())
        .isEqualTo("https://json-schema.org/draft/2020-12/schema");
    assertThat(file.schema().path("$id").asText()).isEqualTo(SchemaFile.ID_PREFIX + file.path());
    assertThat(file.schema().path("title").asText())
        .isEqualTo(file.path().replaceAll(".*/|(\\.v\\d+)?\\.json$", ""));
    describesProperties(file.path(), file.schema());
  }

  private static void describesProperties(String where, JsonNode schema) {
    if (schema.path("type").asText().equals("object")) {
      assertThat(schema.path("description").asText()).as(where).isNotBlank();
      assertThat(schema.has("additionalProperties")).as(where + " is open").isTrue();
    }
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      assertThat(property.getValue().path("description").asText())
          .as(where + "/" + property.getKey())
          .endsWith(".")
          .hasSizeGreaterThan(5);
    }
    for (Map.Entry<String, JsonNode> definition : schema.path("$defs").properties()) {
      describesProperties(where + "#" + definition.getKey(), definition.getValue());
    }
  }

  @ParameterizedTest
  @EnumSource(RecordType.class)
  void everyRecordTypeHasOneSchemaFileOfItsKind(RecordType type) {
    SchemaFile file = fileOf(type);

    assertThat(file.kind()).contains(type.kind());
    assertThat(file.schema().get("additionalProperties").isBoolean()).isTrue();
    assertThat(file.schema().get("additionalProperties").booleanValue()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("records")
  void everySchemaFileCanBeRead(SchemaFile file) {
    IntPredicate upcast =
        from ->
            Upcaster.RELEASED.stream()
                .anyMatch(upcaster ->
                    upcaster.wireName().equals(file.wireName()) && upcaster.fromVersion() == from);
    int version = file.version();
    while (upcast.test(version)) {
      version++;
    }

    assertThat(RecordType.of(file.wireName(), version))
        .as("a Java record of version " + version + ", or an upcaster from it")
        .isPresent();
  }

  @ParameterizedTest
  @EnumSource(RecordType.class)
  void propertiesAreTheComponents(RecordType type) {
    assertSame(fileOf(type).schema(), type.javaType(), Set.of());
  }

  @Test
  void sharedDefinitionsAreTheComponents() {
    assertSame(SchemaFile.of("common/actor.json").schema(), Actor.class, Set.of());
    assertSame(SchemaFile.of("common/rows-location.json").schema(), RowsLocation.class, Set.of());
    assertSame(SchemaFile.of("common/table-entry.json").schema(), TableEntry.class, Set.of());
    assertSame(SchemaFile.of("common/stored-schema.json").schema(), StoredSchema.class, Set.of());
    JsonNode table = SchemaFile.of("common/table-schema.json").schema();
    assertSame(table, TableSchema.class, Set.of());
    assertSame(table.at("/$defs/column"), Column.class, Set.of());
    assertSame(table.at("/$defs/constraint"), Constraint.class, Set.of());
    assertSame(table.at("/$defs/index"), Index.class, Set.of());
    assertSame(table.at("/$defs/data_type"), DataType.class, Set.of());
    assertSame(table.at("/$defs/field"), DataType.Field.class, Set.of());
    JsonNode plan = SchemaFile.of("common/operation-plan.json").schema();
    Set<String> tag = Set.of("kind");
    assertSame(plan.at("/$defs/register_table"), OperationPlan.RegisterTable.class, tag);
    assertSame(plan.at("/$defs/remove_table"), OperationPlan.RemoveTable.class, tag);
    assertSame(plan.at("/$defs/commit"), OperationPlan.Commit.class, tag);
    assertSame(plan.at("/$defs/merge"), OperationPlan.Merge.class, tag);
    Set<String> action = Set.of("action");
    assertSame(plan.at("/$defs/write"), OperationPlan.TableMerge.Write.class, action);
    assertSame(plan.at("/$defs/repoint"), OperationPlan.TableMerge.Repoint.class, action);
    assertSame(plan.at("/$defs/drop"), OperationPlan.TableMerge.Drop.class, action);
    assertSame(plan.at("/$defs/alteration"), OperationPlan.Alteration.class, Set.of());
    assertSame(plan.at("/$defs/schema_steps"), OperationPlan.SchemaSteps.class, Set.of());
    JsonNode recorded = SchemaFile.of("common/recorded-schema.json").schema();
    assertSame(recorded, RecordedSchema.class, Set.of());
  }

  private static void assertSame(JsonNode schema, Class<?> record, Set<String> tags) {
    Set<String> properties = new TreeSet<>();
    schema.get("properties").fieldNames().forEachRemaining(properties::add);
    properties.removeAll(tags);
    Set<String> components =
        Arrays.stream(record.getRecordComponents())
            .map(component -> SNAKE.translate(component.getName()))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(properties).as(record.getSimpleName()).isEqualTo(components);
    for (RecordComponent component : record.getRecordComponents()) {
      JsonNode property = schema.get("properties").get(SNAKE.translate(component.getName()));
      if (component.getType().isPrimitive()) {
        assertThat(property.path("type").asText())
            .as(component.toString())
            .isEqualTo(component.getType() == boolean.class ? "boolean" : "integer");
      }
    }
  }

  @Test
  void enumerationsAreThoseOfJava() {
    JsonNode table = SchemaFile.of("common/table-schema.json").schema();

    assertThat(names(table.at("/$defs/data_type/properties/kind")))
        .isEqualTo(names(DataType.Kind.values()));
    assertThat(names(table.at("/$defs/constraint/properties/kind")))
        .isEqualTo(names(Constraint.Kind.values()));
    assertThat(names(fileOf(RecordType.COMMAND_REJECTED).schema().at("/properties/code")))
        .isEqualTo(names(Rejection.Code.values()));
  }

  private static Set<String> names(JsonNode property) {
    Set<String> names = new HashSet<>();
    property.get("enum").forEach(name -> names.add(name.textValue()));
    return names;
  }

  private static Set<String> names(Enum<?>[] values) {
    return Arrays.stream(values).map(Enum::name).collect(Collectors.toSet());
  }

  @ParameterizedTest
  @EnumSource(RecordType.class)
  void samplesAreReadAndWrittenUnchanged(RecordType type) throws Exception {
    SchemaFile file = fileOf(type);
    for (long seed = 0; seed < SAMPLES; seed++) {
      // given
      JsonNode sample = new SampleData(new Random(seed)).of(file);
      String text = RecordCodec.json().writeValueAsString(sample);
      assertThat(VALIDATOR.faults(file, sample)).as("sample of seed " + seed).isEmpty();

      // when
      Object read = CODEC.decode(type.wireName(), type.version(), text);
      String written = CODEC.encode(read);

      // then
      JsonNode again = RecordCodec.json().readTree(written);
      assertThat(again).as("seed " + seed).isEqualTo(RecordCodec.json().readTree(text));
      assertThat(VALIDATOR.faults(file, again)).as("seed " + seed).isEmpty();
      assertThat(CODEC.decode(type.wireName(), type.version(), written)).isEqualTo(read);
    }
  }

  @ParameterizedTest
  @MethodSource("records")
  void theValidatorSeesWhatDoesNotFit(SchemaFile file) {
    var sample =
        (com.fasterxml.jackson.databind.node.ObjectNode) new SampleData(new Random(1)).of(file);

    assertThat(VALIDATOR.faults(file, sample.deepCopy().put("unknown", 1))).isNotEmpty();
    assertThat(
            VALIDATOR.faults(
                file, sample.deepCopy().without(file.schema().at("/required/0").asText())))
        .isNotEmpty();
  }
}
