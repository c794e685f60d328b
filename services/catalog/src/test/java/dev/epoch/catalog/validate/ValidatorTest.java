package dev.epoch.catalog.validate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.catalog.model.Audit;
import dev.epoch.catalog.model.CatalogContent;
import dev.epoch.catalog.model.CatalogJson;
import dev.epoch.catalog.model.ClassDef;
import dev.epoch.catalog.model.Instance;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ValidatorTest {
  private static final Audit AUDIT = Audit.created("tester", Instant.EPOCH);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "A | {n:1} | {} | ",
        "A | {n:1,s:'x'} | {to:['b']} | ",
        "A | {n:'x'} | {} | TypeMismatch",
        "A | {n:{value:'x',type:'number'}} | {} | ValueTypeInconsistency",
        "A | {n:{value:[1],type:'string_list'}} | {} | TypeMismatch ValueTypeInconsistency",
        "A | {} | {} | MissingRequiredProperty",
        "A | {n:1,zz:1} | {} | UndefinedProperty",
        "Nowhere | {n:1} | {} | ClassNotFound",
        "A | {n:1} | {zz:['b']} | RelationshipError",
        "A | {n:1} | {to:['missing']} | RelationshipError",
        "A | {n:1} | {to:['it']} | RelationshipError",
        "A | {n:1} | {only:'all'} | RelationshipError",
        "A | {n:{rules:[{when:{all:['zz']},then:1}],default:2}} | {} | RelationshipError",
        "A | {n:{rules:[{when:{all:['to']},then:1}],default:2}} | {} | "
      })
  void problemsAreNamed(String of, String properties, String relationships, String kinds) {
    // given
    ClassDef a =
        ClassDef.create(
            json(
                "{name:'A',properties:[{name:'n',data_type:'Number',required:true},"
                    + "{name:'s',data_type:'String'}],relationships:[{name:'to',targets:['B']},"
                    + "{name:'only',targets:['B'],selection:'explicit-only'}]}"),
            AUDIT);
    ClassDef b = ClassDef.create(json("{name:'B'}"), AUDIT);
    Instance it =
        Instance.create(
            json(
                "{class:'"
                    + of
                    + "',properties:"
                    + properties
                    + ",relationships:"
                    + relationships
                    + "}"),
            "it",
            "it",
            AUDIT);
    Instance other = Instance.create(json("{class:'B'}"), "b", "b", AUDIT);

    // when
    Report report = Validator.validate(CatalogContent.of(List.of(a, b), List.of(it, other)));

    // then
    assertThat(report.problems())
        .extracting(problem -> problem.kind().spelling())
        .containsExactlyInAnyOrder(kinds == null ? new String[0] : kinds.split(" "));
    assertThat(report.toJson().get("valid").booleanValue()).isEqualTo(kinds == null);
  }

  /** With single quotes, and names without any. */
  private static com.fasterxml.jackson.databind.JsonNode json(String text) {
    return CatalogJson.read(text.replace('\'', '"').replaceAll("([{,])([a-z_]+):", "$1\"$2\":"));
  }
}
