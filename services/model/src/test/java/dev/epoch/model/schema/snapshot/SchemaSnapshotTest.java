package dev.epoch.model.schema.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.Digest;
import dev.epoch.model.changes.MalformedChunkException;
import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.FunctionDefinition;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectKind;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.Privilege;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.model.schema.object.TableDefinition.RowSecurity;
import dev.epoch.model.schema.object.ViewDefinition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SchemaSnapshotTest {
  private static ColumnDefinition column(String id, String name, String type) {
    return new ColumnDefinition(id, name, type, true, null, null, null, null, null);
  }

  private static TableDefinition table(String name, ColumnDefinition... columns) {
    return new TableDefinition(
        new ObjectName("public", name),
        List.of(columns),
        List.of(
            new ConstraintDefinition(
                name + "_pkey",
                ConstraintDefinition.Kind.PRIMARY_KEY,
                "PRIMARY KEY (id)",
                List.of("id"),
                null,
                false,
                false,
                false,
                true,
                null)),
        List.of(),
        List.of(),
        List.of(),
        RowSecurity.NONE,
        null,
        null,
        false,
        Map.of("fillfactor", "70", "autovacuum_enabled", "true"),
        "a \"comment\"",
        List.of(new Privilege("reader", "SELECT", List.of("id"), false)),
        Set.of(
            new ObjectId(ObjectKind.ENUM, new ObjectName("public", "a")),
            new ObjectId(ObjectKind.ENUM, new ObjectName("public", "b"))));
  }

  private static SchemaObject view(String query) {
    return new ViewDefinition(
        new ObjectName("public", "v"),
        false,
        List.of("id"),
        query,
        Map.of(),
        List.of(),
        List.of(),
        null,
        List.of(),
        Set.of());
  }

  private static SchemaObject function(String language, String body) {
    return new FunctionDefinition(
        new ObjectName("public", "f()"),
        FunctionDefinition.Routine.FUNCTION,
        "CREATE FUNCTION public.f()\n RETURNS text\n LANGUAGE "
            + language
            + "\nAS $$"
            + body
            + "$$",
        "text",
        null,
        List.of(),
        Set.of());
  }

  private static Digest hash(SchemaObject object) {
    return SchemaTree.hash(object);
  }

  @Test
  void orderAndIdsOfColumnsDoNotCountButTheirFactsDo() {
    TableDefinition table = table("t", column("1", "id", "integer"), column("2", "name", "text"));
    assertThat(hash(table("t", column("name", "name", "text"), column("9", "id", "integer"))))
        .isEqualTo(hash(table));
    assertThat(hash(table("t", column("1", "id", "integer"), column("2", "name", "varchar"))))
        .isNotEqualTo(hash(table));
    assertThat(hash(table("t", column("1", "id", "integer")))).isNotEqualTo(hash(table));
  }

  @Test
  void whiteSpaceCountsOnlyWhereItMeansSomething() {
    assertThat(hash(view("SELECT  1\n  AS id"))).isEqualTo(hash(view("SELECT 1 AS id")));
    assertThat(hash(view("SELECT 'a  b' AS id"))).isNotEqualTo(hash(view("SELECT 'a b' AS id")));
    assertThat(hash(function("sql", "SELECT   1"))).isEqualTo(hash(function("sql", "SELECT\n1")));
    assertThat(hash(function("sql", "SELECT 1 -- a\n+ 1")))
        .isNotEqualTo(hash(function("sql", "SELECT 1 -- a + 1")));
    assertThat(hash(function("plpython3u", "if x:\n  y")))
        .isNotEqualTo(hash(function("plpython3u", "if x:\n y")));
  }

  @Test
  void onlyChangedPathsAreComputedAgain() {
    // given: a table of 11 columns and a key is 13 parts and itself
    List<SchemaObject> objects = new ArrayList<>();
    for (int t = 0; t < 1_000; t++) {
      objects.add(wide("t" + t, "text"));
    }
    SchemaTree tree = SchemaTree.of(DatabaseSchema.of(objects));
    assertThat(tree.computed()).isEqualTo(1_000 * 14 + 1);

    // when
    for (int t = 0; t < 10; t++) {
      objects.set(t * 100, wide("t" + t * 100, "bytea"));
    }
    SchemaTree next = tree.next(DatabaseSchema.of(objects));

    // then: of each changed table one column and itself, and the root
    assertThat(next.computed()).isEqualTo(10 * 2 + 1);
    assertThat(next.root()).isEqualTo(SchemaTree.of(DatabaseSchema.of(objects)).root());
    assertThat(next.root()).isNotEqualTo(tree.root());
    assertThat(next.next(DatabaseSchema.of(objects)).computed()).isZero();
  }

  private static TableDefinition wide(String name, String lastType) {
    ColumnDefinition[] columns = new ColumnDefinition[11];
    columns[0] = column("1", "id", "integer");
    for (int c = 1; c < columns.length; c++) {
      columns[c] = column("c" + c, "c" + c, c == columns.length - 1 ? lastType : "text");
    }
    return table(name, columns);
  }

  @Test
  void aSchemaIsReadBackAndSharesItsChunks() {
    // given
    List<SchemaObject> objects = new ArrayList<>();
    for (int t = 0; t < 500; t++) {
      objects.add(wide("t" + t, "text"));
    }
    objects.add(view("SELECT 1 AS id"));
    objects.add(function("sql", "x".repeat(SchemaPages.MAX_CHUNK_BYTES + 10)));
    DatabaseSchema schema = DatabaseSchema.of(objects);
    Map<Digest, byte[]> chunks = new HashMap<>();

    // when
    var written = SchemaPages.write(schema, SchemaTree.of(schema), chunks::put);

    // then
    assertThat(SchemaPages.read(written.root(), _ -> null, _ -> chunks).schema()).isEqualTo(schema);
    assertThat(chunks.values()).allMatch(bytes -> bytes.length <= SchemaPages.MAX_CHUNK_BYTES);

    // when: one table changes, and one comes
    Set<Digest> before = new HashSet<>(chunks.keySet());
    objects.set(7, wide("t7", "bytea"));
    objects.add(wide("u", "text"));
    DatabaseSchema changed = DatabaseSchema.of(objects);
    var again = SchemaPages.write(changed, SchemaTree.of(changed), chunks::put);

    // then: two pages and the root
    assertThat(chunks.size() - before.size()).isLessThanOrEqualTo(3);
    assertThat(SchemaPages.read(again.root(), _ -> null, _ -> chunks).schema()).isEqualTo(changed);
    assertThatThrownBy(() -> SchemaPages.read(again.root(), _ -> null, _ -> Map.of()))
        .isInstanceOf(MalformedChunkException.class);
  }
}
