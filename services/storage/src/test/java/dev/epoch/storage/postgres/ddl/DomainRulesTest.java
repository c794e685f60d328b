package dev.epoch.storage.postgres.ddl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.table.DataType;
import dev.epoch.model.schema.object.DomainType;
import dev.epoch.model.schema.object.ObjectName;
import java.util.List;
import org.junit.jupiter.api.Test;

class DomainRulesTest {
  private static final ObjectName NAME = new ObjectName("public", "mail");

  private static DomainType domain(String... rules) {
    return DomainRules.domain(
        NAME,
        new DataType(
            DataType.Kind.DOMAIN,
            "public.mail",
            DataType.of(DataType.Kind.TEXT, "text"),
            List.of(),
            List.of(),
            List.of(rules)));
  }

  @Test
  void areThoseOfTheCanonicalForm() {
    DomainType mail =
        domain(
            "COLLATE pg_catalog.\"C\"",
            "DEFAULT 'no@x'::text",
            "NOT NULL",
            "CONSTRAINT \"it\"\"s\" CHECK ((VALUE ~ '@'::text))");

    assertThat(mail.nullable()).isFalse();
    assertThat(mail.collation()).isEqualTo("pg_catalog.\"C\"");
    assertThat(mail.constraints()).extracting(check -> check.name()).containsExactly("it\"s");
    assertThat(new PostgresDialect().create(mail))
        .contains("'no@x'::text", "NOT NULL", "\"it\"\"s\" CHECK ((VALUE ~ '@'::text))");
    assertThat(domain("NULL").nullable()).isTrue();
  }

  @Test
  void areTheSameHoweverTheDatabasePrintsThem() {
    assertThat(
            DomainRules.same(
                domain("NULL", "CONSTRAINT c CHECK (((VALUE)::text <> ''::text))"),
                domain("NULL", "CONSTRAINT c CHECK (VALUE <> '')")))
        .isTrue();
    assertThat(DomainRules.same(domain("NULL"), domain("NOT NULL"))).isFalse();
    assertThat(
            DomainRules.same(
                domain("NULL", "CONSTRAINT c CHECK (VALUE > 'a')"),
                domain("NULL", "CONSTRAINT c CHECK (VALUE > 'b')")))
        .isFalse();
  }
}
