package dev.epoch.storage.mysql.ddl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MySqlExpressionTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '§',
      textBlock =
          """
          'it''s'::text                                         ; 'it''s'
          'a\\b'::character varying(20)                         ; 'a\\\\b'
          0.00                                                  ; 0.00
          now()                                                 ; CURRENT_TIMESTAMP(6)
          CURRENT_TIMESTAMP                                     ; CURRENT_TIMESTAMP(6)
          (total >= (0)::numeric)                               ; (total >= (0))
          (status = ANY (ARRAY['new'::text, 'paid::x'::text]))  ; (status IN ('new', 'paid::x'))
          (email ~~ '%@%'::text)                                ; (email LIKE '%@%')
          (email ~ '^.+$'::text)                                ; (email REGEXP '^.+$')
          (length("first Name") < 10)                           ; (char_length(`first Name`) < 10)
          (kept OR (NOT gone))                                  ; (kept OR (NOT gone))
          """)
  void saysItInTheWordsOfMySql(String postgres, String mysql) {
    assertThat(MySqlExpression.of(postgres)).contains(mysql);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nextval('s'::regclass)",
        "gen_random_uuid()",
        "(a || b)",
        "(tags @> ARRAY['x'::text])",
        "(doc ->> 'a'::text)",
        "E'\\\\n'",
        "(a)[1]"
      })
  void saysNothingWhereMySqlHasNoWords(String postgres) {
    assertThat(MySqlExpression.of(postgres)).isEqualTo(Optional.empty());
  }
}
