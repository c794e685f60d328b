package dev.epoch.storage.postgres.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.ColumnDefinition.ColumnDefault;
import dev.epoch.model.schema.object.ColumnDefinition.DefaultKind;
import dev.epoch.model.schema.object.ColumnDefinition.Generated;
import dev.epoch.model.schema.object.ColumnDefinition.Identity;
import dev.epoch.model.schema.object.CompositeType;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.ConstraintDefinition.Kind;
import dev.epoch.model.schema.object.ConstraintDefinition.Reference;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.DomainType;
import dev.epoch.model.schema.object.EnumType;
import dev.epoch.model.schema.object.FunctionDefinition;
import dev.epoch.model.schema.object.FunctionDefinition.Routine;
import dev.epoch.model.schema.object.IndexDefinition;
import dev.epoch.model.schema.object.IndexDefinition.Key;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectKind;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.PolicyDefinition;
import dev.epoch.model.schema.object.Privilege;
import dev.epoch.model.schema.object.RangeType;
import dev.epoch.model.schema.object.SequenceDefinition;
import dev.epoch.model.schema.object.SequenceOptions;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.model.schema.object.TableDefinition.PartitionOf;
import dev.epoch.model.schema.object.TableDefinition.RowSecurity;
import dev.epoch.model.schema.object.TriggerDefinition.Enabled;
import dev.epoch.model.schema.object.ViewDefinition;
import dev.epoch.storage.postgres.PostgresTest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PostgresSchemaReaderTest {
  private static PostgresTest postgres;
  private static DatabaseSchema schema;

  @BeforeAll
  static void start() {
    postgres = new PostgresTest();
    postgres.sql.load("/dev/epoch/storage/postgres/schema/exotic.sql");
    schema = new PostgresSchemaReader(postgres.database).read();
  }

  @AfterAll
  static void stop() {
    postgres.close();
  }

  private static ObjectId id(ObjectKind kind, String name) {
    return new ObjectId(kind, new ObjectName("shop", name));
  }

  private static <T> T object(ObjectKind kind, String name, Class<T> type) {
    return type.cast(schema.get(id(kind, name)).orElseThrow());
  }

  private static TableDefinition table(String name) {
    return object(ObjectKind.TABLE, name, TableDefinition.class);
  }

  private static ColumnDefinition column(String table, String column) {
    return table(table).column(column).orElseThrow();
  }

  private static ConstraintDefinition constraint(String table, String name) {
    return table(table).constraints().stream()
        .filter(constraint -> constraint.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static IndexDefinition index(String table, String name) {
    return table(table).indexes().stream()
        .filter(index -> index.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void columnsHaveTheirTypes() {
    assertThat(column("customers", "name"))
        .isEqualTo(
            new ColumnDefinition(
                "name",
                "name",
                "character varying(255)",
                false,
                null,
                null,
                null,
                "\"C\"",
                "as they call themselves"));
    assertThat(column("customers", "email").type()).isEqualTo("shop.email");
    assertThat(column("customers", "home").type()).isEqualTo("shop.address");
    assertThat(column("customers", "tags").type()).isEqualTo("text[]");
    assertThat(column("orders", "total").type()).isEqualTo("numeric(10,2)");
    assertThat(column("orders", "status").type()).isEqualTo("shop.order_status");
    assertThat(column("customers", "shout").generated())
        .isEqualTo(new Generated("upper((name)::text)", true));
    assertThat(column("customers", "number").identity())
        .isEqualTo(new Identity(false, new SequenceOptions(10, 2, 1, Long.MAX_VALUE, 1, false)));
    assertThat(column("customers", "rank").identity().always()).isTrue();
  }

  @Test
  void defaultsHaveAKindAndAreTheSameForEveryRowOrNot() {
    assertThat(column("customers", "status").defaultValue())
        .isEqualTo(new ColumnDefault("'new'::character varying", DefaultKind.LITERAL, true));
    assertThat(column("customers", "tags").defaultValue())
        .isEqualTo(new ColumnDefault("'{}'::text[]", DefaultKind.LITERAL, true));
    assertThat(column("orders", "total").defaultValue())
        .isEqualTo(new ColumnDefault("0", DefaultKind.LITERAL, true));
    assertThat(column("customers", "id").defaultValue())
        .isEqualTo(
            new ColumnDefault(
                "nextval('shop.customers_id_seq'::regclass)", DefaultKind.SEQUENCE, false));
    assertThat(column("customers", "token").defaultValue())
        .isEqualTo(new ColumnDefault("gen_random_uuid()", DefaultKind.FUNCTION, false));
    assertThat(column("customers", "created_at").defaultValue())
        .isEqualTo(new ColumnDefault("CURRENT_TIMESTAMP", DefaultKind.CURRENT_TIME, false));
    assertThat(column("customers", "changed_at").defaultValue())
        .isEqualTo(new ColumnDefault("now()", DefaultKind.CURRENT_TIME, false));
    assertThat(column("customers", "expires").defaultValue())
        .isEqualTo(new ColumnDefault("(CURRENT_DATE + 30)", DefaultKind.EXPRESSION, false));
    assertThat(column("customers", "folded").defaultValue())
        .isEqualTo(
            new ColumnDefault("lower(('ABC'::text || 'x'::text))", DefaultKind.FUNCTION, true));
  }

  @Test
  void constraintsOfEveryKind() {
    assertThat(constraint("orders", "orders_pkey").columns()).containsExactly("region", "id");
    assertThat(constraint("orders", "orders_pkey").kind()).isEqualTo(Kind.PRIMARY_KEY);
    assertThat(constraint("customers", "customers_email_key"))
        .isEqualTo(
            new ConstraintDefinition(
                "customers_email_key",
                Kind.UNIQUE,
                "UNIQUE (email) DEFERRABLE INITIALLY DEFERRED",
                List.of("email"),
                null,
                false,
                true,
                true,
                true,
                null));
    assertThat(constraint("orders", "orders_customer"))
        .isEqualTo(
            new ConstraintDefinition(
                "orders_customer",
                Kind.FOREIGN_KEY,
                "FOREIGN KEY (customer_id) REFERENCES shop.customers(id) MATCH FULL ON UPDATE"
                    + " CASCADE ON DELETE SET NULL DEFERRABLE",
                List.of("customer_id"),
                new Reference(
                    new ObjectName("shop", "customers"),
                    List.of("id"),
                    "SET NULL",
                    "CASCADE",
                    "FULL"),
                false,
                true,
                false,
                true,
                null));
    assertThat(constraint("orders", "orders_apart").definition())
        .isEqualTo("EXCLUDE USING gist (period WITH &&) WHERE ((total > (0)::numeric))");
    assertThat(constraint("orders", "orders_total").validated()).isFalse();
    assertThat(constraint("orders", "orders_total").definition())
        .isEqualTo("CHECK ((total >= (0)::numeric))");
    assertThat(constraint("customers", "customers_name_check").definition())
        .isEqualTo("CHECK (((name)::text <> ''::text)) NO INHERIT");
    assertThat(constraint("customers", "customers_status_check").comment())
        .isEqualTo("three kinds");
  }

  @Test
  void aListOfTextsIsSpelledAsItIsReadAgain() {
    // given
    String spelled = constraint("customers", "customers_status_check").definition();

    // when
    postgres.sql.execute(
        "CREATE SCHEMA again",
        "CREATE TABLE again.customers (status character varying(20))",
        "ALTER TABLE again.customers ADD CONSTRAINT customers_status_check " + spelled);
    DatabaseSchema again = new PostgresSchemaReader(postgres.database).read(Map.of("again", "x"));
    postgres.sql.execute("DROP SCHEMA again CASCADE");

    // then
    assertThat(again.table(new ObjectName("x", "customers")).orElseThrow().constraints())
        .extracting(ConstraintDefinition::definition)
        .containsExactly(spelled);
    assertThat(spelled)
        .isEqualTo(
            "CHECK (((status)::text = ANY (ARRAY[('new'::character varying)::text,"
                + " ('old'::character varying)::text, ('it''s'::character varying)::text])))");
  }

  @Test
  void indexesInFull() {
    assertThat(index("orders", "orders_open"))
        .isEqualTo(
            new IndexDefinition(
                "orders_open",
                "btree",
                false,
                false,
                List.of(
                    new Key("customer_id", null, null, "DESC", "LAST"),
                    new Key("lower(region)", "text_pattern_ops", null, "ASC", "LAST")),
                List.of("total"),
                "(status <> 'delivered'::shop.order_status)",
                Map.of("fillfactor", "80"),
                null));
    assertThat(index("orders", "orders_region").unique()).isTrue();
    assertThat(index("orders", "orders_region").keys())
        .extracting(Key::expression)
        .containsExactly("(((region || '-'::text) || id))");
    assertThat(index("orders", "orders_size").method()).isEqualTo("gist");
    assertThat(index("orders", "orders_size").keys())
        .containsExactly(new Key("size", null, null, null, null));
    assertThat(index("orders", "orders_size").comment()).isEqualTo("by size");
    assertThat(index("orders", "orders_c").keys())
        .containsExactly(new Key("region", null, "\"C\"", "ASC", "LAST"));
    assertThat(index("cache", "cache_value").keys())
        .containsExactly(new Key("value", "jsonb_path_ops", null, null, null));
    assertThat(table("orders").indexes())
        .as("those of constraints are left out")
        .extracting(IndexDefinition::name)
        .containsExactly("orders_c", "orders_open", "orders_region", "orders_size");
  }

  @Test
  void nullsThatAreTheSame() {
    // given: a database that has it
    org.junit.jupiter.api.Assumptions.assumeTrue(
        dev.epoch.storage.testing.StoragePostgres.majorVersion() >= 15);
    postgres.sql.execute(
        "CREATE SCHEMA fresh",
        "CREATE TABLE fresh.t (a integer, b integer, UNIQUE NULLS NOT DISTINCT (a))",
        "CREATE UNIQUE INDEX b ON fresh.t (b) NULLS NOT DISTINCT");

    // when
    DatabaseSchema fresh =
        new PostgresSchemaReader(postgres.database).read(Map.of("fresh", "fresh"));
    postgres.sql.execute("DROP SCHEMA fresh CASCADE");

    // then
    TableDefinition table = fresh.table(new ObjectName("fresh", "t")).orElseThrow();
    assertThat(table.constraints().getFirst().nullsNotDistinct()).isTrue();
    assertThat(table.indexes().getFirst().nullsNotDistinct()).isTrue();
  }

  @Test
  void typesOfEveryKind() {
    EnumType status = object(ObjectKind.ENUM, "order_status", EnumType.class);
    assertThat(status.labels()).containsExactly("pending", "processing", "shipped", "delivered");
    assertThat(status.comment()).isEqualTo("how far it is");
    DomainType email = object(ObjectKind.DOMAIN, "email", DomainType.class);
    assertThat(email.baseType()).isEqualTo("character varying(255)");
    assertThat(email.nullable()).isFalse();
    assertThat(email.defaultExpression()).isEqualTo("'nobody@example.org'::character varying");
    assertThat(email.collation()).isEqualTo("\"C\"");
    assertThat(email.constraints())
        .extracting(ConstraintDefinition::definition)
        .containsExactly("CHECK (shop.is_email((VALUE)::text))");
    assertThat(email.dependsOn()).containsExactly(id(ObjectKind.FUNCTION, "is_email(text)"));
    CompositeType address = object(ObjectKind.COMPOSITE, "address", CompositeType.class);
    assertThat(address.attributes())
        .containsExactly(
            new CompositeType.Attribute("street", "text", null),
            new CompositeType.Attribute("zip", "character varying(10)", "\"C\""));
    assertThat(object(ObjectKind.RANGE, "span", RangeType.class).definition())
        .isEqualTo(
            "SUBTYPE = double precision, SUBTYPE_DIFF = float8mi, MULTIRANGE_TYPE_NAME ="
                + " shop.span_multirange");
    assertThat(object(ObjectKind.SEQUENCE, "ticket", SequenceDefinition.class))
        .isEqualTo(
            new SequenceDefinition(
                new ObjectName("shop", "ticket"),
                "integer",
                new SequenceOptions(100, 5, 1, 100_000, 3, true),
                null,
                null,
                List.of(new Privilege("PUBLIC", "USAGE", List.of(), false))));
    assertThat(object(ObjectKind.SEQUENCE, "customers_id_seq", SequenceDefinition.class).ownedBy())
        .isEqualTo("shop.customers.id");
  }

  @Test
  void tablesSayHowTheyAreStored() {
    TableDefinition customers = table("customers");
    assertThat(customers.comment()).isEqualTo("who buys");
    assertThat(customers.storageParameters()).isEqualTo(Map.of("fillfactor", "70"));
    assertThat(customers.privileges())
        .containsExactly(
            new Privilege("PUBLIC", "INSERT", List.of(), false),
            new Privilege("PUBLIC", "SELECT", List.of(), false),
            new Privilege("PUBLIC", "UPDATE", List.of("name", "status"), false));
    assertThat(table("cache").unlogged()).isTrue();
    assertThat(table("orders").rowSecurity()).isEqualTo(RowSecurity.FORCED);
    assertThat(table("orders").policies())
        .containsExactly(
            new PolicyDefinition(
                "own_region",
                false,
                "SELECT",
                List.of("PUBLIC"),
                "(region = current_setting('app.region'::text, true))",
                null,
                null));
    assertThat(table("events").partitioning()).isEqualTo("RANGE (at)");
    assertThat(table("events_2026").partitionOf())
        .isEqualTo(
            new PartitionOf(
                new ObjectName("shop", "events"),
                "FOR VALUES FROM ('2026-01-01 00:00:00+00') TO ('2027-01-01 00:00:00+00')"));
    assertThat(table("events_rest").partitionOf().bound()).isEqualTo("DEFAULT");
    assertThat(table("events_2026").constraints()).as("its parent has them").isEmpty();
    assertThat(table("events_2026").indexes()).as("its parent has them").isEmpty();
    assertThat(table("events_2026").dependsOn()).contains(id(ObjectKind.TABLE, "events"));
    TableDefinition odd = schema.table(new ObjectName("Odd \"one\"", "Ta ble")).orElseThrow();
    assertThat(odd.columns())
        .extracting(ColumnDefinition::name)
        .containsExactly("Select", "From.x");
  }

  @Test
  void routinesAndTriggers() {
    assertThat(
            schema.objects().keySet().stream()
                .filter(id -> id.kind() == ObjectKind.FUNCTION)
                .map(id -> id.name().name()))
        .containsExactly(
            "add(integer, integer)",
            "add(text, text)",
            "clear_cache()",
            "is_email(text)",
            "of_region(text)",
            "total_of(integer)",
            "touch()");
    FunctionDefinition add =
        object(ObjectKind.FUNCTION, "add(integer, integer)", FunctionDefinition.class);
    assertThat(add.definition())
        .startsWith("CREATE OR REPLACE FUNCTION shop.add(a integer, b integer DEFAULT 1)")
        .contains("SELECT a + b");
    assertThat(add.returns()).isEqualTo("integer");
    assertThat(add.privileges())
        .containsExactly(new Privilege("PUBLIC", "EXECUTE", List.of(), false));
    FunctionDefinition clear =
        object(ObjectKind.FUNCTION, "clear_cache()", FunctionDefinition.class);
    assertThat(clear.routine()).isEqualTo(Routine.PROCEDURE);
    assertThat(clear.returns()).isNull();
    assertThat(clear.privileges()).isEmpty();
    FunctionDefinition total =
        object(ObjectKind.FUNCTION, "total_of(integer)", FunctionDefinition.class);
    assertThat(total.routine()).isEqualTo(Routine.AGGREGATE);
    assertThat(total.definition())
        .isEqualTo(
            """
            CREATE OR REPLACE AGGREGATE shop.total_of(integer) (
              SFUNC = int4pl,
              STYPE = integer,
              INITCOND = '0'
            )\
            """);
    assertThat(table("customers").triggers()).hasSize(1);
    assertThat(table("customers").triggers().getFirst().enabled()).isEqualTo(Enabled.DISABLED);
    assertThat(table("customers").triggers().getFirst().definition())
        .isEqualTo(
            "CREATE TRIGGER touched BEFORE UPDATE ON shop.customers FOR EACH ROW WHEN (((old.name)::text IS"
                + " DISTINCT FROM (new.name)::text)) EXECUTE FUNCTION shop.touch()");
  }

  @Test
  void viewsAndWhatTheyNeed() {
    ViewDefinition open = object(ObjectKind.VIEW, "open_orders", ViewDefinition.class);
    assertThat(open.columns()).containsExactly("id", "region", "customer");
    assertThat(open.query()).startsWith("SELECT o.id").doesNotEndWith(";");
    assertThat(open.options()).isEqualTo(Map.of("security_barrier", "true"));
    assertThat(open.comment()).isEqualTo("not delivered");
    assertThat(open.dependsOn())
        .isEqualTo(
            Set.of(
                id(ObjectKind.TABLE, "orders"),
                id(ObjectKind.TABLE, "customers"),
                id(ObjectKind.ENUM, "order_status")));
    assertThat(object(ObjectKind.VIEW, "open_regions", ViewDefinition.class).dependsOn())
        .containsExactly(id(ObjectKind.VIEW, "open_orders"));
    ViewDefinition sales = object(ObjectKind.MATERIALIZED_VIEW, "sales", ViewDefinition.class);
    assertThat(sales.materialized()).isTrue();
    assertThat(sales.indexes()).extracting(IndexDefinition::name).containsExactly("sales_region");
    assertThat(table("orders").dependsOn())
        .isEqualTo(
            Set.of(
                id(ObjectKind.TABLE, "customers"),
                id(ObjectKind.ENUM, "order_status"),
                id(ObjectKind.RANGE, "span")));
    assertThat(table("customers").dependsOn())
        .isEqualTo(
            Set.of(
                id(ObjectKind.DOMAIN, "email"),
                id(ObjectKind.COMPOSITE, "address"),
                id(ObjectKind.SEQUENCE, "ticket"),
                id(ObjectKind.SEQUENCE, "customers_id_seq"),
                id(ObjectKind.FUNCTION, "touch()")));
    assertThat(object(ObjectKind.FUNCTION, "of_region(text)", FunctionDefinition.class).dependsOn())
        .containsExactly(id(ObjectKind.TABLE, "orders"));
  }

  @Test
  void anotherSchemaReadsLikeTheOneItStandsFor() {
    // given
    DatabaseSchema own = new PostgresSchemaReader(postgres.database).read(Map.of("shop", "shop"));

    // when
    DatabaseSchema renamed =
        new PostgresSchemaReader(postgres.database).read(Map.of("shop", "Sh.op"));
    postgres.sql.execute("ALTER SCHEMA shop RENAME TO \"Sh.op\"");
    DatabaseSchema back = new PostgresSchemaReader(postgres.database).read(Map.of("Sh.op", "shop"));
    postgres.sql.execute("ALTER SCHEMA \"Sh.op\" RENAME TO shop");

    // then
    assertThat(renamed.objects()).hasSameSizeAs(own.objects());
    assertThat(renamed.table(new ObjectName("Sh.op", "orders")).orElseThrow().column("status"))
        .hasValueSatisfying(
            status -> assertThat(status.type()).isEqualTo("\"Sh.op\".order_status"));
    // bodies of functions are texts that no rename of a schema follows
    own.objects()
        .forEach((id, object) -> {
          if (id.kind() != ObjectKind.FUNCTION) {
            assertThat(back.get(id)).contains(object);
          }
        });
  }
}
