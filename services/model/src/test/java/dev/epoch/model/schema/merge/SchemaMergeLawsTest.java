package dev.epoch.model.schema.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.IndexDefinition;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectKind;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.TableDefinition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Laws of merges, over random changes of schemas. {@code -Depoch.seed=N} repeats one run of them.
 */
class SchemaMergeLawsTest {
  private static final int RUNS = 3_000;
  private static final long SEED = Long.getLong("epoch.seed", 20261122);

  private record Sides(long seed, DatabaseSchema base, DatabaseSchema left, DatabaseSchema right) {
    MergedSchema merged() {
      return SchemaMerge.merge(base, left, right);
    }
  }

  private static Stream<Sides> sides() {
    Stream<Long> seeds =
        System.getProperty("epoch.seed") == null
            ? new Random(SEED).longs(RUNS).boxed()
            : Stream.of(SEED);
    return seeds.map(seed -> {
      Random random = new Random(seed);
      DatabaseSchema base = edited(random, SchemaMergeCasesTest.ANCESTOR, "", 2, "t", "u");
      return new Sides(
          seed,
          base,
          edited(random, base, "l_", 12, "t", "u"),
          edited(random, base, "r_", 12, "t", "u"));
    });
  }

  /** Changes that PostgreSQL would let pass. */
  private static DatabaseSchema edited(
      Random random, DatabaseSchema start, String prefix, int most, String... tables) {
    DatabaseSchema schema = start;
    for (int i = random.nextInt(most + 1); i > 0; i--) {
      String table = tables[random.nextInt(tables.length)];
      SchemaEdits edits = new SchemaEdits(schema, prefix);
      String edit = edit(random, edits.table(table), schema);
      if (edit != null) {
        edits.apply(edit);
        schema = edits.schema();
      }
    }
    return schema;
  }

  private static String edit(Random random, TableDefinition table, DatabaseSchema schema) {
    String t = table.name().name();
    List<String> columns =
        table.columns().stream()
            .map(ColumnDefinition::name)
            .filter(name -> !name.equals("id"))
            .toList();
    String column = columns.isEmpty() ? null : columns.get(random.nextInt(columns.size()));
    String fresh = "n" + random.nextInt(3);
    boolean free = table.column(fresh).isEmpty();
    boolean viewed =
        schema.objects().containsKey(new ObjectId(ObjectKind.VIEW, name("v"))) && t.equals("t");
    List<String> types = List.of("int", "bigint", "text");
    String type = types.get(random.nextInt(types.size()));
    String part = "p" + random.nextInt(3);
    return switch (random.nextInt(16)) {
      case 0, 1 -> free ? "+" + t + "." + fresh + " " + type : null;
      case 2 -> column == null || viewed && column.equals("a") ? null : "-" + t + "." + column;
      case 3, 4 -> column == null || !free ? null : t + "." + column + " > " + fresh;
      case 5 -> column == null ? null : t + "." + column + " : " + type;
      case 6 -> column == null ? null : t + "." + column + (random.nextBoolean() ? " !" : " ?");
      case 7 -> column == null ? null : t + "." + column + " = " + random.nextInt(3);
      case 8, 9 ->
          column == null
              ? null
              : "+ck %s.%s_%s(%s) %s > %d".formatted(t, t, part, column, column, random.nextInt(2));
      case 10 -> column == null ? null : "+uq %s.%s_u%s(%s)".formatted(t, t, part, column);
      case 11 -> column == null ? null : "+ix %s.%s_i%s(%s)".formatted(t, t, part, column);
      case 12 ->
          table.constraints().stream()
              .filter(c -> c.kind() == ConstraintDefinition.Kind.CHECK)
              .findFirst()
              .map(c -> "-ck " + t + "." + c.name())
              .orElse(null);
      case 13 ->
          table.indexes().stream().findFirst().map(i -> "-ix " + t + "." + i.name()).orElse(null);
      case 14 -> "E mood + l" + random.nextInt(100);
      default -> t + " # " + random.nextInt(2);
    };
  }

  private static ObjectName name(String name) {
    return new ObjectName("public", name);
  }

  @Test
  void whatOneSideDidIsTaken() {
    sides()
        .forEach(s -> {
          for (MergedSchema merged :
              List.of(
                  SchemaMerge.merge(s.base(), s.base(), s.right()),
                  SchemaMerge.merge(s.base(), s.right(), s.base()),
                  SchemaMerge.merge(s.base(), s.right(), s.right()))) {
            assertThat(merged.conflicts()).isEmpty();
            assertThat(merged.schema()).isEqualTo(s.right());
          }
        });
  }

  @Test
  void theMergeInTheOtherDirectionIsTheMirror() {
    int decided = 0;
    for (Sides s : sides().toList()) {
      MergedSchema there = s.merged();
      MergedSchema back = SchemaMerge.merge(s.base(), s.right(), s.left());
      assertThat(SchemaMergeCasesTest.summary(back))
          .as("seed %d: %s, %s", s.seed(), there.conflicts(), back.conflicts())
          .isEqualTo(SchemaMergeCasesTest.summary(there));
      if (there.isDecided()) {
        decided++;
        assertThat(ComparableSchema.of(back.schema()))
            .as("seed %d", s.seed())
            .isEqualTo(ComparableSchema.of(there.schema()));
      }
    }
    if (System.getProperty("epoch.seed") == null) {
      assertThat(decided).isBetween(RUNS / 4, RUNS * 9 / 10);
    }
  }

  @Test
  void nothingIsThereThatNoSideHas() {
    sides()
        .forEach(s -> {
          MergedSchema merged = s.merged();
          for (SchemaObject object : merged.schema().objects().values()) {
            assertThat(
                    s.left().get(object.id()).isPresent() || s.right().get(object.id()).isPresent())
                .isTrue();
            if (object instanceof TableDefinition table) {
              within(s, merged, table, t -> t.columns().stream().map(ColumnDefinition::id));
              within(s, merged, table, t -> t.columns().stream().map(c -> c.id() + " " + c.name()));
              within(s, merged, table, t -> t.columns().stream().map(c -> c.id() + " " + c.type()));
              within(
                  s,
                  merged,
                  table,
                  t -> t.columns().stream().map(c -> c.id() + " " + c.nullable()));
              within(
                  s,
                  merged,
                  table,
                  t -> t.columns().stream().map(c -> c.id() + " " + c.defaultValue()));
              within(
                  s, merged, table, t -> t.constraints().stream().map(ConstraintDefinition::name));
              within(s, merged, table, t -> t.indexes().stream().map(IndexDefinition::name));
            }
          }
        });
  }

  private static void within(
      Sides s,
      MergedSchema merged,
      TableDefinition table,
      Function<TableDefinition, Stream<String>> facts) {
    Map<String, String> unified = merged.unified().getOrDefault(table.name(), Map.of());
    Set<String> there =
        Stream.concat(
                s.left().table(table.name()).stream().flatMap(facts),
                s.right().table(table.name()).stream()
                    .flatMap(facts)
                    .map(fact -> {
                      String[] words = fact.split(" ", 2);
                      words[0] = unified.getOrDefault(words[0], words[0]);
                      return String.join(" ", words);
                    }))
            .collect(Collectors.toSet());
    assertThat(there).as("seed %d", s.seed()).containsAll(facts.apply(table).toList());
  }

  @Test
  void everythingIsThereThatSomethingNeeds() {
    sides()
        .forEach(s -> {
          for (SchemaObject object : s.merged().schema().objects().values()) {
            if (object instanceof TableDefinition table) {
              List<String> columns = table.columns().stream().map(ColumnDefinition::name).toList();
              assertThat(columns).as("seed %d", s.seed()).doesNotHaveDuplicates();
              List<String> needed = new ArrayList<>();
              table.constraints().forEach(c -> needed.addAll(c.columns()));
              table.indexes().forEach(i -> i.keys().forEach(k -> needed.add(k.expression())));
              assertThat(columns).as("seed %d %s", s.seed(), table).containsAll(needed);
            }
          }
        });
  }

  @Test
  void changesOfDifferentTablesAreMade() {
    new Random(SEED)
        .longs(RUNS)
        .forEach(seed -> {
          Random random = new Random(seed);
          DatabaseSchema base = SchemaMergeCasesTest.ANCESTOR;
          DatabaseSchema left = edited(random, base, "l_", 3, "t");
          long rest = random.nextLong();
          DatabaseSchema right = edited(new Random(rest), base, "r_", 3, "u");
          DatabaseSchema both = edited(new Random(rest), left, "r_", 3, "u");
          MergedSchema merged = SchemaMerge.merge(base, left, right);
          if (!left.objects().equals(base.objects()) && !hasLabels(left, right)) {
            assertThat(merged.conflicts()).as("seed %d", seed).isEmpty();
            assertThat(ComparableSchema.of(merged.schema()))
                .as("seed %d", seed)
                .isEqualTo(ComparableSchema.of(both));
          }
        });
  }

  /** Labels that both sides have added stand in another order when they are added one by one. */
  private static boolean hasLabels(DatabaseSchema left, DatabaseSchema right) {
    ObjectId mood = new ObjectId(ObjectKind.ENUM, name("mood"));
    DatabaseSchema base = SchemaMergeCasesTest.ANCESTOR;
    return !left.get(mood).equals(base.get(mood)) && !right.get(mood).equals(base.get(mood));
  }

  @Test
  void whatIsDecidedIsTaken() {
    sides()
        .forEach(s -> {
          MergedSchema open = s.merged();
          for (SchemaResolution side :
              List.of(new SchemaResolution.Ours(), new SchemaResolution.Theirs())) {
            Map<String, SchemaResolution> decisions =
                open.conflicts().stream()
                    .map(SchemaConflict::path)
                    .distinct()
                    .collect(Collectors.toMap(path -> path, _ -> side));
            MergedSchema merged = SchemaMerge.merge(s.base(), s.left(), s.right(), decisions);
            if (!merged.isDecided()) {
              // deciding one may show another behind it
              Map<String, SchemaResolution> more = new HashMap<>(decisions);
              merged.conflicts().forEach(conflict -> more.put(conflict.path(), side));
              merged = SchemaMerge.merge(s.base(), s.left(), s.right(), more);
            }
            assertThat(merged.conflicts()).as("seed %d %s", s.seed(), side).isEmpty();
          }
        });
  }
}
