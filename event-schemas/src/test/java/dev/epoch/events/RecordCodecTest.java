package dev.epoch.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.AddStorageV1;
import dev.epoch.events.event.BranchRenamedV1;
import dev.epoch.events.event.CommandCompletedV1;
import dev.epoch.events.event.RepositoryDeletedV1;
import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.DataType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordCodecTest {
  private static final String BRANCH = "b07fmq2k9x4ta";

  private final RecordCodec codec = new RecordCodec();

  @Test
  void writesSnakeCase() {
    assertThat(codec.encode(new BranchRenamedV1(BRANCH, "a", "b")))
        .isEqualTo("{\"branch_id\":\"" + BRANCH + "\",\"from\":\"a\",\"to\":\"b\"}");
  }

  @ParameterizedTest
  @CsvSource({
    "branch-forgotten, 1",
    "branch-renamed, 2",
    "branch-renamed, 0",
    "BranchRenamedV1, 1"
  })
  void unknownTypeOrVersionIsUnreadable(String wireName, int version) {
    assertThatThrownBy(() -> codec.decode(wireName, version, "{}"))
        .isInstanceOf(UnreadableRecordException.class)
        .hasMessageContaining(wireName)
        .hasMessageContaining("newer Epoch");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "7",
        "{",
        "{\"branch_id\":\"b\",\"from\":\"a\",\"to\":\"b\"} {}",
        "{\"branch_id\":\"b\",\"from\":\"a\",\"to\":\"b\",\"to\":\"c\"}",
        "{\"branch_id\":\"b\",\"from\":\"a\"}",
        "{\"branch_id\":\"b\",\"from\":\"a\",\"to\":null}",
        "{\"branch_id\":\"b\",\"from\":\"a\",\"to\":5}",
        "{\"branch_id\":\"b\",\"from\":\"a\",\"to\":true}",
        "{\"branch_id\":\"b\",\"from\":\"a\",\"to\":[\"c\"]}",
        "{\"branch_id\":\"b\",\"from\":\"a\",\"to\":\"c\",\"why\":\"newer\"}"
      })
  void misfitIsUnreadable(String data) {
    assertThatThrownBy(() -> codec.decode("branch-renamed", 1, data))
        .isInstanceOf(UnreadableRecordException.class)
        .hasMessageContaining("branch-renamed version 1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"2\"", "2.5", "null", "true",
      })
  void numbersAreNumbers(String number) {
    String data = rejectionOf("conflicts", number);
    assertThatThrownBy(() -> codec.decode("conflicts-resolved", 1, data))
        .isInstanceOf(UnreadableRecordException.class);
    assertThatCode(() -> codec.decode("conflicts-resolved", 1, rejectionOf("conflicts", "2")))
        .doesNotThrowAnyException();
  }

  private static String rejectionOf(String table, String remaining) {
    return """
    {"merge_id":"m4h8s1v6p0jce","branch_id":"%s","table":"%s","key":[],"field":null,"constraint":null,
     "resolution":"ours","values":{},"nulls":[],"delete_row":false,"resolved":1,"remaining":%s,"decided":1,"conflict_set":null}
    """
        .formatted(BRANCH, table, remaining);
  }

  @Test
  void valuesThatTheRecordsRefuseAreUnreadable() {
    assertThatThrownBy(() ->
            codec.decode(
                "branch-created",
                1,
                """
                {"branch_id":"b07fmq2k9x4ta","name":"a","head":"x","start_point":null,
                 "locations":{"tq3k9w8c2m5zd":{"anchor":1,"overlay_position":2}}}
                """))
        .isInstanceOf(UnreadableRecordException.class);
    assertThatThrownBy(() ->
            codec.decode(
                "command-rejected", 1, "{\"code\":\"NO_SUCH\",\"message\":\"m\",\"details\":{}}"))
        .isInstanceOf(UnreadableRecordException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "123456789012345678901234567890123456789012345678901234567890",
        "0.1",
        "1.10",
        "3.14159265358979323846264338327950288419716939937510582097494459",
        "-1E+400",
        "1e-400",
        "9223372036854775808"
      })
  void numbersOfSettingsKeepTheirPrecision(String number) {
    // given
    String data =
        """
        {"name":"s","backend":"b","config":{"n":%s,"in":[{"n":%s}]},"sealed_secrets":null,
         "description":null,"make_default":false}
        """
            .formatted(number, number);

    // when
    AddStorageV1 read = (AddStorageV1) codec.decode("add-storage", 1, data);
    JsonNode again =
        ((AddStorageV1) codec.decode("add-storage", 1, codec.encode(read))).config().get("n");

    // then
    assertThat(again.decimalValue()).isEqualTo(new BigDecimal(number));
    assertThat(codec.decode("add-storage", 1, codec.encode(read))).isEqualTo(read);
  }

  @Test
  void detailsOfARefusalAreReadAsTheyWereDecided() {
    Rejection refusal =
        new Rejection(
            Code.UNRESOLVED_CONFLICTS,
            "3 conflicts",
            Map.of(
                "unresolved",
                3,
                "many",
                3L,
                "sure",
                true,
                "huge",
                BigInteger.TWO.pow(100),
                "tables",
                List.of("orders", "users")));

    assertThat(codec.decode("command-rejected", 1, codec.encode(refusal))).isEqualTo(refusal);
  }

  @Test
  void emptyTextsAreKept() throws Exception {
    Constraint constraint =
        new Constraint("", Constraint.Kind.NOT_NULL, List.of(), "", "", List.of(), false);
    DataType type = DataType.of(DataType.Kind.OTHER, "");

    assertThat(
            RecordCodec.json()
                .readValue(RecordCodec.json().writeValueAsString(constraint), Constraint.class))
        .isEqualTo(constraint);
    assertThat(
            RecordCodec.json()
                .readValue(RecordCodec.json().writeValueAsString(type), DataType.class))
        .isEqualTo(type);
  }

  @Test
  void largestRecordIsWrittenAndOneByteMoreIsNot() {
    int frame = codec.encode(new RepositoryDeletedV1("")).length();
    String largest = "x".repeat(Envelope.MAX_DATA_BYTES - frame);

    assertThat(codec.encode(new RepositoryDeletedV1(largest))).hasSize(Envelope.MAX_DATA_BYTES);
    assertThatThrownBy(() -> codec.encode(new RepositoryDeletedV1(largest + "x")))
        .isInstanceOf(RecordTooLargeException.class)
        .hasMessageContaining("repository-deleted")
        .hasMessageContaining(String.valueOf(Envelope.MAX_DATA_BYTES + 1));
  }

  @Test
  void limitCountsBytesAndNotCharacters() {
    String text = "ż".repeat(Envelope.MAX_DATA_BYTES / 2);

    assertThatThrownBy(() -> codec.encode(new CommandCompletedV1(Map.of("text", text))))
        .isInstanceOf(RecordTooLargeException.class);
  }

  @Test
  void onlyRecordsOfTheLogAreWritten() {
    assertThatThrownBy(() -> codec.encode("text")).isInstanceOf(IllegalArgumentException.class);
  }
}
