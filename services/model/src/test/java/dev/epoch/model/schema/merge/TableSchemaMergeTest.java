package dev.epoch.model.schema.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.Index;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.schema.merge.RowRules.Demand;
import dev.epoch.model.schema.merge.RowRules.Side;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.EnumType;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectKind;
import dev.epoch.model.schema.object.ObjectName;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Schemas of one table, as commits have them; decisions; and what rows have to be asked. */
class TableSchemaMergeTest {
  private static final ObjectName CUSTOMERS = new ObjectName("public", "customers");
  private static final DataType INTEGER = DataType.of(DataType.Kind.INTEGER, "integer");
  private static final DataType TEXT = DataType.of(DataType.Kind.TEXT, "text");
  private static final Column ID = column("c1", "id", INTEGER, false);
  private static final Column EMAIL = column("c2", "email", TEXT, true);
  private static final TableSchema BASE =
      table(List.of(ID, EMAIL), List.of(check("CHECK ((email ~ '@'::text))", "email")), List.of());

  private static Column column(String id, String name, DataType type, boolean nullable) {
    return new Column(id, name, type, nullable, null, null, null);
  }

  private static Constraint check(String definition, String... columns) {
    return new Constraint(
        "chk_customers_email",
        Constraint.Kind.CHECK,
        List.of(columns),
        definition,
        null,
        List.of(),
        false);
  }

  private static TableSchema table(
      List<Column> columns, List<Constraint> constraints, List<Index> indexes) {
    return new TableSchema(columns, List.of("id"), constraints, indexes);
  }

  private static MergedTable merge(TableSchema ours, TableSchema theirs) {
    return TableSchemaMerge.merge(CUSTOMERS, BASE, ours, theirs, Map.of());
  }

  @Test
  void aRenameGoesIntoWhatTheOtherSideHasMade() {
    // given
    TableSchema ours =
        table(
            List.of(ID, column("c2", "mail", TEXT, true)),
            List.of(check("CHECK ((mail ~ '@'::text))", "mail")),
            List.of());
    TableSchema theirs =
        table(
            List.of(ID, column("c2", "email", TEXT, false), column("c9", "phone", TEXT, true)),
            BASE.constraints(),
            List.of(
                new Index(
                    "i", "CREATE INDEX i ON public.customers USING btree (lower(email))", false)));

    // when
    MergedTable merged = merge(ours, theirs);

    // then
    assertThat(merged.conflicts()).isEmpty();
    assertThat(merged.schema().columns())
        .containsExactly(ID, column("c2", "mail", TEXT, false), column("c9", "phone", TEXT, true));
    assertThat(merged.schema().constraints()).isEqualTo(ours.constraints());
    assertThat(merged.schema().indexes().getFirst().definition())
        .isEqualTo("CREATE INDEX i ON public.customers USING btree (lower(mail))");
  }

  @Test
  void aColumnThatBothHaveAddedIsOne() {
    MergedTable merged =
        merge(
            table(
                List.of(ID, EMAIL, column("c8", "phone", TEXT, true)),
                BASE.constraints(),
                List.of()),
            table(
                List.of(ID, EMAIL, column("c9", "phone", TEXT, true)),
                BASE.constraints(),
                List.of()));

    assertThat(merged.conflicts()).isEmpty();
    assertThat(merged.schema().columns()).extracting(Column::id).containsExactly("c1", "c2", "c8");
    assertThat(merged.unified()).containsExactly(Map.entry("c9", "c8"));
  }

  @Test
  void labelsOfAnEnumAreMerged() {
    // given
    TableSchema base = withState("new");
    TableSchema ours = withState("new", "paid");
    TableSchema theirs = withState("new", "lost");

    // when
    MergedTable merged = TableSchemaMerge.merge(CUSTOMERS, base, ours, theirs, Map.of());

    // then
    assertThat(merged.conflicts()).isEmpty();
    assertThat(merged.schema().column("state").orElseThrow().type().labels())
        .containsExactly("new", "lost", "paid");
  }

  @Test
  void aDomainThatAllFindByNowIsWhatTheBaseSays() {
    // given
    TableSchema base = withDomain("NULL");
    TableSchema live = withDomain();
    TableSchema changed = withDomain("NOT NULL");

    // then
    assertThat(merged(base, live, base)).isEqualTo(live);
    assertThat(merged(base, live, changed)).isEqualTo(changed);
    assertThat(merged(base, changed, live)).isEqualTo(changed);
    assertThat(
            TableSchemaMerge.merge(
                    new ObjectName("public", "t"),
                    base,
                    changed,
                    withDomain("NULL", "CONSTRAINT c CHECK (VALUE > 0)"),
                    Map.of())
                .conflicts())
        .isNotEmpty();
  }

  private static TableSchema merged(TableSchema base, TableSchema ours, TableSchema theirs) {
    return TableSchemaMerge.merge(new ObjectName("public", "t"), base, ours, theirs, Map.of())
        .schema();
  }

  private static TableSchema withDomain(String... rules) {
    DataType whole =
        new DataType(
            DataType.Kind.DOMAIN,
            "public.whole",
            DataType.of(DataType.Kind.INTEGER, "integer"),
            List.of(),
            List.of(),
            List.of(rules));
    return new TableSchema(
        List.of(new Column("n", "n", whole, false, null, null, null)),
        List.of("n"),
        List.of(),
        List.of());
  }

  private static TableSchema withState(String... labels) {
    DataType state = new DataType(DataType.Kind.ENUM, "state", null, List.of(), List.of(labels));
    return table(List.of(ID, column("c3", "state", state, true)), List.of(), List.of());
  }

  @ParameterizedTest
  @EnumSource(
      value = Constraint.Kind.class,
      names = {"UNIQUE", "FOREIGN_KEY", "EXCLUSION"})
  void aConstraintThatBecameAnotherOfItsNameIsThatOne(Constraint.Kind kind) {
    // given
    boolean refers = kind == Constraint.Kind.FOREIGN_KEY;
    Constraint other =
        new Constraint(
            "chk_customers_email",
            kind,
            List.of("email"),
            "ANOTHER (email)",
            refers ? "public.mails" : null,
            refers ? List.of("mail") : List.of(),
            false);
    TableSchema changed = table(BASE.columns(), List.of(other), List.of());

    // when, then
    for (MergedTable merged :
        List.of(merge(changed, BASE), merge(BASE, changed), merge(changed, changed))) {
      assertThat(merged.conflicts()).isEmpty();
      assertThat(merged.schema().constraints()).containsExactly(other);
    }
  }

  @Test
  void aCheckThatBothHaveChangedIsPrintedAndDecided() {
    // given
    String stricter = "CHECK ((email ~ '^[^@]+@[^@]+$'::text))";
    String simpler = "CHECK ((email ~~ '%@%.%'::text))";
    TableSchema ours = table(BASE.columns(), List.of(check(stricter, "email")), List.of());
    TableSchema theirs = table(BASE.columns(), List.of(check(simpler, "email")), List.of());

    // when
    SchemaConflict conflict = merge(ours, theirs).conflicts().getFirst();

    // then
    assertThat(conflict.type()).isEqualTo(SchemaConflictType.SCHEMA_SCHEMA);
    assertThat(SchemaConflictText.merge(conflict, "main", "feature/add-phone"))
        .isEqualTo(
            """
            CONFLICT (constraint): chk_customers_email modified in both branches

            On main:
              CHECK ((email ~ '^[^@]+@[^@]+$'::text))

            On feature/add-phone:
              CHECK ((email ~~ '%@%.%'::text))
            """);
    assertThat(SchemaConflictText.status(conflict))
        .isEqualTo("both modified:   customers.chk_customers_email");
    assertThat(decided(ours, theirs, new SchemaResolution.Ours())).isEqualTo(stricter);
    assertThat(decided(ours, theirs, new SchemaResolution.Theirs())).isEqualTo(simpler);
    assertThat(decided(ours, theirs, new SchemaResolution.Custom("CHECK (true)")))
        .isEqualTo("CHECK (true)");
    assertThat(decided(ours, theirs, new SchemaResolution.Union()))
        .isEqualTo("CHECK (((email ~ '^[^@]+@[^@]+$'::text)) OR ((email ~~ '%@%.%'::text)))");
  }

  @Test
  void aColumnOfAnotherTypeOnABranchIsToldWithThatType() {
    // given
    DataType date = DataType.of(DataType.Kind.DATE, "date");
    TableSchema ours =
        table(List.of(ID, column("c2", "email", INTEGER, true)), List.of(), List.of());
    TableSchema theirs =
        table(List.of(ID, column("c7", "email", date, true)), List.of(), List.of());

    // then
    assertThat(merge(ours, theirs).conflicts())
        .containsExactly(
            new SchemaConflict(
                SchemaConflictType.TYPE_MISMATCH,
                new ObjectId(ObjectKind.TABLE, CUSTOMERS),
                SchemaConflict.Part.COLUMN,
                "email",
                "",
                "email text",
                "email integer",
                "email date"));

    // and where both are branches
    TableSchema other =
        table(List.of(ID, column("c8", "email", INTEGER, true)), List.of(), List.of());
    assertThat(merge(other, theirs).conflicts())
        .extracting(SchemaConflict::base, SchemaConflict::ours, SchemaConflict::theirs)
        .containsExactly(tuple("text", "integer", "date"));
  }

  @Test
  void anIndexIsToldByItsStatement() {
    // given
    String ascending = "CREATE INDEX i ON public.customers USING btree (email)";
    String descending = "CREATE INDEX i ON public.customers USING btree (email DESC)";

    // then
    assertThat(
            merge(
                    table(BASE.columns(), List.of(), List.of(new Index("i", ascending, false))),
                    table(BASE.columns(), List.of(), List.of(new Index("i", descending, false))))
                .conflicts())
        .extracting(SchemaConflict::ours, SchemaConflict::theirs)
        .containsExactly(tuple(ascending, descending));
  }

  private static String decided(TableSchema ours, TableSchema theirs, SchemaResolution resolution) {
    MergedTable merged =
        TableSchemaMerge.merge(
            CUSTOMERS,
            BASE,
            ours,
            theirs,
            Map.of("public.customers.chk_customers_email", resolution));
    assertThat(merged.conflicts()).isEmpty();
    return merged.schema().constraints().getFirst().definition();
  }

  @Test
  void aKeyThatBothHaveChangedIsAConflict() {
    TableSchema ours =
        new TableSchema(BASE.columns(), List.of("email"), BASE.constraints(), List.of());
    TableSchema theirs =
        new TableSchema(BASE.columns(), List.of("id", "email"), BASE.constraints(), List.of());

    assertThat(merge(ours, theirs).conflicts())
        .extracting(SchemaConflict::path)
        .containsExactly("public.customers.primary key");
    assertThat(merge(ours, BASE).schema().primaryKey()).containsExactly("email");
  }

  @Test
  void decisionsBringBackOrTakeAwayAndUnite() {
    // given
    DatabaseSchema base = SchemaMergeCasesTest.ANCESTOR;
    DatabaseSchema dropped = SchemaEdits.apply(base, "l_", "-t.c; +E kind(x,y)");
    DatabaseSchema indexed = SchemaEdits.apply(base, "r_", "+ix t.i2(lower(c)); +E kind(x,z)");

    // when
    MergedSchema ours =
        SchemaMerge.merge(
            base,
            dropped,
            indexed,
            Map.of(
                "public.t.c", new SchemaResolution.Ours(),
                "public.kind", new SchemaResolution.Union()));
    MergedSchema theirs =
        SchemaMerge.merge(
            base,
            dropped,
            indexed,
            Map.of(
                "public.t.c", new SchemaResolution.Theirs(),
                "public.kind", new SchemaResolution.Union()));

    // then
    ObjectName t = new ObjectName("public", "t");
    assertThat(ours.conflicts()).isEmpty();
    assertThat(ours.schema().table(t).orElseThrow().column("c")).isEmpty();
    assertThat(ours.schema().table(t).orElseThrow().indexes()).isEmpty();
    assertThat(theirs.conflicts()).isEmpty();
    assertThat(theirs.schema().table(t).orElseThrow().column("c")).isPresent();
    assertThat(theirs.schema().table(t).orElseThrow().indexes())
        .extracting(index -> index.name())
        .contains("i2");
    assertThat(
            ((EnumType)
                    theirs
                        .schema()
                        .get(new ObjectId(ObjectKind.ENUM, new ObjectName("public", "kind")))
                        .orElseThrow())
                .labels())
        .containsExactly("x", "y", "z");
    assertThatThrownBy(() ->
            SchemaMerge.merge(
                base, dropped, indexed, Map.of("public.t.c", new SchemaResolution.Union())))
        .isInstanceOf(ResolutionDoesNotFitException.class)
        .hasMessageContaining("public.t.c");
  }

  @Test
  void rowsAreAskedForWhatTheirSideDidNotDemand() {
    // given
    DatabaseSchema base = SchemaMergeCasesTest.ANCESTOR;
    DatabaseSchema ours = SchemaEdits.apply(base, "l_", "t.a !; +ck t.c2(b) b <> ''; E mood - sad");
    DatabaseSchema theirs = SchemaEdits.apply(base, "r_", "+uq t.u2(c); t.b : varchar");

    // when
    List<RowRules.RowRule> rules = RowRules.of(SchemaMerge.merge(base, ours, theirs), ours, theirs);

    // then
    assertThat(rules)
        .extracting(
            RowRules.RowRule::demand,
            RowRules.RowRule::name,
            RowRules.RowRule::unchecked,
            RowRules.RowRule::conflict)
        .containsExactlyInAnyOrder(
            tuple(Demand.NOT_NULL, "a", Set.of(Side.THEIRS), SchemaConflictType.SCHEMA_DATA),
            tuple(Demand.TYPE, "b", Set.of(Side.OURS), SchemaConflictType.SCHEMA_DATA),
            tuple(
                Demand.CONSTRAINT,
                "c2",
                Set.of(Side.THEIRS),
                SchemaConflictType.CONSTRAINT_VIOLATION),
            tuple(
                Demand.CONSTRAINT,
                "u2",
                Set.of(Side.OURS),
                SchemaConflictType.CONSTRAINT_VIOLATION),
            tuple(Demand.ENUM_LABELS, "", Set.of(Side.THEIRS), SchemaConflictType.SCHEMA_DATA));
  }

  @Test
  void notNullIsMergedAsAFactOfTheColumnAndFollowsAsAConstraint() {
    // given one side renames the column that the other lets have no nulls
    TableSchema ours =
        table(
            List.of(ID, EMAIL.named("mail")),
            BASE.constraints().stream()
                .map(c -> check("CHECK ((mail ~ '@'::text))", "mail"))
                .toList(),
            List.of());
    Column required = column("c2", "email", TEXT, false);
    TableSchema theirs =
        table(
            List.of(ID, required),
            List.of(
                BASE.constraints().getFirst(),
                new Constraint(
                    "customers_email_not_null",
                    Constraint.Kind.NOT_NULL,
                    List.of("email"),
                    "NOT NULL email",
                    null,
                    List.of(),
                    false)),
            List.of());

    // when
    MergedTable merged = merge(ours, theirs);

    // then
    assertThat(merged.conflicts()).isEmpty();
    assertThat(merged.schema().column("mail").orElseThrow().nullable()).isFalse();
    assertThat(merged.schema().constraints())
        .extracting(Constraint::definition)
        .containsExactlyInAnyOrder("CHECK ((mail ~ '@'::text))", "NOT NULL mail");
  }

  @Test
  void whatRowsHadWhenAColumnWasAddedStaysWithTheColumn() {
    // given
    Column phone = new Column("c3", "phone", TEXT, true, null, null, null, "none", null);
    Column city = new Column("c4", "city", TEXT, true, null, null, null, "here", true);
    TableSchema ours = table(List.of(ID, EMAIL, phone), BASE.constraints(), List.of());
    TableSchema theirs = table(List.of(ID, EMAIL, city), BASE.constraints(), List.of());

    // then
    assertThat(merge(ours, theirs).schema().columns()).containsExactly(ID, EMAIL, phone, city);
  }
}
