package dev.epoch.api.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.json.ApiJson;
import dev.epoch.api.rows.PlainValues;
import dev.epoch.api.rows.Shapes;
import dev.epoch.events.command.ResolveConflictsV1;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConflictResolutionTest {

  @Test
  void aValueForAFieldIsTheColumnsText() {
    ResolveConflictsV1 command =
        decide(
            """
            {"table": "users", "key": 42, "field": "balance", "resolution": "value", "value": 1.50}
            """);

    assertThat(command.key()).containsExactly("42");
    assertThat(command.values()).containsEntry("balance", "1.50").hasSize(1);
    assertThat(command.deleteRow()).isFalse();
  }

  @Test
  void nullIsNullAndDeleteIsADeletion() {
    ResolveConflictsV1 field =
        decide("{\"key\": 1, \"field\": \"name\", \"resolution\": \"value\", \"value\": null}");
    ResolveConflictsV1 record = decide("{\"key\": 1, \"resolution\": \"delete\"}");
    ResolveConflictsV1 all = decide("{\"table\": \"users\", \"resolution\": \"delete\"}");

    assertThat(field.nulls()).containsExactly("name");
    assertThat(field.deleteRow()).isFalse();
    assertThat(record.deleteRow()).isTrue();
    assertThat(record.key()).containsExactly("1");
    assertThat(record.resolution()).isEqualTo("value");
    assertThat(all.deleteRow()).isTrue();
  }

  @Test
  void customIsTheValuesOfRecordsThatBreakAConstraint() {
    ResolveConflictsV1 command =
        decide(
            """
            {"constraint": "users_name", "resolution": "custom", "value": {"name": "Al"}}
            """);

    assertThat(command.resolution()).isEqualTo("value");
    assertThat(command.constraint()).isEqualTo("users_name");
    assertThat(command.values()).containsEntry("name", "Al").hasSize(1);
    assertThat(
            decide(
                    """
                    {"constraint": "users_name", "resolution": "custom", "value": "CHECK (true)"}
                    """)
                .values())
        .containsEntry("definition", "CHECK (true)");
  }

  @Test
  void anObjectIsTheWholeRecord() {
    ResolveConflictsV1 command =
        decide(
            """
            {"key": 1, "resolution": "value", "value": {"name": "Al", "balance": null}}
            """);

    assertThat(command.values()).containsEntry("name", "Al").hasSize(1);
    assertThat(command.nulls()).containsExactly("balance");
  }

  @Test
  void aPartOfADocumentIsJson() {
    ResolveConflictsV1 command =
        decide(
            """
            {"key": 1, "field": "settings/theme", "resolution": "value", "value": "dark"}
            """);

    assertThat(command.values()).containsEntry("settings/theme", "\"dark\"");
  }

  @Test
  void aSideNeedsNoTable() {
    assertThat(ConflictResolution.needsTable(request("{\"resolution\": \"ours\"}"))).isFalse();
    assertThat(ConflictResolution.needsTable(request("{\"resolution\": \"theirs\", \"key\": 1}")))
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"resolution\": \"mine\"}",
        "{\"resolution\": \"value\"}",
        "{\"resolution\": \"value\", \"key\": 1, \"value\": null}",
        "{\"resolution\": \"value\", \"key\": 1, \"value\": {}}",
        "{\"resolution\": \"delete\", \"value\": null}",
        "{\"resolution\": \"delete\", \"field\": \"name\"}",
        "{\"resolution\": \"custom\"}",
        "{\"resolution\": \"ours\", \"value\": 1}",
        "{\"resolution\": \"value\", \"value\": 1}",
        "{\"resolution\": \"value\", \"field\": \"nope\", \"value\": 1}",
        "{\"resolution\": \"value\", \"value\": {\"nope\": 1}}"
      })
  void refusesWhatCannotBeMeant(String body) {
    assertThatThrownBy(() -> decide(body)).isInstanceOf(InvalidRequestException.class);
  }

  private static ResolveConflictsV1 decide(String body) {
    ResolveConflicts request = request(body);
    return ConflictResolution.needsTable(request)
        ? new ConflictResolution(Shapes.USERS, new PlainValues()).of(request, "main", "users")
        : ConflictResolution.plain(request, "main");
  }

  private static ResolveConflicts request(String body) {
    try {
      return ApiJson.mapper().readValue(body, ResolveConflicts.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
