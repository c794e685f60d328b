package dev.epoch.api.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.api.json.ApiJson;
import dev.epoch.api.merge.ConflictPage.LearntView;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.gateway.merge.conflict.LearntResolutions;
import dev.epoch.gateway.merge.conflict.LearntResolutions.Learnt;
import dev.epoch.gateway.merge.schema.SchemaConflicts;
import dev.epoch.model.merge.FieldConflict;
import dev.epoch.projections.conflicts.LearntReads;
import dev.epoch.storage.ValueCodec;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Decisions that were made before, as the read model has them and as answers show them. */
final class LearntAnswers {
  private static final Duration LONGEST = Duration.ofSeconds(10);
  private static final String VALUE = "value";

  private LearntAnswers() {}

  /** What the read model knows of a repository. */
  static LearntResolutions in(LearntReads reads, String repository) {
    return marks -> {
      Map<String, Learnt> known = new HashMap<>();
      reads
          .of(repository, marks)
          .await()
          .atMost(LONGEST)
          .forEach((mark, learnt) ->
              known.put(
                  mark,
                  new Learnt(
                      learnt.position(),
                      learnt.resolution(),
                      learnt.values(),
                      learnt.deleteRow())));
      return known;
    };
  }

  /** Of a whole row or a part of a schema; null for none. */
  static LearntView ofRow(RegisteredTable table, ValueCodec values, Learnt learnt) {
    if (learnt == null) {
      return null;
    }
    if (learnt.deleteRow()) {
      return new LearntView("delete", null);
    }
    if (!learnt.resolution().equals(VALUE)) {
      return new LearntView(learnt.resolution(), null);
    }
    if (learnt.values().containsKey(SchemaConflicts.UNION)) {
      return new LearntView("union", null);
    }
    String definition = learnt.values().get(SchemaConflicts.DEFINITION);
    if (definition != null) {
      return new LearntView(VALUE, TextNode.valueOf(definition));
    }
    ObjectNode columns = ApiJson.mapper().createObjectNode();
    learnt
        .values()
        .forEach((column, text) -> columns.set(column, json(table, values, column, text)));
    return new LearntView(VALUE, columns);
  }

  /** Of a field; null for none. */
  static LearntView ofField(
      RegisteredTable table, ValueCodec values, FieldConflict field, Learnt learnt) {
    if (learnt == null) {
      return null;
    }
    String text =
        switch (learnt.resolution()) {
          case "ours" -> field.ours();
          case "theirs" -> field.theirs();
          case "base" -> field.base();
          default -> learnt.values().get(field.label());
        };
    return new LearntView(learnt.resolution(), FieldValues.json(table, values, field, text));
  }

  private static JsonNode json(
      RegisteredTable table, ValueCodec values, String column, String text) {
    return FieldValues.json(table, values, FieldConflict.whole(column, null, null, text), text);
  }
}
