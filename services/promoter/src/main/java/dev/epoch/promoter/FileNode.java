package dev.epoch.promoter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.toml.TomlFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** A part of a promotion file that knows where it stands, so that messages do. */
final class FileNode {
  private static final int DEEPEST = 20;
  private static final StreamReadConstraints LIMITS =
      StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build();

  private final Path path;
  private final String place;
  private final JsonNode node;

  private FileNode(Path path, String place, JsonNode node) {
    this.path = path;
    this.place = place;
    this.node = node;
  }

  /** Aliases of YAML are not followed. */
  static FileNode parse(Path path, String text) {
    boolean toml = path.getFileName().toString().endsWith(".toml");
    ObjectMapper mapper =
        toml
            ? new ObjectMapper(TomlFactory.builder().streamReadConstraints(LIMITS).build())
            : new ObjectMapper(
                YAMLFactory.builder()
                    .streamReadConstraints(LIMITS)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build());
    JsonNode root;
    try {
      root = mapper.readTree(text);
    } catch (JsonProcessingException wrong) {
      throw new WrongFileException(
          path
              + (wrong.getLocation() == null ? "" : ", line " + wrong.getLocation().getLineNr())
              + ": "
              + wrong.getOriginalMessage().lines().findFirst().orElse("cannot be read"));
    }
    FileNode file = new FileNode(path, "", root == null ? MissingNode.getInstance() : root);
    if (!file.node.isObject()) {
      throw new WrongFileException(path + " is empty");
    }
    return file;
  }

  WrongFileException wrong(String field, String expected) {
    return new WrongFileException(path + ": " + place + field + " should be " + expected);
  }

  /** Nothing else: what is accepted has its effect. */
  void onlyHas(String... fields) {
    if (!node.isObject()) {
      throw new WrongFileException(path + ": " + place + " should have fields");
    }
    Set<String> unknown = new TreeSet<>();
    node.fieldNames().forEachRemaining(unknown::add);
    unknown.removeAll(Set.of(fields));
    if (!unknown.isEmpty()) {
      throw new WrongFileException(
          "%s: %s%s is unknown; known: %s"
              .formatted(path, place, unknown.iterator().next(), String.join(", ", fields)));
    }
  }

  boolean has(String field) {
    return node.has(field);
  }

  String text(String field) {
    return optionalText(field).orElseThrow(() -> wrong(field, "given"));
  }

  Optional<String> optionalText(String field) {
    JsonNode value = node.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isValueNode() || value.asText().isBlank()) {
      throw wrong(field, "a text");
    }
    return Optional.of(value.asText());
  }

  /** A whole number from 0 on. */
  Optional<Long> number(String field) {
    JsonNode value = node.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
      throw wrong(field, "a whole number");
    }
    return Optional.of(value.longValue());
  }

  List<String> texts(String field) {
    JsonNode value = node.path(field);
    List<String> texts = new ArrayList<>();
    if (value.isMissingNode() || value.isNull()) {
      return texts;
    }
    if (!value.isArray()) {
      throw wrong(field, "a list");
    }
    for (JsonNode one : value) {
      if (!one.isValueNode()) {
        throw wrong(field, "a list of texts");
      }
      texts.add(one.asText());
    }
    return texts;
  }

  List<FileNode> list(String field) {
    JsonNode value = node.path(field);
    List<FileNode> parts = new ArrayList<>();
    if (value.isMissingNode() || value.isNull()) {
      return parts;
    }
    if (!value.isArray()) {
      throw wrong(field, "a list");
    }
    for (int i = 0; i < value.size(); i++) {
      parts.add(new FileNode(path, place + field + "[" + i + "].", value.get(i)));
    }
    return parts;
  }

  Optional<FileNode> part(String field) {
    return node.has(field)
        ? Optional.of(new FileNode(path, place + field + ".", node.get(field)))
        : Optional.empty();
  }
}
