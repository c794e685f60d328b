package dev.epoch.model.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import java.util.List;
import org.junit.jupiter.api.Test;

class DomainDiffTest {
  private static TableSchema with(boolean nullable, String name, String... rules) {
    DataType domain =
        new DataType(
            DataType.Kind.DOMAIN,
            name,
            DataType.of(DataType.Kind.TEXT, "text"),
            List.of(),
            List.of(),
            List.of(rules));
    return new TableSchema(
        List.of(new Column("mail", "mail", domain, nullable, null, null, null)),
        List.of("mail"),
        List.of(),
        List.of());
  }

  @Test
  void aDomainThatAllFindIsTheOneThatABranchHasMade() {
    TableSchema branch = with(false, "public.mail", "NULL");
    TableSchema live = with(false, "public.mail");

    assertThat(SchemaDiff.between(branch, live).isEmpty()).isTrue();
    assertThat(SchemaDiff.between(live, branch).isEmpty()).isTrue();
    assertThat(SchemaDiff.between(branch, with(true, "public.mail")).changes()).hasSize(1);
    assertThat(SchemaDiff.between(branch, with(false, "public.other")).changes()).hasSize(1);
  }

  @Test
  void otherRulesAreAChange() {
    assertThat(
            SchemaDiff.between(
                    with(false, "public.mail", "NULL"), with(false, "public.mail", "NOT NULL"))
                .changes())
        .hasSize(1);
  }
}
