package dev.epoch.api.merge;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.api.json.ApiJson;
import dev.epoch.api.merge.MergeView.RuledField;
import dev.epoch.api.rows.RecordKeys;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.table.Column;
import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.table.TableService;
import dev.epoch.model.merge.FieldConflict;
import dev.epoch.model.merge.RuleDecision;
import dev.epoch.storage.ValueCodec;

/** Values of fields that conflict, as JSON. */
final class FieldValues {
  private FieldValues() {}

  /** What a rule settled. */
  static RuledField of(VersioningServer server, RepositoryState state, RuleDecision decision) {
    RegisteredTable table = TableService.get(state, decision.table());
    ValueCodec values = server.reads().values(state, Backends.handle(state, table));
    FieldConflict field = decision.conflict();
    return new RuledField(
        decision.table(),
        new RecordKeys(table.schema(), values).toJson(decision.key()),
        field == null ? null : field.label(),
        decision.rule(),
        decision.taken(),
        field == null ? null : json(table, values, field, field.base()),
        field == null ? null : json(table, values, field, field.ours()),
        field == null ? null : json(table, values, field, field.theirs()),
        field == null ? null : json(table, values, field, decision.value()));
  }

  /** A part of a document is JSON text; a whole field is text of its column's type. */
  static JsonNode json(RegisteredTable table, ValueCodec values, FieldConflict field, String text) {
    if (text == null) {
      return NullNode.instance;
    }
    if (field.path().isEmpty()) {
      return table
          .schema()
          .column(field.name())
          .map(Column::type)
          .map(type -> values.toJson(type, text))
          .orElseGet(() -> TextNode.valueOf(text));
    }
    try {
      return ApiJson.mapper().readTree(text);
    } catch (JsonProcessingException notJson) {
      return TextNode.valueOf(text);
    }
  }
}
