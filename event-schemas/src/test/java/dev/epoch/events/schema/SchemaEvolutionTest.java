package dev.epoch.events.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Edits of a released schema, refused or not. */
class SchemaEvolutionTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNode RELEASED =
      json(
          """
          {
            "$id": "epoch:/schemas/events/greeted.v1.json",
            "title": "greeted",
            "description": "Somebody was greeted.",
            "type": "object",
            "properties": {
              "name": {"description": "Of whom.", "type": "string"},
              "times": {"type": "integer", "minimum": 1},
              "mood": {"enum": ["glad", "sad"]},
              "tone": {"enum": ["LOUD"], "x-growing": true},
              "by": {"$ref": "../common/actor.json"},
              "note": {"type": ["string", "null"]},
              "words": {"type": "array", "items": {"$ref": "#/$defs/word"}},
              "extra": {"type": "object", "additionalProperties": true},
              "hint": {"type": "string"},
              "form": {"oneOf": [{"const": "a"}, {"const": "b"}]}
            },
            "required": ["name", "times", "mood", "tone", "by", "note", "words", "extra", "form"],
            "additionalProperties": false,
            "$defs": {"word": {"type": "string", "maxLength": 10}}
          }
          """);

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static Arguments edit(String what, Consumer<ObjectNode> edit) {
    return arguments(what, edit);
  }

  private static ObjectNode properties(ObjectNode schema) {
    return (ObjectNode) schema.get("properties");
  }

  private static ObjectNode property(ObjectNode schema, String name) {
    return (ObjectNode) schema.at("/properties/" + name);
  }

  private static ArrayNode array(ObjectNode schema, String pointer) {
    return (ArrayNode) schema.at(pointer);
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        edit("property removed", s -> properties(s).remove("name")),
        edit("optional property removed", s -> properties(s).remove("hint")),
        edit("property renamed", s -> properties(s).set("called", properties(s).remove("name"))),
        edit(
            "new required property",
            s -> {
              properties(s).set("age", json("{\"type\": \"integer\"}"));
              array(s, "/required").add("age");
            }),
        edit("optional property required", s -> array(s, "/required").add("hint")),
        edit("other type", s -> property(s, "name").put("type", "integer")),
        edit("null no more", s -> property(s, "note").put("type", "string")),
        edit("type where there was none", s -> property(s, "mood").put("type", "string")),
        edit("higher minimum", s -> property(s, "times").put("minimum", 2)),
        edit("new minimum", s -> property(s, "name").put("minLength", 1)),
        edit("lower maximum", s -> ((ObjectNode) s.at("/$defs/word")).put("maxLength", 5)),
        edit("pattern", s -> property(s, "name").put("pattern", "[a-z]*")),
        edit("format", s -> property(s, "name").put("format", "uuid")),
        edit("enumeration smaller", s -> array(s, "/properties/mood/enum").remove(0)),
        edit("enumeration larger", s -> array(s, "/properties/mood/enum").add("calm")),
        edit("growing enumeration smaller", s -> array(s, "/properties/tone/enum").remove(0)),
        edit("enumeration grows no more", s -> property(s, "tone").remove("x-growing")),
        edit("other reference", s -> property(s, "by").put("$ref", "../common/digest.json")),
        edit("other definition", s -> ((ObjectNode) s.at("/$defs/word")).put("type", "integer")),
        edit("definition removed", s -> ((ObjectNode) s.get("$defs")).remove("word")),
        edit(
            "map closed",
            s -> property(s, "extra").set("additionalProperties", json("{\"type\": \"string\"}"))),
        edit("choice removed", s -> array(s, "/properties/form/oneOf").remove(1)),
        edit(
            "choices swapped",
            s ->
                array(s, "/properties/form/oneOf")
                    .add(array(s, "/properties/form/oneOf").remove(0))),
        edit(
            "choices without the old one",
            s -> properties(s).set("times", json("{\"oneOf\": [{\"type\": \"null\"}]}"))),
        edit("wire name", s -> s.put("title", "welcomed")),
        edit("identity", s -> s.put("$id", "epoch:/schemas/events/welcomed.v1.json")));
  }

  static Stream<Arguments> compatible() {
    return Stream.of(
        edit("description", s -> property(s, "name").put("description", "Name of the guest.")),
        edit(
            "new optional property",
            s -> properties(s).set("age", json("{\"type\": \"integer\"}"))),
        edit("required property optional", s -> array(s, "/required").remove(0)),
        edit("null allowed", s -> property(s, "name").set("type", json("[\"string\", \"null\"]"))),
        edit("integer to number", s -> property(s, "times").put("type", "number")),
        edit("lower minimum", s -> property(s, "times").put("minimum", 0)),
        edit("no minimum", s -> property(s, "times").remove("minimum")),
        edit("higher maximum", s -> ((ObjectNode) s.at("/$defs/word")).put("maxLength", 20)),
        edit("growing enumeration larger", s -> array(s, "/properties/tone/enum").add("SOFT")),
        edit(
            "another choice",
            s -> array(s, "/properties/form/oneOf").add(json("{\"const\": \"c\"}"))),
        edit(
            "reference or null",
            s ->
                properties(s)
                    .set(
                        "by",
                        json(
                            "{\"oneOf\": [{\"$ref\": \"../common/actor.json\"}, {\"type\": \"null\"}]}"))),
        edit("new definition", s -> ((ObjectNode) s.get("$defs")).set("more", json("{}"))),
        edit("open", s -> s.put("additionalProperties", true)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void refuses(String what, Consumer<ObjectNode> edit) {
    ObjectNode edited = RELEASED.deepCopy();
    edit.accept(edited);

    assertThat(SchemaEvolution.refusals(RELEASED, edited)).isNotEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("compatible")
  void allows(String what, Consumer<ObjectNode> edit) {
    ObjectNode edited = RELEASED.deepCopy();
    edit.accept(edited);

    assertThat(edited).isNotEqualTo(RELEASED);
    assertThat(SchemaEvolution.refusals(RELEASED, edited)).isEmpty();
  }

  @Test
  void saysWhatIsWrongWhere() {
    ObjectNode edited = RELEASED.deepCopy();
    properties(edited).remove("name");
    property(edited, "note").put("type", "string");

    assertThat(SchemaEvolution.refusals(RELEASED, edited))
        .containsExactlyInAnyOrder(
            "/: property 'name' is removed or renamed",
            "/note: the type is narrower: [\"string\",\"null\"] became \"string\"");
  }
}
